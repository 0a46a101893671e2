#include "responder/notes.hpp"

#include "der/print.hpp"
#include "messages/names.hpp"
#include "operations/requests.hpp"

namespace cmpkit::responder {
namespace {

const PKIStatusInfo* status_in(const PKIBody& answer) {
    if (const auto* responses = cert_responses(answer)) return responses->response.empty() ? nullptr : &responses->response.front().status;
    if (const auto* revoked = answer.get<"rp">()) return &revoked->status.front();
    const auto* error = answer.get<"error">();
    return error ? &error->pKIStatusInfo : nullptr;
}

const Name* wanted_subject(const PKIBody& body) {
    if (const auto* request = body.get<"p10cr">()) return &request->certificationRequestInfo.subject;
    const auto* requests = cert_requests(body);
    if (!requests || requests->empty()) return nullptr;
    const auto& subject = requests->front().certReq.certTemplate.subject;
    return subject ? &*subject : nullptr;
}

void note_revocation(Deed& deed, const RevReqContent& content) {
    operations::RevocationRequest request;
    if (!operations::read_revocation(content, request)) return;
    deed.serial = der::hex_integer(request.serialNumber.content);
    deed.reason = name_of(request.reason);
}

// RFC 9483 3.3: the first of extraCerts is the one that protects.
void note_device(Deed& deed, const PKIMessage& message) {
    if (is_under_mac(message)) {
        deed.device = reference_of(message.header);
    } else if (message.extraCerts && !message.extraCerts->empty()) {
        const Name& subject = message.extraCerts->front().tbsCertificate.subject;
        deed.device         = to_text(subject);
        deed.device_serial  = attribute_text(subject, oids::id_at_serialNumber);
    }
}

}  // namespace

void note(Deed& deed, const crypto::Cert& certificate) {
    deed.serial    = der::hex_integer(certificate.serial());
    deed.subject   = to_text(certificate->subject);
    deed.not_after = der::shown_time(unix_seconds(certificate->validity.notAfter));
}

void note_request(Deed& deed, const PKIMessage& message, BodyType asked) {
    deed.asked = name_of(asked);
    note_device(deed, message);
    if (const Name* subject = wanted_subject(message.body)) deed.subject = to_text(*subject);
    if (const auto* content = message.body.get<"rr">()) note_revocation(deed, *content);
}

void note_status(Deed& deed, const PKIBody& answer) {
    const PKIStatusInfo* status = status_in(answer);
    if (!status) return;
    deed.status = status->status;
    if (status->status != PKIStatus::rejection) return;
    const auto fail_info = first_fail_info(*status);
    deed.rejection = joined(status->statusString);
    if (!fail_info) return;
    deed.rejection += (deed.rejection.empty() ? "[" : " [") + std::string(name_of(*fail_info)) + "]";
    deed.is_trouble = *fail_info == FailInfo::systemFailure || *fail_info == FailInfo::systemUnavail;
}

void note_withdrawal(Deed& deed) {
    deed.status     = PKIStatus::rejection;
    deed.rejection  = "the requester did not take the certificate";
    deed.is_trouble = true;
}

bool tell(const Log& log, const Audit& audit, const Incident& incident, std::int64_t now) {
    if (log) log(incident);
    auto kept = audit ? audit(incident, now) : Result<void>();
    if (!kept && log) log({.transaction_id = incident.transaction_id, .requester = {}, .address = {}, .body = {}, .outcome = "audit failed", .problem = kept.error()});
    return static_cast<bool>(kept);
}

}  // namespace cmpkit::responder

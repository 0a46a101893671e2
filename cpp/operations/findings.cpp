#include "operations/findings.hpp"

#include "crypto/key.hpp"
#include "operations/findings_parts.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

constexpr std::size_t id_size = 16;  // octets of transactionID

bool is_one_of(BodyType type, std::initializer_list<BodyType> types) { return std::ranges::find(types, type) != types.end(); }

using enum BodyType;
bool begins_transaction(BodyType type) { return is_one_of(type, {ir, cr, p10cr, kur, krr, rr, ccr, genm}); }
bool answers(BodyType type) { return is_one_of(type, {ip, cp, kup, krp, rp, ccp, pkiconf, genp, certConf, pollReq, pollRep, popdecc, popdecr}); }
bool enrolls(BodyType type) { return is_one_of(type, {ir, cr, p10cr, kur, ccr}); }
bool grants(BodyType type) { return is_one_of(type, {ip, cp, kup, ccp}); }

void look_at_nonces(const PKIHeader& header, BodyType type, const Notebook& notebook) {
    notebook.take(check_nonce(header));
    if (begins_transaction(type)) notebook.take(check_first(header));
    if (answers(type) && !header.recipNonce) notebook.error("header.recipNonce", "it is absent from a message that answers another", "RFC 9483 3.5");
}

void look_at_implicit_confirm(const PKIHeader& header, BodyType type, const Notebook& notebook) {
    const InfoTypeAndValue* item = find_info(header.generalInfo, oids::id_it_implicitConfirm);
    if (!item) return;
    notebook.take(asks_implicit_confirm(header));
    if (!item->infoValue) notebook.warning("header.generalInfo", "implicitConfirm has no value, NULL belongs there", "RFC 9810 5.1.1.1");
    if (!enrolls(type) && !grants(type))
        notebook.error("header.generalInfo", "implicitConfirm has no meaning in " + std::string(name_of(type)), "RFC 9483 3.1");
}

void look_at_confirm_wait_time(const PKIHeader& header, BodyType type, const Notebook& notebook) {
    const InfoTypeAndValue* item = find_info(header.generalInfo, oids::id_it_confirmWaitTime);
    if (!item) return;
    if (!item->infoValue || !item->infoValue->get<der::GeneralizedTime>())
        notebook.error("header.generalInfo", "confirmWaitTime is not a GeneralizedTime", "RFC 9810 5.1.1.2");
    if (find_info(header.generalInfo, oids::id_it_implicitConfirm))
        notebook.error("header.generalInfo", "confirmWaitTime stands beside implicitConfirm", "RFC 9483 3.1");
    if (!grants(type)) notebook.warning("header.generalInfo", "confirmWaitTime has no meaning in " + std::string(name_of(type)), "RFC 9483 3.1");
}

void look_at_header(const PKIHeader& header, BodyType type, const Notebook& notebook) {
    notebook.take(check_version(header));
    notebook.take(check_id(header));
    const std::size_t size = header.transactionID ? header.transactionID->content.size() : 0;
    if (size && size != id_size) notebook.error("header.transactionID", std::to_string(size) + " octets, it has 128 bits", "RFC 9483 3.1");
    look_at_nonces(header, type, notebook);
    if (!header.messageTime) notebook.warning("header.messageTime", "it is absent", "RFC 9483 3.1");
    look_at_implicit_confirm(header, type, notebook);
    look_at_confirm_wait_time(header, type, notebook);
    notebook.take(profile_named(header));
}

void look_at_body(const PKIMessage& message, const Notebook& notebook) {
    const PKIBody& body = message.body;
    if (const auto* requests = cert_requests(body)) look_at_requests(*requests, notebook);
    if (const auto* requests = body.get<"kur">()) look_at_update(*requests, notebook);
    if (const auto* request = body.get<"p10cr">()) look_at_request(*request, notebook);
    if (const auto* content = cert_responses(body)) look_at_answer(body, *content, notebook);
    if (const auto* content = body.get<"rr">()) look_at_revocation(*content, notebook);
    if (const auto* content = body.get<"rp">()) look_at_answer(*content, notebook);
    if (const auto* content = body.get<"error">()) look_at_error(*content, notebook);
    if (const auto* content = body.get<"certConf">()) look_at_confirmation(*content, message.header.pvno, notebook);
    if (const auto* items = body.get<"genm">()) look_at_question(*items, notebook);
    if (const auto* items = body.get<"genp">()) look_at_information(*items, notebook);
    if (const auto* messages = body.get<"nested">())
        for (std::size_t i = 0; i < messages->size(); ++i) look_at_message((*messages)[i], notebook.below(at(i)));
}

bool names_sha1(const der::Oid& oid) {
    for (const OidConstant& old : {oids::id_sha1, oids::hmac_SHA1, oids::hmacWithSHA1, oids::sha1WithRSAEncryption, oids::ecdsa_with_SHA1})
        if (oid == old) return true;
    return false;
}
// Not among the OIDs of the protocol: nothing here ever computes it.
bool names_md5(const der::Oid& oid) {
    constexpr OidConstant md5{"1.2.840.113549.2.5"}, md5_with_rsa{"1.2.840.113549.1.1.4"};
    return oid == md5 || oid == md5_with_rsa;
}

}  // namespace

std::string_view name_of(Level level) {
    constexpr std::string_view names[] = {"error", "warning", "note"};
    return names[static_cast<std::size_t>(level)];
}

void look_at_algorithm(const AlgorithmIdentifier& algorithm, std::string_view path, const Notebook& notebook) {
    if (names_sha1(algorithm.algorithm)) notebook.warning(path, "SHA-1 is deprecated", "RFC 9481 7");
    if (names_md5(algorithm.algorithm)) notebook.warning(path, "MD5 is deprecated", "RFC 9481 7");
}

void look_at_signature(const SubjectPublicKeyInfo& info, const AlgorithmIdentifier& algorithm, Bytes data, const der::BitString& signature, std::string_view path,
                       const char* clause, const Notebook& notebook) {
    const auto key = crypto::PublicKey::from(info);
    if (!key) return notebook.note(path, "it was not verified, the key is of a kind that is not known here or is no key", clause);
    const auto good = key->verify(algorithm, data, signature.bytes);
    if (good && !signature.unused) return;
    if (!good && good.error().code == Code::algorithm_refused) return notebook.warning(path, "it was not verified, its algorithm is refused here", clause);
    notebook.error(path, "the signature does not verify with the key beside it", clause);
}

void look_at_message(const PKIMessage& message, const Notebook& notebook) {
    look_at_header(message.header, type_of(message.body), notebook);
    look_at_protection(message, notebook);
    look_at_body(message, notebook.below("body." + std::string(message.body.name())));
}

std::vector<Finding> findings_of(const PKIMessage& message) {
    std::vector<Finding> findings;
    look_at_message(message, Notebook(findings));
    return findings;
}

std::vector<Finding> findings_of(const CertReqMessages& requests) {
    std::vector<Finding> findings;
    look_at_requests(requests, Notebook(findings));
    return findings;
}

std::vector<Finding> findings_of(const CertificationRequest& request) {
    std::vector<Finding> findings;
    look_at_request(request, Notebook(findings));
    return findings;
}

}  // namespace cmpkit::operations

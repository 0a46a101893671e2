// A transaction whose CA knows PKCS#10 alone (RFC 9483 4.1.4). What came back becomes the answer that the CA would have given if it knew CMP, which then
// goes the way of all answers; what follows is answered here. The CA hears of neither: what it is to know beside is told to the operator.
#include "der/print.hpp"
#include "der/reader.hpp"
#include "messages/names.hpp"
#include "operations/confirmation.hpp"
#include "operations/header_checks.hpp"
#include "operations/status_answers.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

using operations::RelayState;

namespace {

constexpr std::int64_t cert_req_id = -1;  // RFC 9810 5.3.4: of the answer to a p10cr

const CertificationRequestInfo& request_in(const PKIMessage& first) { return first.body.get<"p10cr">()->certificationRequestInfo; }

Error unusable(const Error& why) {
    return Error{.code = why.code, .fail_info = FailInfo::systemFailure, .detail = "the CA's answer cannot be used"}.because_of(why);
}

/// DER, one behind the other.
Result<std::vector<crypto::Cert>> certificates_of(Bytes octets) {
    std::vector<crypto::Cert> all;
    while (!octets.empty()) {
        der::Tlv element;
        if (const auto problem = der::take(octets, element)) return Error{.code = *problem};
        auto certificate = crypto::Cert::parse(element.whole);
        if (!certificate) return certificate.error();
        all.push_back(std::move(*certificate));
    }
    return all;
}

/// The certificate, then others. @error none that could be read
Result<std::vector<crypto::Cert>> certificates_in(Bytes octets) {
    const bool is_pem = !octets.empty() && octets[0] != der::tag::sequence;
    auto       all    = is_pem ? crypto::read_certificates(octets) : certificates_of(octets);
    if (all && all->empty()) return Error{.code = Code::bad_certificate, .detail = "there is none"};
    return all;
}

// One for another key would be of use to whoever has that.
Result<void> check_key(const crypto::Cert& certificate, const SubjectPublicKeyInfo& wanted) {
    auto issued = certificate.key();
    auto own    = crypto::PublicKey::from(wanted);
    if (!issued || !own) return issued ? own.error() : issued.error();
    if (equal(issued->spki(), own->spki())) return {};
    return Error{.code = Code::wrong_certificate, .clause = "RFC 9483 4.1.1", .detail = "the certificate is not for the key that was sent"};
}

Error not_taken(const crypto::Cert& certificate) {
    return {.code = Code::rejected, .clause = "RFC 9483 4.1.1",
            .detail = "the requester did not take the certificate " + der::hex_integer(certificate.serial()) + ": its CA, which knows no CMP, must be told by hand"};
}

/// What came of looking at a CA's answer. Neither: it must be asked first whether something is revoked.
struct Judged {
    std::vector<crypto::Cert>                path{};  // from the certificate to an anchor
    std::optional<operations::MissingStatus> missing{};
};

Result<Judged> judge(Bytes octets, const PKIMessage& first, const ra::Upstream& upstream, std::int64_t now) {
    auto all = certificates_in(octets);
    if (!all) return all.error();
    if (auto good = check_key(all->front(), request_in(first).subjectPKInfo); !good) return good.error();
    const auto& verifier = upstream.trust.anchors;
    if (!verifier) return Error{.code = Code::signer_not_trusted, .detail = "no trust is configured for \"" + escaped(upstream.name) + "\""};
    std::vector<crypto::Cert> pool(all->begin() + 1, all->end());
    std::ranges::copy(verifier->trust().intermediates, std::back_inserter(pool));
    if (auto query = verifier->missing(all->front(), pool, now)) return Judged{.missing = operations::MissingStatus{*std::move(query), verifier}};
    auto path = verifier->path(all->front(), pool, now);
    return path ? Result<Judged>(Judged{.path = std::move(*path)}) : path.error();
}

}  // namespace

// ---------------------------------------------------------------- what came back

// A refusal is final, and so is an answer that is of no use: who asked such a CA once more could get a second certificate.
Result<Passed> Passage::convert(Bytes sent, const Result<Octets>& answer) {
    auto found = load();
    if (!found) return found.error();
    if (!*found || !is_on_its_way(sent)) return unwanted(answer);
    if (!answer && answer.error().code != Code::rejected) return failure(sent, answer.error());
    const ra::Upstream* upstream = this->upstream();
    if (!upstream) return Error{.code = Code::not_found, .detail = "the upstream of a transaction is not configured any more"};
    auto judged = answer ? judge(*answer, first(), *upstream, now_) : answer.error();
    if (judged && judged->missing) return Passed{.step = {.key = key_, .missing = std::move(judged->missing)}};
    std::optional<Error> problem;
    if (!judged) problem = answer ? unusable(judged.error()) : judged.error();
    auto octets = problem ? declined(*problem) : granted(judged->path);
    auto message = octets ? der::parse<PKIMessage>(std::move(*octets)) : octets.error();
    if (!message) return message.error();
    auto passed = this->answer(**message, sent);
    if (passed && problem) passed->refusal = problem;
    return passed;
}

// Who withdrew, or was told to come again, while the CA was asked has left a certificate behind.
Passed Passage::unwanted(const Result<Octets>& answer) const {
    const auto all = answer ? certificates_in(*answer) : answer.error();
    const auto known = handed_out();
    if (!all || (known && known == all->front())) return {.word = "answered already"};
    Passed passed{.word = "not wanted any more", .refusal = not_taken(all->front()), .deed = deed_};
    note(passed.deed, all->front());
    note_withdrawal(passed.deed);
    return passed;
}

// RFC 9810 5.2.3: another name than the one asked for is a modification.
Result<Octets> Passage::granted(std::span<const crypto::Cert> path) {
    der::Arena   arena;
    const bool   is_as_asked = same_name(path.front()->subject, request_in(first()).subject);
    CertResponse response;
    response.certReqId     = cert_req_id;
    response.status.status = is_as_asked ? PKIStatus::accepted : PKIStatus::grantedWithMods;
    response.certifiedKeyPair.emplace().certOrEncCert.emplace<"certificate">() = *path.front();
    PKIBody body;
    body.emplace<"cp">() = CertRepMessage{{}, List<CertResponse>(&response, 1)};
    std::vector<InfoTypeAndValue> info;
    if (record().confirms) info.push_back(operations::implicit_confirm());
    // One that waits here for a pollReq would name a time that is over when it comes.
    else if (record().state == RelayState::asked) info.push_back(operations::confirm_wait_time(now_ + doorway_.answer_wait, arena));
    return as_answer(body, info, path.subspan(1));
}

Result<Octets> Passage::declined(const Error& why) {
    der::Arena arena;
    PKIBody    body;
    operations::put_status(first().body, rejection(why.fail_info.value_or(FailInfo::systemFailure), why.detail, arena), body, arena);
    return as_answer(body, {}, {});
}

// Without protection: whatever goes to the requester gets ours (onto_requester).
Result<Octets> Passage::as_answer(const PKIBody& body, std::span<const InfoTypeAndValue> info, std::span<const crypto::Cert> extra) {
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    const PKIHeader& asked = first().header;
    der::Arena       arena;
    const operations::HeaderFields fields{.pvno = asked.pvno == Pvno::cmp2021 ? Pvno::cmp2021 : Pvno::cmp2000, .recipient = asked.sender.get<"directoryName">(),
                                          .transaction_id = asked.transactionID->content, .sender_nonce = *nonce, .recip_nonce = asked.senderNonce->content, .now = now_,
                                          .general_info = info};
    return protection::seal(operations::header_of(fields, arena), body, nullptr, extra);
}

// ---------------------------------------------------------------- what follows

namespace {

/// What a requester's later message means for the certificate that it has got.
struct Outcome {
    bool                 is_over = true, is_taken = true;
    std::optional<Error> problem{};  // told in an error message
};

Outcome outcome_of(const PKIMessage& message, const crypto::Cert& certificate) {
    if (message.body.is<"error">()) return {.is_taken = false};
    const auto* content = message.body.get<"certConf">();
    if (!content)
        return {.is_over = false, .problem = Error{.code = Code::unexpected_body, .path = "body", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 3.5", .detail = "this message does not belong here"}};
    const auto status = operations::read_confirmation(*content, cert_req_id, message.header.pvno);
    if (!status) return {.is_over = false, .problem = status.error()};
    if (!operations::is_accepted(*status)) return {.is_taken = false};
    const auto same = operations::compare_hash(**status, certificate);
    return same ? Outcome() : Outcome{.is_taken = false, .problem = same.error()};
}

}  // namespace

/// The certificate that the requester got, or is to get when it polls; none: there is none.
crypto::Cert Passage::handed_out() const {
    if (record().answer) {
        const auto answer = der::parse<PKIMessage>(copy_of(record().answer->content));
        return answer ? certificate_in(**answer) : crypto::Cert();
    }
    for (std::size_t i = record().exchanges.size(); i--;) {
        const auto reply = der::parse<PKIMessage>(copy_of(record().exchanges[i].reply.content));
        if (auto certificate = reply ? certificate_in(**reply) : crypto::Cert()) return certificate;
    }
    return {};
}

Result<Passed> Passage::answer_here(const Visit& visit) {
    const auto certificate = handed_out();
    if (!certificate) return Error{.code = Code::store_failed, .detail = "the certificate of a relayed transaction is not in its record"};
    const Outcome outcome = outcome_of(visit.message, certificate);
    der::Arena    arena;
    PKIBody       body;
    if (outcome.problem) operations::put_error(rejection(*outcome.problem->fail_info, outcome.problem->detail, arena), body);
    else body.emplace<"pkiconf">();
    auto passed = reply({.body = &body, .state = outcome.is_over ? std::optional(RelayState::ended) : std::nullopt, .check_after = 0, .refusal = outcome.problem}, visit);
    if (!passed || !passed->step.reply || outcome.is_taken) return passed;
    note(passed->deed, certificate);
    note_withdrawal(passed->deed);
    passed->refusal = outcome.problem ? not_taken(certificate).because_of(*outcome.problem) : not_taken(certificate);
    return passed;
}

// A CA that knows CMP withdraws what nobody confirms; here somebody must learn which one it is.
void Passage::note_unconfirmed() {
    if (record().forwarding != operations::Forwarding::converted || record().state != RelayState::open) return;
    if (const auto certificate = handed_out()) note(deed_, certificate);
}

// ---------------------------------------------------------------- what goes up

// There is no header any more that says the profile.
void Passage::convert_parcel(Parcel& parcel, const Record& record) const {
    parcel.is_converted = true;
    const auto first    = record.first ? der::parse<PKIMessage>(copy_of(record.first->content)) : Result<der::Parsed<PKIMessage>>(Error{});
    auto       named    = first ? operations::profile_named((*first)->header) : Result<std::string>(std::string());
    if (named && !named->empty()) parcel.profile = std::move(*named);
}

}  // namespace cmpkit::responder

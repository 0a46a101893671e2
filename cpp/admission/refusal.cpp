#include "admission/refusal.hpp"

namespace cmpkit::admission {
namespace {

Code code_of(FailInfo fail_info) {
    switch (fail_info) {
    case FailInfo::badCertTemplate: return Code::bad_template;
    case FailInfo::badCertId: return Code::bad_cert_id;
    case FailInfo::certRevoked: return Code::certificate_revoked;
    case FailInfo::notAuthorized: return Code::not_authorized;
    case FailInfo::signerNotTrusted: return Code::signer_not_trusted;
    case FailInfo::systemUnavail: return Code::bad_state;
    case FailInfo::wrongIntegrity: return Code::wrong_protection;
    default: return Code::bad_request;
    }
}

}  // namespace

Error refusal(FailInfo fail_info, std::string text, const char* clause) {
    return {.code = code_of(fail_info), .fail_info = fail_info, .clause = clause, .detail = std::move(text)};
}

Error failure(Code code, std::string_view what, const Error& inner) { return {.code = code, .detail = std::string(what) + ": " + inner.text()}; }

std::string oid_text(Bytes oid) {
    constexpr std::size_t longest = 32;  // octets: the peer makes them up, and is told of them
    const std::string_view name = oid_name(oid);
    if (!name.empty()) return std::string(name);
    return oid.size() > longest ? "an OID of " + std::to_string(oid.size()) + " octets" : der::dotted(oid);
}

}  // namespace cmpkit::admission

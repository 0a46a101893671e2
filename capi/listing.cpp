// The certificates of a CA, all or those that are looked for.
#include "der/print.hpp"
#include "desk.hpp"
#include "messages/names.hpp"
#include "serial.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

using Listed = ca::CertificationAuthority::Listed;

struct Search {
    std::string  state, subject, requester;  // empty: any
    Octets       serial;
    std::int64_t expires_before = 0;

    bool fits(const Listed& listed) const {
        const crypto::Cert& certificate = listed.certificate;
        return (state.empty() || name_of(listed.state) == state) && (requester.empty() || listed.requester.find(requester) != std::string::npos) &&
               (subject.empty() || to_text(certificate->subject).find(subject) != std::string::npos) && (serial.empty() || equal(serial, certificate.serial())) &&
               (!expires_before || certificate.not_after() < expires_before);
    }
};

Result<Search> search_in(const cmpkit_ca_search& options) {
    Search search;
    if (options.state) search.state = options.state;
    if (options.subject) search.subject = options.subject;
    if (options.requester) search.requester = options.requester;
    search.expires_before = options.expires_before;
    constexpr std::string_view states[] = {"unconfirmed", "valid", "updated", "revoked"};
    if (!search.state.empty() && std::ranges::find(states, search.state) == std::end(states))
        return Error{.code = Code::bad_argument, .detail = "state is unconfirmed, valid, updated or revoked"};
    if (!options.serial) return search;
    auto serial = serial_in(options.serial);
    if (!serial) return serial.error();
    search.serial = std::move(*serial);
    return search;
}

std::string listed_json(const ca::CertificationAuthority::Listed& listed) {
    std::string json = "{" + summary_of(listed.certificate) + ",\"state\":" + der::json_string(name_of(listed.state)) +
                       ",\"requester\":" + der::json_string(escaped(listed.requester)) + ",\"profile\":" + der::json_string(escaped(listed.profile));
    if (listed.reason) json += ",\"reason\":" + der::json_string(name_of(*listed.reason));
    if (listed.revoked_at) json += ",\"revokedAt\":" + std::to_string(*listed.revoked_at);
    if (listed.invalid_since) json += ",\"invalidSince\":" + std::to_string(*listed.invalid_since);
    return json + "}";
}

Result<std::string> list_json(ca::CertificationAuthority& authority, const Search& search) {
    std::string json;
    Octets      after;
    for (;;) {
        auto page = authority.list(after, 500);
        if (!page) return page.error();
        if (page->empty()) return "[" + json + "]";
        for (const Listed& listed : *page)
            if (search.fits(listed)) json += (json.empty() ? "" : ",\n ") + listed_json(listed);
        after = copy_of(page->back().certificate.serial());
    }
}

Result<std::unique_ptr<cmpkit_buf>> list(cmpkit_responder* responder, const Search& search) {
    if (!responder) return no_handle;
    const auto at = AtDesk::of(*responder);
    if (!at) return at.error();
    auto text = list_json(**at, search);
    if (!text) return text.error();
    return buf_of(*text);
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_ca_list(cmpkit_responder* responder, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&] { return list(responder, {}); });
}
cmpkit_rc cmpkit_ca_find(cmpkit_responder* responder, const cmpkit_ca_search* options, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto known  = options_in(options, offsetof(cmpkit_ca_search, expires_before) + sizeof(int64_t));
        auto search = known ? search_in(*known) : Result<Search>(known.error());
        return search ? list(responder, *search) : search.error();
    });
}

}  // extern "C"

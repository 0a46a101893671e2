// Support messages: what is asked of a CA, and what it told.
#include "der/encode.hpp"
#include "der/print.hpp"
#include "messages/names.hpp"
#include "operation.hpp"
#include "operations/request_template.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;
using namespace cmpkit::operations;

namespace {

Result<Inquiry> root_update_in(const cmpkit_get_options& options) {
    if (!options.root) return ask_root_update({});
    auto roots = certificates_in(options.root, options.root_size);
    if (!roots) return roots.error();
    return ask_root_update(roots->front());
}

Result<Inquiry> crl_in(const cmpkit_get_options& options, const Credentials& credentials) {
    Octets       issuer;
    std::int64_t this_update = 0;
    if (options.crl) {
        auto octets = bytes_in(options.crl, options.crl_size);
        auto der    = octets ? crypto::pem_or_der(*octets, {"X509 CRL"}) : Result<Octets>(octets.error());
        auto list   = der ? der::parse<CertificateList>(std::move(*der)) : Result<der::Parsed<CertificateList>>(der.error());
        if (!list) return Error{.code = Code::bad_argument, .detail = "crl"}.because_of(list.error());
        issuer      = der::encode((*list)->tbsCertList.issuer);
        this_update = unix_seconds((*list)->tbsCertList.thisUpdate);
    } else if (!credentials.chain.empty()) {
        issuer = der::encode(credentials.chain.front()->issuer);
    }
    if (options.distribution_point) return ask_crl_at(options.distribution_point, this_update);
    if (options.issuer) {
        auto name = name_in(options.issuer, "issuer");
        if (!name) return name.error();
        issuer = std::move(*name);
    }
    if (issuer.empty()) return Error{.code = Code::bad_argument, .detail = "whose CRL? Give issuer, distribution_point or a crl that is held"};
    return ask_crl(issuer, this_update);
}

Result<Inquiry> information_in(const cmpkit_get_options& options) {
    auto type  = type_in(options.info_type);
    auto value = bytes_in(options.info_value, options.info_value_size);
    if (!type || !value) return type ? value.error() : type.error();
    return ask(*type, *value);
}

Result<Inquiry> inquiry_in(const cmpkit_get_options& options, const Credentials& credentials) {
    switch (options.kind) {
    case CMPKIT_GET_ALL: return Inquiry{};
    case CMPKIT_GET_CA_CERTIFICATES: return ask_ca_certificates();
    case CMPKIT_GET_ROOT_UPDATE: return root_update_in(options);
    case CMPKIT_GET_TEMPLATE: return ask_request_template({});
    case CMPKIT_GET_CRL: return crl_in(options, credentials);
    case CMPKIT_GET_INFORMATION: return information_in(options);
    default: return Error{.code = Code::bad_argument, .detail = "kind is none of CMPKIT_GET_…"};
    }
}

/// None where it was told without being asked for: nothing has proved it then.
Result<std::optional<RootUpdate>> proved_update(const cmpkit_operation& operation, Bytes information) {
    if (operation.machine.asks_for_all()) return std::optional<RootUpdate>();
    return root_update(information);
}

Result<std::string> found_in(const cmpkit_operation& operation, Bytes information) {
    auto certificates = ca_certificates(information);
    auto lists        = certificate_lists(information);
    auto update       = proved_update(operation, information);
    if (!certificates) return certificates.error();
    if (!lists || !update) return lists ? update.error() : lists.error();
    if (*update) certificates->push_back((*update)->new_with_new);
    std::string pem = pem_of(*certificates);
    for (const Octets& list : *lists) pem += crypto::write_pem("X509 CRL", list);
    return pem;
}

template <class Make> cmpkit_rc told(const cmpkit_operation* operation, cmpkit_buf** out, cmpkit_error** error, Make make) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!operation) return no_handle;
        if (!operation->information) return Error{.code = Code::bad_state, .detail = "nothing was told yet"};
        auto made = make(Bytes(*operation->information));
        if (!made) return made.error();
        return buf_of(*made);
    });
}

std::string summary_of(const CertTemplate& wanted, const std::optional<std::vector<std::string>>& keys) {
    std::string json;
    const auto  list = [](auto begin, auto end, auto text) {
        std::string all;
        for (; begin != end; ++begin) all += (all.empty() ? "" : ",") + der::json_string(text(*begin));
        return "[" + all + "]";
    };
    if (wanted.issuer) json += ",\"issuer\":" + der::json_string(to_text(*wanted.issuer));
    if (wanted.subject) json += ",\"subject\":" + der::json_string(to_text(*wanted.subject));
    if (const auto* names = extension_value<GeneralNames>(wanted.extensions, oids::id_ce_subjectAltName))
        json += ",\"sans\":" + list(names->begin(), names->end(), [](const GeneralName& name) { return to_text(name); });
    if (keys) json += ",\"keys\":" + list(keys->begin(), keys->end(), [](const std::string& key) { return key; });
    return "{" + (json.empty() ? json : json.substr(1)) + "}";
}

}  // namespace

namespace cmpkit::capi {

Result<Octets> type_in(const char* info_type) {
    auto text = text_in(info_type, "info_type");
    return text ? oid_from_text(*text) : text.error();
}

Result<Order> order_in(const cmpkit_get_options& options, const Credentials& credentials) {
    auto inquiry = inquiry_in(options, credentials);
    if (!inquiry) return inquiry.error();
    if (options.profile) {
        auto profile = text_in(options.profile, "profile");
        if (!profile) return profile.error();
        inquiry->profile = *profile;
    }
    Order order;
    if (auto chosen = choose_recipient(options.recipient, true, credentials, order); !chosen) return chosen.error();
    order.what = std::move(*inquiry);
    return order;
}

}  // namespace cmpkit::capi

extern "C" {

cmpkit_rc cmpkit_operation_found_pem(const cmpkit_operation* operation, cmpkit_buf** pem, cmpkit_error** error) {
    return told(operation, pem, error, [&](Bytes information) { return found_in(*operation, information); });
}
cmpkit_rc cmpkit_operation_links_pem(const cmpkit_operation* operation, cmpkit_buf** pem, cmpkit_error** error) {
    return told(operation, pem, error, [&](Bytes information) -> Result<std::string> {
        auto update = proved_update(*operation, information);
        if (!update) return update.error();
        std::vector<crypto::Cert> links;
        for (const auto* link : {*update ? &(*update)->new_with_old : nullptr, *update ? &(*update)->old_with_new : nullptr})
            if (link && *link) links.push_back(*link);
        return pem_of(links);
    });
}
cmpkit_rc cmpkit_operation_template(const cmpkit_operation* operation, cmpkit_buf** der, cmpkit_error** error) {
    return told(operation, der, error, [](Bytes information) { return request_template(information); });
}
cmpkit_rc cmpkit_operation_information(const cmpkit_operation* operation, cmpkit_buf** der, cmpkit_error** error) {
    return told(operation, der, error, [](Bytes information) -> Result<Octets> { return copy_of(information); });
}
cmpkit_rc cmpkit_operation_information_value(const cmpkit_operation* operation, const char* info_type, cmpkit_buf** der, cmpkit_error** error) {
    return told(operation, der, error, [&](Bytes information) -> Result<Octets> {
        auto type = type_in(info_type);
        return type ? value_of_type(information, *type) : type.error();
    });
}

cmpkit_rc cmpkit_template_summary(const uint8_t* data, size_t size, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto octets = bytes_in(data, size);
        if (!octets) return octets.error();
        der::Arena arena;
        auto       content = der::parse<CertReqTemplateContent>(*octets, arena);
        auto       keys    = content ? key_kinds(*octets) : Result<std::optional<std::vector<std::string>>>(content.error());
        if (!keys) return keys.error();
        return buf_of(summary_of(content->certTemplate, *keys));
    });
}

}  // extern "C"

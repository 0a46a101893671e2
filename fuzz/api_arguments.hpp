// What the arguments of a program are made of, and what every call into the C ABI promises of its results.
#pragma once
#include "api_program.hpp"
#include "api_transport.hpp"

#include <ctime>

namespace cmpkit::fuzz {

template <class Handle> auto& Program::shelf() {
    if constexpr (std::is_same_v<Handle, cmpkit_buf>) return bufs_;
    else if constexpr (std::is_same_v<Handle, cmpkit_key>) return keys_;
    else if constexpr (std::is_same_v<Handle, cmpkit_credentials>) return credentials_;
    else if constexpr (std::is_same_v<Handle, cmpkit_trust>) return trusts_;
    else if constexpr (std::is_same_v<Handle, cmpkit_tls>) return tls_;
    else if constexpr (std::is_same_v<Handle, cmpkit_responder>) return responders_;
    else return static_cast<Shelf<Handle, cmpkit_operation_free>&>(operations_);
}

inline Program::Program(Bytes octets) : input_(octets) {
    Wire::carry = [this](Bytes request) { return carried(request); };
    hold(cmpkit_context_new(&context_.fresh, nullptr) == CMPKIT_OK);
    context_.put(0);
    hold(cmpkit_context_add_plugin_folder(context(), Plant::one().folder.c_str(), nullptr) == CMPKIT_OK);  // where no plugin is
    hold(cmpkit_context_add_transport(context(), &Wire::table(), nullptr) == CMPKIT_OK);
}

/// A word that is known, then literal text, at last NULL.
inline const char* Program::take(std::type_identity<const char*>) {
    static constexpr const char* words[] = {"dev1", "/O=Plant/CN=dev1", "CN=dev1,O=Plant", "dns:dev1.plant", "ec:P-256", "fuzz://there", "keyCompromise", "0x1", "strict", "lcmpp-04",
                                            "1.3.6.1.5.5.7.4.17", "default", "/O=Plant/CN=Plant Issuing CA", "http://there/", "any", "valid", "ir", ""};
    const std::uint8_t way = input_.octet();
    if (way < std::size(words)) return words[way];
    if (way == 255) return nullptr;
    return texts_.emplace_back(text_of(input_.octets(way - std::size(words)))).c_str();
}

/// A buffer that a call brought, octets that are known, then literal ones. The size follows.
inline const std::uint8_t* Program::take(std::type_identity<const std::uint8_t*>) {
    static const std::string secret = "device";
    const std::uint8_t       way    = input_.octet();
    Bytes                    octets;
    if (way < 3) octets = {cmpkit_buf_data(bufs_.handles[way]), cmpkit_buf_size(bufs_.handles[way])};
    else if (way == 3) octets = bytes_of(Plant::one().root);
    else if (way == 4) octets = bytes_of(Plant::one().key);
    else if (way == 5) octets = bytes_of(secret);
    else if (way < 255) octets = bytes_of(texts_.emplace_back(text_of(input_.octets(way - 6u))));
    size_ = way == 255 ? 1 : octets.size();
    return octets.data();
}

inline const cmpkit_enroll_options* Program::take(std::type_identity<const cmpkit_enroll_options*>) {
    auto& wanted     = std::get<cmpkit_enroll_options>(options_);
    wanted           = CMPKIT_ENROLL_OPTIONS_INIT;
    const auto parts = input_.octet();
    wanted.kind      = input_.octet() % 9;
    wanted.key       = take(std::type_identity<const cmpkit_key*>());
    wanted.subject   = parts & 1 ? nullptr : take(std::type_identity<const char*>());
    sans_            = {parts & 2 ? take(std::type_identity<const char*>()) : nullptr, nullptr, nullptr};
    wanted.sans      = parts & 4 ? sans_.data() : nullptr;
    wanted.profile   = parts & 8 ? take(std::type_identity<const char*>()) : nullptr;
    wanted.recipient = parts & 16 ? take(std::type_identity<const char*>()) : nullptr;
    wanted.implicit_confirm = parts & 32;
    if (parts & 64) wanted.csr = take(std::type_identity<const std::uint8_t*>()), wanted.csr_size = take(std::type_identity<std::size_t>());
    if (parts & 128) wanted.request_template = take(std::type_identity<const std::uint8_t*>()), wanted.request_template_size = take(std::type_identity<std::size_t>());
    return is_odd(250) ? (wanted.struct_size = 8, &wanted) : is_odd(249) ? nullptr : &wanted;
}

inline const cmpkit_revoke_options* Program::take(std::type_identity<const cmpkit_revoke_options*>) {
    auto& wanted     = std::get<cmpkit_revoke_options>(options_);
    wanted           = CMPKIT_REVOKE_OPTIONS_INIT;
    const auto parts = input_.octet();
    if (parts & 1) wanted.certificate = take(std::type_identity<const std::uint8_t*>()), wanted.certificate_size = take(std::type_identity<std::size_t>());
    if (parts & 2) wanted.issuer = take(std::type_identity<const char*>());
    if (parts & 4) wanted.serial = take(std::type_identity<const char*>());
    if (parts & 8) wanted.reason = take(std::type_identity<const char*>());
    if (parts & 16) wanted.recipient = take(std::type_identity<const char*>());
    if (parts & 32) wanted.invalid_since = take(std::type_identity<std::int64_t>());
    return is_odd(250) ? (wanted.struct_size = 8, &wanted) : is_odd(249) ? nullptr : &wanted;
}

inline const cmpkit_get_options* Program::take(std::type_identity<const cmpkit_get_options*>) {
    auto& wanted     = std::get<cmpkit_get_options>(options_);
    wanted           = CMPKIT_GET_OPTIONS_INIT;
    const auto parts = input_.octet();
    wanted.kind      = input_.octet() % 8;
    if (parts & 1) wanted.root = take(std::type_identity<const std::uint8_t*>()), wanted.root_size = take(std::type_identity<std::size_t>());
    if (parts & 2) wanted.crl = take(std::type_identity<const std::uint8_t*>()), wanted.crl_size = take(std::type_identity<std::size_t>());
    if (parts & 4) wanted.info_value = take(std::type_identity<const std::uint8_t*>()), wanted.info_value_size = take(std::type_identity<std::size_t>());
    if (parts & 8) wanted.issuer = take(std::type_identity<const char*>());
    if (parts & 16) wanted.distribution_point = take(std::type_identity<const char*>());
    if (parts & 32) wanted.info_type = take(std::type_identity<const char*>());
    if (parts & 64) wanted.profile = take(std::type_identity<const char*>());
    return is_odd(250) ? (wanted.struct_size = 8, &wanted) : is_odd(249) ? nullptr : &wanted;
}

inline const cmpkit_ca_search* Program::take(std::type_identity<const cmpkit_ca_search*>) {
    auto& wanted     = std::get<cmpkit_ca_search>(options_);
    wanted           = CMPKIT_CA_SEARCH_INIT;
    const auto parts = input_.octet();
    for (const char** part : {&wanted.state, &wanted.subject, &wanted.requester, &wanted.serial}) *part = parts & 1 ? take(std::type_identity<const char*>()) : nullptr;
    return is_odd(250) ? (wanted.struct_size = 8, &wanted) : is_odd(249) ? nullptr : &wanted;
}

/// The first responder answers, else nobody. A run has the clock of this machine.
inline Octets Program::carried(Bytes request) {
    cmpkit_buf* answer = nullptr;
    if (cmpkit_responder_answer(responders_.handles[0], request.data(), request.size(), "here", nullptr, std::time(nullptr), &answer, nullptr) != CMPKIT_OK) return {};
    const Octets reply(cmpkit_buf_data(answer), cmpkit_buf_data(answer) + cmpkit_buf_size(answer));
    return cmpkit_buf_free(answer), reply;
}

inline void hold_error(const cmpkit_error* error) {
    for (; error; error = cmpkit_error_cause(error)) {
        hold(cmpkit_error_code(error) < 0 && *cmpkit_error_text(error) && *cmpkit_error_layer(error) && cmpkit_error_path(error) && cmpkit_error_clause(error));
        hold(cmpkit_error_detail(error) && cmpkit_error_offset(error) >= 0 && (cmpkit_error_fail_info(error) < 0) == !*cmpkit_error_fail_info_name(error));
    }
}

inline void Program::judge(cmpkit_rc rc, cmpkit_error** given) {
    hold(rc <= 0 && rc != CMPKIT_E_INTERNAL && std::strcmp(cmpkit_rc_name(rc), "unknown") != 0);
    hold(!given || ((error_ != nullptr) == (rc != CMPKIT_OK) && cmpkit_error_code(error_) == rc));
    hold_error(error_);
    cmpkit_error_free(std::exchange(error_, nullptr));
    if (put_) std::exchange(put_, nullptr)(rc == CMPKIT_OK);
    if (std::exchange(has_number_, false)) hold(rc == CMPKIT_OK || number_ == 0);
    size_.reset();
}

}  // namespace cmpkit::fuzz

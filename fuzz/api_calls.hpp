// The calls that programs are made of. A new function of cmpkit.h belongs at the end, so that what is in a corpus keeps its meaning.
#pragma once
#include "api_arguments.hpp"

namespace cmpkit::fuzz {

// Functions of which only a part of what they take is for a program to choose.

/// Of curves alone: a key of RSA takes a second.
inline cmpkit_rc generate_key(std::int32_t kind, cmpkit_key** out, cmpkit_error** error) {
    static constexpr std::array kinds{"ec:P-256", "ec:P-384", "ed25519", "ed448", "ec:P-1", ""};
    return cmpkit_key_generate(kinds[static_cast<std::uint32_t>(kind) % kinds.size()], out, error);
}

/// What is not over soon has no end here.
inline cmpkit_rc run(cmpkit_operation* operation, std::int32_t place, const cmpkit_tls* tls, cmpkit_error** error) {
    static constexpr std::array<const char*, 3> places{nullptr, "fuzz://there", "http://there"};
    (void)cmpkit_operation_set_timeouts(operation, 1, 1, 20, nullptr);
    return cmpkit_operation_run(operation, places[static_cast<std::uint32_t>(place) % places.size()], tls, error);
}

/// Of ours: one of the fuzzer's could name any file.
inline const char* configuration(std::int32_t which) {
    static const std::string plant = Plant::one().config, named = plant + "\n[server]\nqueue = 7\n", wrong = plant + "\n[cmp]\n";
    static const std::array  all{plant.c_str(), named.c_str(), wrong.c_str(), "listen = [", static_cast<const char*>(nullptr)};
    return all[static_cast<std::uint32_t>(which) % all.size()];
}
inline cmpkit_rc new_responder(cmpkit_context* context, std::int32_t config, cmpkit_responder** out, cmpkit_error** error) {
    return cmpkit_responder_new(context, configuration(config), Plant::one().folder.c_str(), out, error);
}
inline cmpkit_rc reload(cmpkit_responder* responder, std::int32_t config, cmpkit_buf** unchanged, cmpkit_error** error) {
    return cmpkit_responder_reload(responder, configuration(config), Plant::one().folder.c_str(), unchanged, error);
}

template <auto function> void of(Program& program) { program.call(function); }
template <class Handle> void free_of(Program& program) { program.drop<Handle>(); }

inline constexpr void (*calls[])(Program&) = {
    free_of<cmpkit_buf>, free_of<cmpkit_key>, free_of<cmpkit_credentials>, free_of<cmpkit_trust>, free_of<cmpkit_tls>, free_of<cmpkit_operation>, free_of<cmpkit_responder>,
    of<generate_key>, of<run>, of<new_responder>, of<reload>,
    of<cmpkit_context_set_log>, of<cmpkit_context_transports>, of<cmpkit_context_set_option>, of<cmpkit_context_is_offline>, of<cmpkit_context_exchange>,
    of<cmpkit_context_discover>, of<cmpkit_key_load>, of<cmpkit_key_pem>, of<cmpkit_key_new_callback>, of<cmpkit_key_public>, of<cmpkit_credentials_new_certificate>,
    of<cmpkit_credentials_new_pkcs12>, of<cmpkit_credentials_new_secret>, of<cmpkit_credentials_set_mac>, of<cmpkit_trust_new>, of<cmpkit_trust_add_anchors>,
    of<cmpkit_trust_add_intermediates>, of<cmpkit_trust_add_pins>, of<cmpkit_trust_add_verify_new>, of<cmpkit_trust_add_crl>, of<cmpkit_trust_add_ocsp>,
    of<cmpkit_trust_set_revocation>, of<cmpkit_trust_add_status_source>, of<cmpkit_trust_set_fetch_limits>, of<cmpkit_trust_set_peer>, of<cmpkit_trust_set_peer_toml>,
    of<cmpkit_peers>, of<cmpkit_tls_new>, of<cmpkit_tls_add_anchors>, of<cmpkit_tls_set_trust>, of<cmpkit_tls_set_certificate>, of<cmpkit_tls_set_psk>,
    of<cmpkit_tls_set_srp>, of<cmpkit_operation_new_enroll>, of<cmpkit_operation_new_revoke>, of<cmpkit_operation_new_get>, of<cmpkit_operation_set_policy>,
    of<cmpkit_operation_set_keep>, of<cmpkit_operation_set_waiting>, of<cmpkit_operation_set_trace>, of<cmpkit_operation_set_exchange>,
    of<cmpkit_operation_set_timeouts>, of<cmpkit_operation_cancel>, of<cmpkit_operation_begin>, of<cmpkit_operation_receive>, of<cmpkit_operation_lost>,
    of<cmpkit_operation_decide>, of<cmpkit_operation_kept>, of<cmpkit_operation_woken>, of<cmpkit_operation_fetched>, of<cmpkit_operation_fetch_url>,
    of<cmpkit_operation_fetch>, of<cmpkit_operation_check_after>, of<cmpkit_operation_message>, of<cmpkit_operation_label>, of<cmpkit_operation_set_save>,
    of<cmpkit_operation_set_memo>, of<cmpkit_operation_save>, of<cmpkit_saved_memo>, of<cmpkit_operation_new_saved>, of<cmpkit_operation_certificate>,
    of<cmpkit_operation_certificate_pem>, of<cmpkit_operation_chain_pem>, of<cmpkit_operation_ca_pubs_pem>, of<cmpkit_operation_with_mods>,
    of<cmpkit_operation_peer_text>, of<cmpkit_operation_found_pem>, of<cmpkit_operation_links_pem>, of<cmpkit_operation_template>, of<cmpkit_operation_information>,
    of<cmpkit_operation_information_value>, of<cmpkit_show_text>, of<cmpkit_show_brief>, of<cmpkit_show_json>, of<cmpkit_certificates_load>,
    of<cmpkit_template_summary>, of<cmpkit_certificate_summary>, of<cmpkit_responder_answer>, of<cmpkit_responder_tick>, of<cmpkit_responder_set_information>,
    of<cmpkit_responder_set_naming>, of<cmpkit_responder_set_overseer>, of<cmpkit_responder_set_adapter>, of<cmpkit_responder_set_events>, of<cmpkit_ca_select>,
    of<cmpkit_ca_list>, of<cmpkit_ca_find>, of<cmpkit_ca_revoke>, of<cmpkit_ca_revoke_since>, of<cmpkit_ca_pending>, of<cmpkit_ca_approve>, of<cmpkit_ca_reject>,
    of<cmpkit_ca_crl>, of<cmpkit_ca_rollover>, of<cmpkit_ra_pending>, of<cmpkit_ra_approve>, of<cmpkit_ra_reject>};

}  // namespace cmpkit::fuzz

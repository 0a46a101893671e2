// How a peer deviates from RFC 9483 and RFC 9810: what an end entity takes of it nevertheless, and what it says to it in another form. One value for
// each server that is known (service/peers), none of it a decision taken elsewhere. Without a profile the defaults below hold: strict in what is sent,
// liberal where security is not touched. Where something is touched, the comment says what an attacker gains.
//
//     PeerTrust trust;
//     trust.peer.unprotected_pkiconf = true;
#pragma once
#include "protection/protect.hpp"

namespace cmpkit::operations {

struct Peer {
    std::string name, comment;

    // ---- what is taken

    /// An error message without protection ends the operation, and its words are shown as not verified (RFC 9483 3.6.2 lets a server send one that it
    /// cannot protect). Whoever can answer in the peer's place can end an operation in any case. False: it is as good as no answer at all.
    bool unprotected_errors = true;
    /// The same, and an ip, cp, kup or rp that only refuses: where it belongs to the transaction its reason is taken for the peer's. EJBCA, Insta,
    /// cryptlib. An attacker on the way gains that a refusal of his passes for the CA's.
    bool unprotected_refusals = false;
    /// A pkiconf without protection that belongs to the transaction. EJBCA. An attacker on the way who keeps certConf back gains that the end entity
    /// believes a certificate confirmed which the CA will revoke for want of confirmation. RFC 9483 4.1.1 wants it protected.
    bool unprotected_pkiconf = false;
    /// A signature answers our MAC. EJBCA and UNISIG Subset-137. Besides those who know the secret, whoever may sign answers under our anchors is
    /// believed then; caPubs still come under the MAC alone. RFC 9483 3.2 wants one kind of protection for all messages.
    bool signature_for_mac = false;
    /// A CA signs answers though the keyUsage of its certificate lacks digitalSignature. Insta. The key could issue itself a certificate that may: nothing
    /// is gained. RFC 9483 3.2.
    bool ca_without_digital_signature = false;
    /// A signer whose extKeyUsage is absent may answer. Where CAs issue such certificates to devices, each of them could answer in the CA's place:
    /// RFC 9810 4.5 has id-kp-cmcCA and id-kp-cmcRA for that.
    bool signer_for_any_use = true;
    /// A signed message has no senderKID although its signer's certificate has an identifier (RFC 9483 3.1; RFC 4210 left it open). The signature says the same.
    bool sender_kid_absent = true;
    /// senderKID is ours, sent back: it then says nothing of the signer, whom the sender's name and the signature tell. RFC 9483 3.1.
    bool sender_kid_mirrored = false;
    /// id-PasswordBasedMac with NULL for its parameters, or none: those of our message, once more (RFC 2510 allowed that). cryptlib.
    bool mac_parameters_null = false;
    /// Error messages of pvno 1 (RFC 2510). Their protection is judged as any other.
    bool error_pvno_1 = false;
    /// ip answers cr, p10cr and kur, too. RFC 9810 5.1.2 has cp and kup.
    bool ip_for_any_request = false;
    /// certReqId 0 in the answer to a p10cr, as the drafts of RFC 9483 had it; RFC 9810 5.3.4 has -1.
    bool zero_for_p10cr = true;
    /// certReqId -1 in the answer to ir, cr and kur, which RFC 9483 4.1.1 wants to be 0.
    bool minus_one_for_crmf = false;
    /// implicitConfirm is granted though nobody asked, and no certConf is expected then. RFC 9483 4.1.1. False: such a grant is passed over.
    bool implicit_confirm_unasked = false;
    /// recipNonce is the senderNonce of the transaction's first message in all answers. RFC 9483 3.5. An attacker on the way can have an older
    /// answer of the same transaction pass for a new one, such as a pollRep.
    bool recip_nonce_of_request = false;
    /// So many octets may stand before a message, such as the TCP framing of old drafts that was carried over HTTP; the message must end where its own
    /// length says. They mean nothing and are thrown away.
    std::int64_t octets_before_message = 0;

    // ---- what is sent

    bool         message_time           = true;    // RFC 9483 3.1 recommends it
    bool         template_version       = false;   // version 3 in a template, which RFC 4211 5 would leave out
    bool         cert_profile_in_header = true;    // RFC 9483 3.1; false: the path alone names the profile
    bool         pvno_2_only            = false;   // and so no hashAlg in certConf, which RFC 9810 5.3.18 has since pvno 3
    bool         pbm_only               = false;   // no other MAC of a shared secret
    bool         root_update_by_its_own_type = false;  // a genm with id-it-rootCaKeyUpdate and no value; RFC 9483 4.3.2: id-it-rootCaCert with the old root
    std::int64_t most_iterations_sent   = 10'000'000;  // of a MAC; more are cut to this

    // ---- bounds

    /// Of the parameters that the peer chooses for its MACs. Fewer iterations make it cheaper to guess a weak secret from an answer that was listened to;
    /// more let whoever answers keep our processor busy (RFC 9810 8.3).
    protection::MacLimits mac_limits{};
};

// The members by the names that data files give them.
struct PeerFlag {
    const char* table;
    const char* key;
    bool Peer::*member;
};
inline constexpr PeerFlag peer_flags[] = {
    {"takes", "unprotected_errors", &Peer::unprotected_errors},
    {"takes", "unprotected_refusals", &Peer::unprotected_refusals},
    {"takes", "unprotected_pkiconf", &Peer::unprotected_pkiconf},
    {"takes", "signature_for_mac", &Peer::signature_for_mac},
    {"takes", "ca_without_digital_signature", &Peer::ca_without_digital_signature},
    {"takes", "signer_for_any_use", &Peer::signer_for_any_use},
    {"takes", "sender_kid_absent", &Peer::sender_kid_absent},
    {"takes", "sender_kid_mirrored", &Peer::sender_kid_mirrored},
    {"takes", "mac_parameters_null", &Peer::mac_parameters_null},
    {"takes", "error_pvno_1", &Peer::error_pvno_1},
    {"takes", "ip_for_any_request", &Peer::ip_for_any_request},
    {"takes", "zero_for_p10cr", &Peer::zero_for_p10cr},
    {"takes", "minus_one_for_crmf", &Peer::minus_one_for_crmf},
    {"takes", "implicit_confirm_unasked", &Peer::implicit_confirm_unasked},
    {"takes", "recip_nonce_of_request", &Peer::recip_nonce_of_request},
    {"sends", "message_time", &Peer::message_time},
    {"sends", "template_version", &Peer::template_version},
    {"sends", "cert_profile_in_header", &Peer::cert_profile_in_header},
    {"sends", "pvno_2_only", &Peer::pvno_2_only},
    {"sends", "pbm_only", &Peer::pbm_only},
    {"sends", "root_update_by_its_own_type", &Peer::root_update_by_its_own_type},
};

struct PeerNumber {
    const char*  table;
    const char*  key;
    std::int64_t least, most;
    std::int64_t& (*member)(Peer&);
};
inline constexpr PeerNumber peer_numbers[] = {
    {"takes", "octets_before_message", 0, 16, [](Peer& peer) -> std::int64_t& { return peer.octets_before_message; }},
    {"takes", "least_iterations", 1, 1'000'000, [](Peer& peer) -> std::int64_t& { return peer.mac_limits.min_iterations; }},
    {"takes", "most_iterations", 100, 10'000'000, [](Peer& peer) -> std::int64_t& { return peer.mac_limits.max_iterations; }},
    {"sends", "most_iterations", 100, 10'000'000, [](Peer& peer) -> std::int64_t& { return peer.most_iterations_sent; }},
};

/// The octets of a message, without the ones that may stand before it.
Bytes without_prefix(Bytes octets, std::int64_t most);

}  // namespace cmpkit::operations

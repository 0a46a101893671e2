// What goes on in either direction: a requester's message as its upstream gets it, and an upstream's answer as the requester gets it.
// The octets come from here; what was permitted, and whether the answer can be believed, is known before.
#pragma once
#include "operations/relay.hpp"
#include "ra/registration.hpp"

namespace cmpkit::responder {

/// What stays the same for the messages of one transaction on their way up. Views.
struct Upward {
    const ra::Upstream&          upstream;
    const protection::Protector* protector = nullptr;  // null: nothing is protected for that upstream
    operations::Forwarding       forwarding;
    bool                         confirms = false;     // we confirm in the requester's stead, so the CA is not asked for implicit confirmation
    std::int64_t                 now = 0;
};

/// A transaction's first message, by what was permitted. @error signing_failed; bad_state  nothing to protect it with (any more)
Result<Octets> first_onward(const PKIMessage& message, const ra::Permission& permission, const Upward& upward);
/// A later one: certConf, pollReq or error.
Result<Octets> later_onward(const PKIMessage& message, const Upward& upward);
/// Our own question whether an upstream has decided (RFC 9483 4.4), which the requester no longer asks it. @param answer  the one that said «waiting»
Result<Octets> poll_onward(const PKIMessage& answer, const Upward& upward, Bytes nonce);
/// Our own certConf for a certificate that the requester was told is confirmed. @param answer  the one with the certificate @pre certificate_in(answer)
Result<Octets> confirmation_onward(const PKIMessage& answer, const Upward& upward, Bytes nonce);

/// The certificate that an answer brings; none: it brings none that can be read.
crypto::Cert certificate_in(const PKIMessage& answer);

/// How the answer reaches the requester. Views.
struct Downward {
    const PKIMessage&            asked;      // the message that it answers for the requester
    const PKIMessage&            awaited;    // the same, or the one that it polls for
    const protection::Protector* protector;  // of answers to that requester; null: none of ours
    bool                         is_from_us      = false;  // the upstream knows our protection, not the requester's
    bool                         always_ours     = false;  // the answer goes under our protection in any case
    bool                         with_last_nonce = false;  // recipNonce is that of `asked` in any case
    bool                         confirms        = false;  // implicit confirmation is granted here
    bool                         has_changes     = false;  // the CA was asked for something else than the requester asked for
    std::int64_t                 now = 0;
};
/// Octet for octet where the requester can verify the upstream's protection and its nonce; else the same body under ours.
/// @error wrong_protection  it would have to be ours, and there is none
Result<Octets> onto_requester(const PKIMessage& answer, const Downward& downward);

}  // namespace cmpkit::responder

// Messages as a plugin keeps them, and as it hands them to the host.
#pragma once
#include "contract.h"

#include <string>

namespace cmpkit_plugin {

/// A copy of what the host wants sent.
struct Request {
    explicit Request(const cmpkit_transport_message& message)
        : kind(message.kind), data(reinterpret_cast<const char*>(message.data), message.data_size), operation(text(message.operation)), profile(text(message.profile)),
          label(text(message.label)) {}

    std::int32_t kind;
    std::string  data;
    std::string  operation, profile, label;  // empty: none

private:
    static const char* text(const char* given) { return given ? given : ""; }
};

/// A copy of the host's answer.
struct Answer {
    explicit Answer(const cmpkit_transport_message& message)
        : kind(message.kind), status(message.status), data(reinterpret_cast<const char*>(message.data), message.data_size) {}

    std::int32_t kind, status;
    std::string  data;
};

/// Who is at the other end.
struct Peer {
    std::string address;
    std::string certificate;   // DER; empty: none
    std::string psk_identity;  // empty: none
};

/// `peer` for the host, as long as it lives.
inline cmpkit_transport_peer view_of(const Peer& peer) {
    return {
        .size             = sizeof(cmpkit_transport_peer),
        .address          = peer.address.c_str(),
        .certificate      = peer.certificate.empty() ? nullptr : reinterpret_cast<const std::uint8_t*>(peer.certificate.data()),
        .certificate_size = peer.certificate.size(),
        .psk_identity     = peer.psk_identity.empty() ? nullptr : peer.psk_identity.c_str(),
    };
}

/// A message for the host; it borrows everything.
inline cmpkit_transport_message view_of(std::int32_t kind, const std::string& data, const cmpkit_transport_peer& peer, std::int32_t status = CMPKIT_TRANSPORT_ANSWERED) {
    return {
        .size      = sizeof(cmpkit_transport_message),
        .kind      = kind,
        .data      = reinterpret_cast<const std::uint8_t*>(data.data()),
        .data_size = data.size(),
        .operation = nullptr,
        .profile   = nullptr,
        .label     = nullptr,
        .status    = status,
        .peer      = &peer,
    };
}

/// How an exchange ended, in the contract's words.
struct Outcome {
    cmpkit_transport_rc rc;
    std::string         detail;
};

/// Calls a client's done. @param answer  what it is told of if the outcome is OK
inline void end(cmpkit_transport_done done, void* user, const Outcome& outcome, const cmpkit_transport_message* answer = nullptr) {
    done(user, outcome.rc, outcome.rc == CMPKIT_TRANSPORT_OK ? answer : nullptr, outcome.detail.empty() ? nullptr : outcome.detail.c_str());
}

}  // namespace cmpkit_plugin

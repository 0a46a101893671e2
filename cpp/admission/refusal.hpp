// Refusals inside this room: an Error whose failInfo is set, on its way to become a Decision. Its detail is what the peer may read.
// A failure of our own (store, key, records) has no failInfo and stays an error.
//
//     if (!rules.allows(key)) return refusal(FailInfo::badCertTemplate, "publicKey: rsa:1024 is not allowed here");
#pragma once
#include "operations/authority.hpp"

namespace cmpkit::admission {

/// @param text  for the peer: which rule is broken; never which names, certificates or secrets exist
Error refusal(FailInfo fail_info, std::string text, const char* clause = "");

/// What only the operator is told: what another room said, without its failInfo.
Error failure(Code code, std::string_view what, const Error& inner);

/// How a text names an OID: the word of its document, else the dotted form.
std::string oid_text(Bytes oid);

/// The decision that the error is.
template <class T> Result<operations::Decision<T>> decision_of(const Error& error) {
    if (!error.fail_info) return error;
    return operations::Decision<T>{operations::Refusal{*error.fail_info, error.detail, error}, {}};
}

}  // namespace cmpkit::admission

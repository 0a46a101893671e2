// What is odd about a message against the profile (RFC 9483 and what it builds on), for people who look at it. It decides nothing: no operation
// refuses or accepts by a finding, and a message without any is not thereby good: secrets, trust and the rest of the transaction are unknown here.
//
//     for (const Finding& finding : findings_of(message)) print(finding.path, finding.text, finding.clause);
#pragma once
#include "messages/body.hpp"

namespace cmpkit::operations {

enum class Level : std::uint8_t {
    error,    // breaks a MUST
    warning,  // breaks a SHOULD, or is deprecated
    note,     // allowed, and worth a look
};
std::string_view name_of(Level level);

struct Finding {
    Level       level = Level::note;
    std::string path;         // "header.senderNonce", "body.ir[0].popo"
    std::string text;         // one line; peer text in it is escaped
    const char* clause = "";  // "RFC 9483 3.1"
};

/// The message as parsed, with its octets as received. Signatures are verified with the keys that the message itself brings.
std::vector<Finding> findings_of(const PKIMessage& message);
/// Requests without a message around them.
std::vector<Finding> findings_of(const CertReqMessages& requests);
std::vector<Finding> findings_of(const CertificationRequest& request);

}  // namespace cmpkit::operations

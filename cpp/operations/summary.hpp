// A message in the words of the profile: what it asks or answers, and who vouches for it. One line each; peer text in them is escaped and cut
// where it is long. They say what the message claims, not that it is true.
#pragma once
#include "messages/show.hpp"

namespace cmpkit::operations {

/// "ir: asks for a certificate for CN=dev1, key ec:P-256, dns:dev1.plant"
std::string body_in_words(const PKIMessage& message);
/// "PBM (HMAC-SHA256, 10000 iterations), reference dev1", "signature ecdsa-with-SHA256 by CN=…", "unprotected"
std::string protection_in_words(const PKIMessage& message);
/// The same of anything that is shown: a certificate, a PKCS#10 request …
std::string in_words(const Shown& shown);

/// A GeneralName on one line.
std::string name_in_words(const GeneralName& name);

}  // namespace cmpkit::operations

// What people see of a message in a folder or a mail.
#pragma once
#include "result.hpp"

namespace cmpkit::service {

/// "<transactionID in hex>-<body>", of 16 octets at most of the ID; empty if it cannot be read.
std::string label_of(Bytes message);

}  // namespace cmpkit::service

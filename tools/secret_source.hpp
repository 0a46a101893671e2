// Where a password or shared secret comes from, so that it need not stand on the command line.
#pragma once
#include "octets.hpp"

#include <string>

namespace tool {

/// "file:PATH" (one newline at the end is not part of it), "env:NAME", "prompt" (asks on the terminal, without echo), else the text itself,
/// about which standard error warns: the process list shows it to everybody.
///
/// @param what  as the prompt and the warning name it: "secret of dev1"
/// @throws Failure  it cannot be read, or is empty
Secret read_secret(const std::string& source, const std::string& what);

}  // namespace tool

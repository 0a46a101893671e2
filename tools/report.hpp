// What a command did, in words for people or as JSON for machines.
#pragma once
#include "failure.hpp"
#include "library.hpp"
#include "octets.hpp"

namespace tool {

/// One line on standard error, a second one with a hint; with `json` also an object on standard output.
Exit report_failure(const Failure& failure, bool json);

/// The facts of a certificate, as they are printed.
struct Summary {
    std::string json;  // the library's own
    std::string subject, issuer, serial, not_after;
};
/// @param certificate  PEM or DER, the first one counts
Summary summary_of(const Octets& certificate);
Summary summary_of(const std::uint8_t* certificate, std::size_t size);

/// "CN=dev1, valid until 2027-01-31 12:00:00 UTC, serial 5f3a…"
std::string in_words(const Summary& summary);

/// Says on standard error that the CA has not decided, each time it does so. @param operation  one that is going to run
void tell_when_waiting(const Operation& operation);

}  // namespace tool

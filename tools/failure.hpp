// How a command of the program fails: one line for a person, a hint where one is known, a code for machines and an exit code for scripts.
// Exceptions carry it through the program; none crosses into the library.
#pragma once
#include <cmpkit/cmpkit.h>

#include <stdexcept>
#include <string>

namespace tool {

/// Exit codes; docs/quickstart.md and --help list them.
enum class Exit : int { ok = 0, failed = 1, usage = 2, refused = 3, network = 4, not_trusted = 5 };

struct Failure : std::runtime_error {
    Failure(Exit exit_code, const std::string& text, std::string what_may_help = {})
        : std::runtime_error(text), exit(exit_code), hint(std::move(what_may_help)) {}
    /// What the library reports; takes the error, which may be NULL.
    Failure(cmpkit_rc rc, cmpkit_error* error);

    Exit        exit;
    cmpkit_rc   rc = CMPKIT_OK;
    std::string hint;
    std::string layer, fail_info, clause;
};

/// A failure of the system, with errno's words.
Failure system_failure(const std::string& doing);

}  // namespace tool

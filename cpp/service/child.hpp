// Runs one program of the operator's to its end, without a shell: octets in, octets out, bounded in time and size. It knows neither what they mean nor
// signals of this process: no handler is set, none is raised, and nobody else's child is waited for. The one place that starts processes.
#pragma once
#include "result.hpp"
#include "transport/registry.hpp"

#include <chrono>

namespace cmpkit::service {

struct Program {
    std::vector<std::string> words;        // the file by its path, then the arguments
    std::vector<std::string> environment;  // NAME=value, in the place of those of this process, which are there too
};

/// How it ended, and what it said.
struct Ended {
    int    status = 0, signal = 0;  // a signal other than 0 ended it
    Octets output, errors;          // of the errors the first few thousand octets

    std::string text() const { return signal ? "signal " + std::to_string(signal) : "status " + std::to_string(status); }
};

/// Blocks. The program has a process group of its own, which is killed where this does not end well; it reads `input` from an anonymous file, has no other
/// descriptor of this process, no signal blocked, and none of the usual ones ignored.
/// @error io  it cannot be started; deadline; cancelled; too_large  more than 1 MiB of output
Result<Ended> run(const Program& program, Bytes input, std::chrono::milliseconds most, transport::Cancel& cancel);

}  // namespace cmpkit::service

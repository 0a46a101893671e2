// Files that are no message, and may be still in writing by somebody who does not rename: they are judged once they have not changed for a while.
// It refuses to look at the disk; it remembers what it is shown.
#pragma once
#include "folder.hpp"

#include <map>

namespace cmpkit_spool {

class Settling {
public:
    using Clock = std::chrono::steady_clock;

    explicit Settling(std::chrono::milliseconds enough) : enough_(enough) {}

    /// @return whether `file` has been the same for long enough
    bool is_settled(const std::string& name, const File& file, Clock::time_point now) {
        if (seen_.size() > most) seen_.clear();  // they wait once more
        const auto [at, is_first] = seen_.try_emplace(name, Seen{file.size, file.written, now});
        Seen& seen                = at->second;
        if (seen.size != file.size || seen.written != file.written) seen = {file.size, file.written, now};
        return now - seen.since >= enough_;
    }
    void forget(const std::string& name) { seen_.erase(name); }

private:
    struct Seen {
        std::size_t                           size;
        std::chrono::system_clock::time_point written;
        Clock::time_point                     since;
    };

    static constexpr std::size_t most = 10'000;

    const std::chrono::milliseconds enough_;
    std::map<std::string, Seen>     seen_;
};

}  // namespace cmpkit_spool

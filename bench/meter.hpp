// What the programs here measure with: the processor's time of some calls and of nothing between them and, under callgrind, their instructions.
#pragma once
#include "result.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <valgrind/callgrind.h>

namespace cmpkit::bench {

inline void require(bool is_so, std::string_view what) {
    if (!is_so) std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data()), std::exit(1);
}
template <class T> T sure(Result<T> result) {
    require(static_cast<bool>(result), result ? "" : result.error().text());
    return *std::move(result);
}

/// What a clock says, in microseconds.
inline double microseconds_of(clockid_t clock) {
    timespec time{};
    require(clock_gettime(clock, &time) == 0, "a clock that cannot be read");
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Of one thread. Each part that is measured leaves a dump of callgrind under the label, which the shell scripts add up.
class Meter {
public:
    explicit Meter(std::string label) : label_(std::move(label)) {}
    Meter(const Meter&)            = delete;
    Meter& operator=(const Meter&) = delete;

    void begin() {
        CALLGRIND_ZERO_STATS;
        begun_ = microseconds_of(CLOCK_THREAD_CPUTIME_ID);
    }
    void end() {
        spent_ += microseconds_of(CLOCK_THREAD_CPUTIME_ID) - begun_;
        CALLGRIND_DUMP_STATS_AT(label_.c_str());
    }
    template <class Call> auto operator()(const Call& call) {
        begin();
        auto done = call();
        end();
        return done;
    }
    double microseconds() const { return spent_; }

private:
    std::string label_;
    double      begun_ = 0, spent_ = 0;
};

/// The least: what others on the machine do to it only adds. As many runs as tell it; one under callgrind, whose counts do not vary.
template <class Run> double least_of(int runs, const Run& run) {
    double least = run();
    for (int i = 1; i < (RUNNING_ON_VALGRIND ? 1 : runs); ++i) least = std::min(least, run());
    return least;
}

}  // namespace cmpkit::bench

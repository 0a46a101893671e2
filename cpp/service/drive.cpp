#include "service/drive.hpp"

namespace cmpkit::service {

using namespace operations;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds shortest_pause{200};  // also before a CA that wants to be asked again at once

// Failures of the way, not of the peer: the same octets may be sent again.
bool is_worth_another_try(const Error& error) {
    switch (error.code) {
    case Code::connect_failed:
    case Code::peer_gone:
    case Code::deadline:
    case Code::transport_failed:
    case Code::http_status: return true;
    default: return false;
    }
}

constexpr int                       most_beginnings = 4;
constexpr std::chrono::milliseconds time_to_leave_it{1000};  // for a report in a folder

// What the peer says of itself rather than of the request (RFC 9810 5.2.3).
bool is_passing(const Error& error) {
    if (error.code != Code::rejected && error.code != Code::protection_missing) return false;
    return error.fail_info == FailInfo::transactionIdInUse || error.fail_info == FailInfo::systemUnavail || error.fail_info == FailInfo::systemFailure;
}

class Driver {
public:
    Driver(const Carry& carry, Way way, const Application& application, const Limits& limits, transport::Cancel& cancel)
        : carry_(carry), way_(way), application_(application), limits_(limits), cancel_(cancel), end_(Steady::now() + limits.total) {}

    Event act(const Send& send) {
        if (application_.trace) application_.trace(true, send.message);
        auto answer = way_ == Way::online ? carry_until_end(send) : forward(send);
        if (!answer && is_overdue(answer.error())) return Overdue{answer.error()};
        if (!answer) return Lost{answer.error()};
        if (application_.trace && !answer->empty()) application_.trace(false, *answer);
        return Received{std::move(*answer)};
    }
    Event act(const operations::Fetch& wanted) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Steady::now());
        if (left.count() <= 0) return Lost{over({})};
        auto answer = application_.fetch ? application_.fetch(wanted.query, left) : Error{.code = Code::unsupported, .detail = "nobody fetches here"};
        if (cancel_.fired()) return Lost{Error{.code = Code::cancelled}};
        return answer ? Event(Fetched{std::move(*answer)}) : Lost{answer.error()};
    }
    Event act(const Wait& wait) {
        if (application_.waiting) application_.waiting(wait);
        const auto next = Steady::now() + std::max<Steady::duration>(std::chrono::seconds(wait.check_after), shortest_pause);
        if (next >= end_) return Lost{still_waiting(wait)};
        return cancel_.wait_until(next) ? Event(Lost{Error{.code = Code::cancelled}}) : Woken{};
    }
    Event act(const Decide& decide) { return application_.decide ? application_.decide(decide) : Decided{}; }
    Event act(const Keep& keep) {
        auto kept = application_.keep ? application_.keep(keep) : Result<void>();
        return kept ? Event(Stored{}) : Lost{kept.error()};
    }

    /// Whether another try is worth it and its time has come. @param beginnings  how many there were
    bool begins_again(const Error& error, int beginnings) {
        if (!is_passing(error) || beginnings >= most_beginnings) return false;
        if (error.fail_info == FailInfo::transactionIdInUse) return true;
        const auto next = Steady::now() + std::chrono::milliseconds(250 << beginnings);
        return next < end_ && !cancel_.wait_until(next);
    }

private:
    Result<Octets> carry_until_end(const Send& send) {
        auto pause = std::chrono::milliseconds(100);
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Steady::now());
            if (left.count() <= 0) return over({});
            auto answer = carry_(send, std::min(left, limits_.exchange));
            if (answer || !is_worth_another_try(answer.error())) return answer;
            const auto next = Steady::now() + pause;
            if (next >= end_) return over(answer.error());
            if (cancel_.wait_until(next)) return Error{.code = Code::cancelled};
            pause = std::min(2 * pause, std::chrono::milliseconds(5000));
        }
    }
    /// What was stored need not be sent again. After the end there is only a report to leave.
    Result<Octets> forward(const Send& send) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Steady::now());
        return carry_(send, std::max(left, time_to_leave_it));
    }
    bool is_overdue(const Error& error) const {
        return way_ == Way::offline && (error.code == Code::deadline || error.code == Code::peer_gone || error.code == Code::http_status);
    }
    static Error still_waiting(const Wait& wait) {
        std::string words = "the CA has not decided and wants to be asked again in " + std::to_string(wait.check_after) + " s, after the operation's time limit";
        if (!wait.reason.empty()) words += "; it says \"" + escaped(wait.reason) + "\"";
        return {.code = Code::deadline, .clause = "RFC 9483 4.4", .detail = std::move(words)};
    }
    Error over(std::optional<Error> last) const {
        const Error error{.code = Code::deadline, .detail = "the operation's time limit of " + std::to_string(limits_.total.count()) + " ms"};
        return last ? error.because_of(*last) : error;
    }

    const Carry&       carry_;
    const Way          way_;
    const Application& application_;
    const Limits&      limits_;
    transport::Cancel& cancel_;
    Steady::time_point end_;
};

}  // namespace

namespace {

template <class Step, class Save> Result<Done> run_once(Driver& driver, Action next, const transport::Cancel& cancel, const Step& step, const Save& save) {
    for (;;) {
        if (auto* done = std::get_if<Done>(&next)) return std::move(*done);
        if (const auto* failed = std::get_if<Failed>(&next)) return failed->error;
        if (cancel.fired()) return Error{.code = Code::cancelled};
        if (auto saved = save(); !saved) return saved.error();
        if (const auto* send = std::get_if<Send>(&next)) next = step(driver.act(*send));
        else if (const auto* decide = std::get_if<Decide>(&next)) next = step(driver.act(*decide));
        else if (const auto* wait = std::get_if<Wait>(&next)) next = step(driver.act(*wait));
        else if (const auto* wanted = std::get_if<operations::Fetch>(&next)) next = step(driver.act(*wanted));
        else next = step(driver.act(std::get<Keep>(next)));
    }
}

}  // namespace

Result<Done> drive(EndEntity& operation, const Carry& carry, Way way, const Application& application, const Limits& limits, const Random& random, transport::Cancel& cancel) {
    Driver     driver(carry, way, application, limits, cancel);
    const auto now  = [&] { return application.clock ? application.clock() : 0; };
    const auto step = [&](const Event& event) { return operation.step(event, now(), random); };
    const auto save = [&] { return application.save ? application.save(operation) : Result<void>(); };
    for (int beginnings = 1;; ++beginnings) {
        auto done = run_once(driver, operation.resume(now(), random), cancel, step, save);
        if (done || operation.has_certificate() || !driver.begins_again(done.error(), beginnings)) return done;
        operation.begin_again();
    }
}

}  // namespace cmpkit::service

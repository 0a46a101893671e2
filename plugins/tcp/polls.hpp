// Requests whose askers were told to poll: what each waits for, under a random reference, until it is fetched or too old.
// Everything runs in the loop's thread.
#pragma once
#include "kit/household.hpp"
#include "options.hpp"

#include <atomic>
#include <map>

namespace cmpkit_tcp {

class Conversation;

/// One request. The exchange that the host holds shares it with the conversation or the polls.
struct Asked {
    Asked(Form in, std::string of) : form(in), address(std::move(of)) {}

    Form                        form;
    std::string                 address;   // of the asker, without its port
    std::weak_ptr<Conversation> asker{};   // while it waits on its connection
    std::atomic<bool>           gone{false};
    std::uint32_t               reference = 0;  // once it was told to poll
    std::optional<Frame>        answer{};
    Clock::time_point           expiry{};
};

class Polls {
public:
    explicit Polls(const Options& options) : options_(options) {}

    /// Keeps it, and says what to tell its asker. Nothing: there are too many, and it waits on.
    std::optional<Frame> begin(std::shared_ptr<Asked> asked);
    /// What a poll request gets.
    Frame                fetch(Form form, std::uint32_t reference, const std::string& address);
    void                 forget_expired();

private:
    Frame later(const Asked& asked) const;

    const Options&                                  options_;
    std::map<std::uint32_t, std::shared_ptr<Asked>> kept_;  // shared with their exchanges
};

}  // namespace cmpkit_tcp

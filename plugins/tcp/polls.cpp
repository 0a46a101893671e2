#include "polls.hpp"

#include <ctime>
#include <random>

namespace cmpkit_tcp {

Frame Polls::later(const Asked& asked) const {
    const auto seconds = static_cast<std::uint32_t>(options_.check_back.count());
    // RFC 2510 5.2 counts from 1970, version 10 from now.
    const auto moment = asked.form == Form::rfc2510 ? static_cast<std::uint32_t>(std::time(nullptr)) + seconds : seconds;
    return {.form = asked.form, .type = Type::poll_response, .reference = asked.reference, .check_back = moment};
}

std::optional<Frame> Polls::begin(std::shared_ptr<Asked> asked) {
    if (kept_.size() >= options_.max_connections) return std::nullopt;
    std::random_device random;
    do asked->reference = random();
    while (asked->reference == 0 || kept_.contains(asked->reference));
    asked->expiry = Clock::now() + options_.poll_keep;
    const Frame told = later(*asked);
    kept_.emplace(asked->reference, std::move(asked));
    return told;
}

// A reference is no secret worth much, yet it is good for the host alone that was told it.
Frame Polls::fetch(Form form, std::uint32_t reference, const std::string& address) {
    const auto found = kept_.find(reference);
    if (found == kept_.end() || found->second->address != address)
        return {.form = form, .type = Type::error, .code = invalid_poll_id, .value = "nothing is kept under this polling reference"};
    const auto asked = found->second;
    asked->form      = form;
    if (!asked->answer) return later(*asked);
    kept_.erase(found);
    Frame answer = std::move(*asked->answer);
    answer.form  = form;
    return answer;
}

void Polls::forget_expired() {
    const auto now = Clock::now();
    std::erase_if(kept_, [&](const auto& each) {
        const bool is_over = each.second->expiry <= now;
        if (is_over) each.second->gone = true;
        return is_over;
    });
}

}  // namespace cmpkit_tcp

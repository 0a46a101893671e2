#include "ra/batch.hpp"

#include <algorithm>

namespace cmpkit::ra {

bool is_full(const BatchLimits& limits, std::span<const BatchCandidate> waiting) {
    std::size_t octets = 0;
    for (const BatchCandidate& each : waiting) octets += each.octets;
    return waiting.size() >= limits.count || octets >= limits.octets;
}

std::vector<std::size_t> members_of(const BatchLimits& limits, std::span<const BatchCandidate> waiting) {
    std::vector<std::size_t> members;
    std::size_t              octets = 0;
    for (std::size_t i = 0; i < waiting.size() && members.size() < limits.count; ++i) {
        const BatchCandidate& next = waiting[i];
        const auto is_like = [&](std::size_t other) { return equal(waiting[other].transaction_id, next.transaction_id) || equal(waiting[other].sender_nonce, next.sender_nonce); };
        const bool fits = members.empty() || octets + next.octets <= limits.octets;
        if (!fits || std::ranges::any_of(members, is_like)) continue;
        members.push_back(i);
        octets += next.octets;
    }
    return members;
}

}  // namespace cmpkit::ra

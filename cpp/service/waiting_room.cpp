#include "service/waiting_room.hpp"

namespace cmpkit::service {

void WaitingRoom::enter(Octets key, Visitor visitor) {
    const std::lock_guard lock(mutex_);
    visitors_.emplace(std::move(key), std::move(visitor));
}

std::vector<WaitingRoom::Visitor> WaitingRoom::leave(Bytes key) {
    std::vector<Visitor>  gone;
    const std::lock_guard lock(mutex_);
    const auto [first, last] = visitors_.equal_range(copy_of(key));
    for (auto each = first; each != last; ++each) gone.push_back(std::move(each->second));
    visitors_.erase(first, last);
    return gone;
}

WaitingRoom::Due WaitingRoom::due(Clock::time_point now) {
    Due                   due;
    const std::lock_guard lock(mutex_);
    for (auto each = visitors_.begin(); each != visitors_.end();) {
        const bool is_lapsed = each->second.until <= now;
        if (!is_lapsed && each->second.next_look > now) {
            ++each;
            continue;
        }
        (is_lapsed ? due.lapsed : due.to_look).emplace_back(each->first, std::move(each->second));
        each = visitors_.erase(each);
    }
    return due;
}

void WaitingRoom::dismiss() {
    std::multimap<Octets, Visitor> gone;  // goes after the lock: a connection that is let go is told so
    {
        const std::lock_guard lock(mutex_);
        gone.swap(visitors_);
    }
}

}  // namespace cmpkit::service

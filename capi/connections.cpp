#include "connections.hpp"

#include <algorithm>
#include <atomic>

namespace cmpkit::capi {

Result<std::shared_ptr<service::Connection>> Connections::to(const Terms& terms, const Open& open) {
    {
        const std::lock_guard lock(mutex_);
        const auto            found = std::ranges::find(kept_, terms, &Kept::terms);
        if (found != kept_.end()) {
            kept_.splice(kept_.begin(), kept_, found);
            return found->connection;
        }
    }
    auto opened = open();
    if (!opened) return opened.error();
    std::shared_ptr<service::Connection> connection = *std::move(opened);
    std::list<Kept>                      dropped;  // let go outside the lock: that waits for a thread
    const std::lock_guard                lock(mutex_);
    kept_.push_front({terms, connection});
    if (kept_.size() > most) dropped.splice(dropped.begin(), kept_, std::prev(kept_.end()));
    return connection;
}

std::uint64_t fresh_tls_number() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

}  // namespace cmpkit::capi

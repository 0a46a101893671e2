#include "watch.hpp"

#include <poll.h>
#include <sys/inotify.h>

namespace cmpkit_spool {

Watch::Watch(std::vector<std::string> paths, const cmpkit_transport_host& host) : paths_(std::move(paths)), events_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (!events_) cmpkit_plugin::log(host, CMPKIT_TRANSPORT_LOG_WARNING, "inotify is not to be had (" + words_of(errno) + "): the spool is looked at from time to time only");
}

void Watch::arm() {
    if (!events_) return;
    for (const std::string& path : paths_)
        if (!path.empty()) (void)inotify_add_watch(events_.get(), path.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR | IN_DONT_FOLLOW);
}

/// An overflow of the queue is an event as well, and who waits looks at all anyway.
bool Watch::drain() const {
    alignas(inotify_event) char buffer[4096];
    bool                        any = false;
    while (read(events_.get(), buffer, sizeof buffer) > 0) any = true;
    return any;
}

bool Watch::wait(const cmpkit_plugin::Mailbox& mailbox, std::chrono::milliseconds most) {
    pollfd sources[2] = {{mailbox.fd(), POLLIN, 0}, {events_.get(), POLLIN, 0}};  // poll passes over a negative one
    (void)poll(sources, 2, static_cast<int>(std::max<std::int64_t>(0, most.count())));
    return events_ && (sources[1].revents & POLLIN) != 0 && drain();
}

}  // namespace cmpkit_spool

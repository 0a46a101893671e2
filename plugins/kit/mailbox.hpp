// Work for a loop's thread, brought from any other.
#pragma once
#include <cerrno>
#include <functional>
#include <mutex>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace cmpkit_plugin {

class Mailbox {
public:
    using Order = std::function<void()>;

    /// @throws std::system_error  no descriptor is left
    Mailbox() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (fd_ < 0) throw std::system_error(errno, std::generic_category());
    }
    ~Mailbox() { close(fd_); }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// Readable while orders wait.
    int fd() const { return fd_; }

    /// Any thread. @throws std::bad_alloc
    void post(Order order) {
        {
            const std::lock_guard lock(mutex_);
            orders_.push_back(std::move(order));
        }
        (void)eventfd_write(fd_, 1);
    }

    /// In the loop's thread: runs what was posted so far, in its order.
    void run() {
        eventfd_t ignored;
        (void)eventfd_read(fd_, &ignored);
        std::vector<Order> orders;
        {
            const std::lock_guard lock(mutex_);
            orders.swap(orders_);
        }
        for (const Order& order : orders) order();
    }

private:
    const int          fd_;
    std::mutex         mutex_;
    std::vector<Order> orders_;
};

}  // namespace cmpkit_plugin

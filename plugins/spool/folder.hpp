// One folder of a spool, through its descriptor: files are written whole or not at all, moved without replacing, read without following links.
// It refuses to read what is no regular file or larger than it was told. Failures are errno's numbers; 0 is success.
#pragma once
#include "options.hpp"

#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace cmpkit_spool {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        const Descriptor old(std::exchange(fd_, std::exchange(other.fd_, -1)));
        return *this;
    }
    ~Descriptor();
    explicit operator bool() const { return fd_ >= 0; }
    int      get() const { return fd_; }

private:
    int fd_ = -1;
};

/// A file as it was read, or looked at.
struct File {
    std::string octets;
    std::size_t size = 0;
    ino_t       inode = 0;
    dev_t       device = 0;
    std::chrono::system_clock::time_point written{};
};

/// Errors that File reading adds to the system's own.
constexpr int not_regular = ENOTSUP, too_large = EFBIG;

class Folder {
public:
    /// Opens `path` below `parent` (AT_FDCWD: anywhere). A link in its place is refused unless it was named by the operator.
    static int open(int parent, const std::string& path, bool follow, Folder& out);

    explicit operator bool() const { return bool(fd_); }
    int      fd() const { return fd_.get(); }
    struct stat state() const;

    /// Names in their order, hidden ones too; without "." and "..".
    std::vector<std::string> names() const;
    int  look(const std::string& name, File& out) const;
    int  read(const std::string& name, std::size_t most, File& out) const;
    /// Writes a new file at once. EEXIST: there is one of that name, which stays.
    int  write(const std::string& name, std::string_view octets, Durability durability) const;
    /// Writes a file in place of another.
    int  replace(const std::string& name, std::string_view octets) const;
    /// EEXIST: there is one of that name, which stays.
    int  move(const std::string& name, const Folder& to, const std::string& new_name) const;
    int  move_over(const std::string& name, const Folder& to, const std::string& new_name) const;
    int  remove(const std::string& name) const;
    bool has(const std::string& name) const;

private:
    int write_beside(std::string_view octets, Durability durability, std::string& name) const;

    Descriptor fd_;
};

/// `number` in words of the system.
std::string words_of(int number);

}  // namespace cmpkit_spool

#include "transport/trust.hpp"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cmpkit::transport {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept { return std::swap(fd_, other.fd_), *this; }
    ~Descriptor() { if (fd_ >= 0) close(fd_); }
    int  get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

std::optional<std::string> real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
    if (!real) return std::nullopt;
    return std::string(real.get());
}

Error untrusted(std::string_view path, const std::string& reason) {
    return {.code = Code::bad_plugin, .detail = escaped(path) + " " + reason};
}

enum class Place { file, folder_of_file, above };

/// What is wrong with it; empty: nothing.
std::string objection(const struct stat& status, Place place) {
    if (place == Place::file && !S_ISREG(status.st_mode)) return "is not a regular file";
    if (status.st_uid != 0 && status.st_uid != geteuid()) return "belongs to another user (" + std::to_string(status.st_uid) + ")";
    // Not in the file's own folder: there another user could still add a hard link to some file of root's.
    const bool sticky = place == Place::above && (status.st_mode & S_ISVTX);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) && !sticky) return "is writable by others";
    return {};
}

/// Opens the next name on the way down and judges what was opened. No link is followed: the path is a real one, so a link there now is somebody's trick.
Result<Descriptor> step(const Descriptor& from, const std::string& path, std::size_t begin, std::size_t end) {
    const std::string name  = begin < end ? path.substr(begin, end - begin) : "/";
    const Place       place = end == path.size() ? Place::file : end == path.rfind('/') ? Place::folder_of_file : Place::above;
    Descriptor next(openat(from.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!next.is_open() || fstat(next.get(), &status) != 0) return untrusted(path.substr(0, end), std::strerror(errno));
    const std::string reason = objection(status, place);
    if (!reason.empty()) return untrusted(end ? path.substr(0, end) : "/", reason);
    return next;
}

}  // namespace

// From the root downwards: once a folder is known to be closed to others, what its entries are can change no more, so at the end the path
// is as good as the descriptor, and debuggers see a name.
Result<std::string> trusted_path(const std::string& file) {
    const auto real = real_path(file);
    if (!real && (errno == ENOENT || errno == ENOTDIR)) return Error{.code = Code::not_found, .detail = escaped(file)};
    if (!real) return untrusted(file, std::string("cannot be reached: ") + std::strerror(errno));
    Descriptor at(AT_FDCWD);
    for (std::size_t begin = 0, end = 0;; begin = end + 1, end = std::min(real->find('/', begin), real->size())) {
        auto next = step(at, *real, begin, end);
        if (!next) return next.error();
        if (end == real->size()) return *real;
        at = std::move(*next);
    }
}

std::string sibling_folder(const std::string& file, const std::string& name) {
    const auto real = real_path(file);
    if (!real) return {};
    return real_path(real->substr(0, real->rfind('/')) + "/../" + name).value_or("");
}

}  // namespace cmpkit::transport

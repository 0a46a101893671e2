#include "service/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace cmpkit::service {
namespace {

Error failed(const std::string& path, const char* doing) {
    return {.code = errno == EEXIST ? Code::exists : Code::io, .detail = std::string("cannot ") + doing + " " + path + ": " + std::strerror(errno)};
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    explicit operator bool() const { return fd_ >= 0; }
    int get() const { return fd_; }

private:
    int fd_;
};

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int fd, Bytes octets) {
    while (!octets.empty()) {
        const ssize_t count = ::write(fd, octets.data(), octets.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        octets = octets.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

Result<Octets> read_file(const std::string& path, std::size_t most) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return failed(path, "open");
    Octets       octets;
    std::uint8_t part[16384];
    for (;;) {
        const ssize_t count = ::read(file.get(), part, sizeof part);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed(path, "read");
        if (count == 0) return octets;
        octets.insert(octets.end(), part, part + count);
        if (octets.size() > most) return Error{.code = Code::too_large, .detail = path + " is larger than " + std::to_string(most) + " octets"};
    }
}

Result<void> write_file(const std::string& path, Bytes octets, unsigned mode) {
    std::string beside = path + ".XXXXXX";
    Descriptor  file(::mkostemp(beside.data(), O_CLOEXEC));
    if (!file) return failed(beside, "create");
    const bool written = ::fchmod(file.get(), mode) == 0 && write_all(file.get(), octets) && ::fsync(file.get()) == 0;
    if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
        const Error error = failed(path, "write");
        ::unlink(beside.c_str());
        return error;
    }
    Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return failed(folder_of(path), "sync");
    return {};
}

Result<void> make_folder(const std::string& path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) != 0) return failed(path, "make");
    return {};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, "remove");
    return {};
}

Result<FileLock> FileLock::take(const std::string& path) {
    FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.file_ < 0) return failed(path, "open");
    if (::flock(lock.file_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK) return Error{.code = Code::conflict, .detail = path + " is held by another process"};
    return failed(path, "lock");
}

FileLock::~FileLock() {
    if (file_ >= 0) ::close(file_);
}

std::string below(const std::string& folder, const std::string& path) {
    return folder.empty() || path.empty() || path.front() == '/' ? path : folder + "/" + path;
}

Result<Octets> read_source(const std::string& source, const std::string& folder) {
    if (source.starts_with("file:")) {
        auto octets = read_file(below(folder, source.substr(5)), 4096);
        if (octets && !octets->empty() && octets->back() == '\n') octets->pop_back();
        return octets;
    }
    if (!source.starts_with("env:")) return copy_of(bytes_of(source));
    const char* value = std::getenv(source.substr(4).c_str());
    if (!value) return Error{.code = Code::not_found, .detail = "the environment has no " + source.substr(4)};
    return copy_of(bytes_of(value));
}

}  // namespace cmpkit::service

#include "files.hpp"

#include "failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace tool {
namespace {

namespace fs = std::filesystem;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ > STDERR_FILENO) ::close(fd_);
    }
    int get() const { return fd_; }

private:
    int fd_;
};

template <class Sink> void read_into(Sink&& take, const std::string& path) {
    constexpr std::size_t most = std::size_t{64} << 20;
    const Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) throw system_failure("open " + path);
    char        part[16384];
    std::size_t total = 0;
    for (;;) {
        const ssize_t count = ::read(file.get(), part, sizeof part);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw system_failure("read " + path);
        if (count == 0) break;
        total += static_cast<std::size_t>(count);
        if (total > most) throw Failure(Exit::failed, path + " is larger than 64 MiB");
        take(std::string_view(part, static_cast<std::size_t>(count)));
    }
    explicit_bzero(part, sizeof part);
}

void write_all(int fd, std::string_view octets, const std::string& path) {
    while (!octets.empty()) {
        const ssize_t count = ::write(fd, octets.data(), octets.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw system_failure("write " + path);
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string folder_of(const std::string& path) {
    const std::string folder = fs::path(path).parent_path();
    return folder.empty() ? "." : folder;
}

void sync_folder_of(const std::string& path) {
    const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems cannot sync a folder (EINVAL); there is nothing more to be had from them.
    if (folder.get() < 0 || (::fsync(folder.get()) != 0 && errno != EINVAL)) throw system_failure("sync " + folder_of(path));
}

std::string place_of(const std::string& path) {
    std::error_code missing;
    const auto      status = fs::status(path, missing);
    if (fs::exists(status) && !fs::is_regular_file(status)) throw Failure(Exit::failed, path + " is not a regular file");
    return fs::is_symlink(path) && fs::exists(status) ? fs::canonical(path).string() : path;
}

}  // namespace

Octets read_file(const std::string& path) {
    Octets octets;
    read_into([&](std::string_view part) { octets.insert(octets.end(), part.begin(), part.end()); }, path);
    return octets;
}

Secret read_private_file(const std::string& path) {
    Secret octets;
    read_into([&](std::string_view part) { octets.append(part); }, path);
    return octets;
}

Draft::Draft(const std::string& path, std::string_view octets, Mode mode) : place_(place_of(path)), name_(place_ + ".XXXXXX") {
    const Descriptor file(::mkostemp(name_.data(), O_CLOEXEC));
    if (file.get() < 0) throw system_failure("write " + path);
    try {
        write_all(file.get(), octets, path);
        if (::fchmod(file.get(), static_cast<mode_t>(mode)) != 0 || ::fsync(file.get()) != 0) throw system_failure("write " + path);
    } catch (const Failure&) {
        ::unlink(name_.c_str());
        throw;
    }
}

Draft::~Draft() {
    if (!is_placed_ && !is_left_) ::unlink(name_.c_str());
}

void Draft::publish() {
    if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, place_.c_str(), RENAME_NOREPLACE) != 0) {
        // A file system without that flag may know hard links, which never replace either.
        const bool is_linked = errno == EINVAL && ::link(name_.c_str(), place_.c_str()) == 0;
        if (!is_linked) throw errno == EEXIST ? Failure(Exit::failed, place_ + " exists already") : system_failure("write " + place_);
        ::unlink(name_.c_str());
    }
    is_placed_ = true;
    sync_folder_of(place_);
}

void Draft::replace() {
    if (::rename(name_.c_str(), place_.c_str()) != 0) throw system_failure("write " + place_);
    is_placed_ = true;
    sync_folder_of(place_);
}

void Draft::take_back() {
    if (is_placed_) ::unlink(place_.c_str());
}

void Draft::leave() { is_left_ = true; }

Draft::Draft(const std::string& path, std::string name) : place_(place_of(path)), name_(std::move(name)), is_placed_(name_.empty()) {}

void write_file(const std::string& path, std::string_view octets, Mode mode) { Draft(path, octets, mode).replace(); }

bool exists(const std::string& path) {
    std::error_code missing;
    return fs::exists(fs::symlink_status(path, missing));
}

void remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0) throw system_failure("remove " + path);
    sync_folder_of(path);
}

bool are_same_file(const std::string& one, const std::string& other) {
    std::error_code missing;
    return fs::equivalent(one, other, missing) && !missing;
}

void require_place(const std::string& path) {
    const std::string folder = folder_of(place_of(path));
    if (::access(folder.c_str(), W_OK | X_OK) != 0) throw system_failure("write into " + folder);
}

}  // namespace tool

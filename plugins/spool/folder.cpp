#include "folder.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <random>
#include <system_error>
#include <unistd.h>

namespace cmpkit_spool {

namespace {

int outcome(int rc) { return rc == 0 ? 0 : errno; }

/// A name that no other writer chooses, and that no reader looks at.
std::string hidden_name() {
    static std::atomic<unsigned> sequence{0};
    std::random_device           random;
    char                         name[64];
    (void)std::snprintf(name, sizeof name, ".tmp-%08x%08x-%u", random(), random(), sequence++);
    return name;
}

int write_all(int fd, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t written = ::write(fd, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

void fill(const struct stat& state, File& out) {
    out.size    = static_cast<std::size_t>(state.st_size);
    out.inode   = state.st_ino;
    out.device  = state.st_dev;
    out.written = std::chrono::system_clock::from_time_t(state.st_mtim.tv_sec) +
                  std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(state.st_mtim.tv_nsec));
}

/// NFS and some file systems of FUSE do not know RENAME_NOREPLACE. Who makes the name first owns it, and may then put the file in its place; a reader
/// that looks in between finds an empty file, which is no message yet.
int move_onto_reservation(int from, const char* name, int to, const char* new_name) {
    const Descriptor reserved(openat(to, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!reserved) return errno;
    const int trouble = outcome(renameat(from, name, to, new_name));
    if (trouble) (void)unlinkat(to, new_name, 0);
    return trouble;
}

int move_to_free_name(int from, const char* name, int to, const char* new_name) {
    const int trouble = outcome(renameat2(from, name, to, new_name, RENAME_NOREPLACE));
    const bool is_unknown = trouble == EINVAL || trouble == ENOSYS || trouble == EOPNOTSUPP;
    return is_unknown ? move_onto_reservation(from, name, to, new_name) : trouble;
}

}  // namespace

std::string words_of(int number) { return std::generic_category().message(number); }

Descriptor::~Descriptor() {
    if (fd_ >= 0) close(fd_);
}

int Folder::open(int parent, const std::string& path, bool follow, Folder& out) {
    Descriptor fd(openat(parent, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
    if (!fd) return errno;
    out.fd_ = std::move(fd);
    return 0;
}

struct stat Folder::state() const {
    struct stat state{};
    (void)fstat(fd_.get(), &state);
    return state;
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> names;
    const int again = openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(again), closedir);
    if (!entries) return close(again), names;
    while (const dirent* entry = readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

int Folder::look(const std::string& name, File& out) const {
    struct stat state{};
    if (fstatat(fd_.get(), name.c_str(), &state, AT_SYMLINK_NOFOLLOW) != 0) return errno;
    fill(state, out);
    return S_ISREG(state.st_mode) ? 0 : not_regular;
}

int Folder::read(const std::string& name, std::size_t most, File& out) const {
    // O_NONBLOCK: somebody may have put a pipe there, and opening it would wait for its writer.
    const Descriptor fd(openat(fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) return errno == ELOOP || errno == ENXIO ? not_regular : errno;
    struct stat state{};
    if (fstat(fd.get(), &state) != 0) return errno;
    if (!S_ISREG(state.st_mode)) return not_regular;
    fill(state, out);
    if (out.size > most) return too_large;
    out.octets.resize(out.size);
    for (std::size_t at = 0; at < out.size;) {
        const ssize_t got = ::read(fd.get(), out.octets.data() + at, out.size - at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (got == 0) return out.octets.resize(at), 0;  // it became shorter; who reads it will see that
        at += static_cast<std::size_t>(got);
    }
    return 0;
}

int Folder::write_beside(std::string_view octets, Durability durability, std::string& name) const {
    name = hidden_name();
    const Descriptor fd(openat(fd_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660));
    if (!fd) return errno;
    int trouble = write_all(fd.get(), octets);
    if (trouble == 0 && durability != Durability::none) trouble = outcome(fsync(fd.get()));
    if (trouble) (void)remove(name);
    return trouble;
}

int Folder::write(const std::string& name, std::string_view octets, Durability durability) const {
    std::string hidden;
    if (const int trouble = write_beside(octets, durability, hidden)) return trouble;
    const int trouble = move_to_free_name(fd_.get(), hidden.c_str(), fd_.get(), name.c_str());
    if (trouble) return (void)remove(hidden), trouble;
    // FAT's driver and some others refuse to flush a folder; what can be done was done.
    if (durability == Durability::full && fsync(fd_.get()) != 0 && errno != EINVAL) return errno;
    return 0;
}

int Folder::replace(const std::string& name, std::string_view octets) const {
    std::string hidden;
    if (const int trouble = write_beside(octets, Durability::none, hidden)) return trouble;
    const int trouble = outcome(renameat(fd_.get(), hidden.c_str(), fd_.get(), name.c_str()));
    if (trouble) (void)remove(hidden);
    return trouble;
}

int Folder::move(const std::string& name, const Folder& to, const std::string& new_name) const {
    return move_to_free_name(fd_.get(), name.c_str(), to.fd(), new_name.c_str());
}

int Folder::move_over(const std::string& name, const Folder& to, const std::string& new_name) const {
    return outcome(renameat(fd_.get(), name.c_str(), to.fd(), new_name.c_str()));
}

int Folder::remove(const std::string& name) const { return outcome(unlinkat(fd_.get(), name.c_str(), 0)); }

bool Folder::has(const std::string& name) const {
    File ignored;
    return look(name, ignored) == 0;
}

}  // namespace cmpkit_spool

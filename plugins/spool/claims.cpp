#include "claims.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <random>
#include <sys/file.h>

namespace cmpkit_spool {

namespace {

constexpr std::string_view prefix = ".server-", suffix = ".lock";

std::string lock_name(const std::string& claimant) { return std::string(prefix) + claimant + std::string(suffix); }

std::string fresh_claimant() {
    std::random_device random;
    char               name[32];
    (void)std::snprintf(name, sizeof name, "%08x%08x", random(), random());
    return name;
}

}  // namespace

int Claimant::appear(const Folder& requests) {
    const std::string name = fresh_claimant(), hidden = ".tmp-" + name;
    Descriptor        lock(openat(requests.fd(), hidden.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660));
    if (!lock) return errno;
    // Locked before it has its name, so that nobody ever sees it free while we live.
    int trouble = flock(lock.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (trouble == 0) trouble = requests.move_over(hidden, requests, lock_name(name));
    if (trouble) return (void)requests.remove(hidden), trouble;
    name_ = name;
    lock_ = std::move(lock);  // an older one is closed
    return 0;
}

void Claimant::leave(const Folder& requests) {
    if (!lock_) return;
    (void)requests.remove(lock_name(name_));
    lock_ = Descriptor();
    name_.clear();
}

bool Claimant::stands(const Folder& requests) const {
    struct stat ours{};
    File        there;
    return lock_ && fstat(lock_.get(), &ours) == 0 && requests.look(lock_name(name_), there) == 0 && there.inode == ours.st_ino && there.device == ours.st_dev;
}

bool Claimant::is_alive(const Folder& requests, const std::string& claimant) const {
    if (claimant == name_) return true;
    const Descriptor lock(openat(requests.fd(), lock_name(claimant).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!lock) return errno != ENOENT;
    return flock(lock.get(), LOCK_SH | LOCK_NB) != 0;
}

void Claimant::sweep(const Folder& requests) const {
    for (const std::string& name : requests.names()) {
        if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
        const std::string claimant = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
        if (!is_alive(requests, claimant)) (void)requests.remove(name);
    }
}

}  // namespace cmpkit_spool

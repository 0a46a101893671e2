#include "folders.hpp"

#include "kit/border.hpp"
#include "kit/route.hpp"

#include <cerrno>
#include <fcntl.h>

namespace cmpkit_spool {

bool Spool::refuse(const std::string& what, int trouble) {
    why_ = what + ": " + words_of(trouble);
    return false;
}

bool Spool::open_base(Folder& out) {
    // Only once: when a stick is taken out, a folder made in its place would hide what comes back.
    if (may_be_made_ && options_.create) (void)mkdir(path_.c_str(), 0700);
    const int trouble = Folder::open(AT_FDCWD, path_, true, out);
    is_absent_        = trouble == ENOENT;
    if (trouble) return refuse(path_, trouble);
    may_be_made_ = false;
    const auto mode = out.state().st_mode;
    if ((mode & S_IWOTH) != 0 && (mode & S_ISVTX) == 0) return why_ = path_ + ": anybody may write to this folder; take that right away (chmod o-w)", false;
    return true;
}

bool Spool::open_below(const Folder& base, const char* name, Folder& out) {
    // As its parent is, so that a group which shares the one shares the other.
    if (mkdirat(base.fd(), name, 0700) == 0) (void)fchmodat(base.fd(), name, base.state().st_mode & 07777, 0);
    const int trouble = Folder::open(base.fd(), name, false, out);
    return trouble == 0 || refuse(path_ + "/" + name, trouble);
}

bool Spool::open_all(Folders& out) {
    return open_base(out.base) && open_below(out.base, "requests", out.requests) && open_below(out.base, "replies", out.replies) && open_below(out.base, "failed", out.failed) &&
           open_below(out.base, "done", out.done);
}

bool Spool::look() {
    Folders    seen;
    const bool is_there = open_all(seen);
    if (!is_there) {
        if (!was_away_) cmpkit_plugin::log(host_, CMPKIT_TRANSPORT_LOG_WARNING, "the spool folder cannot be used, and is waited for: " + why_);
        was_away_ = true;
        folders_  = {};
        return false;
    }
    if (was_away_) cmpkit_plugin::log(host_, CMPKIT_TRANSPORT_LOG_INFO, path_ + ": the spool folder is there again");
    const struct stat state = seen.requests.state();
    is_new_                 = was_away_ || state.st_dev != device_ || state.st_ino != inode_;
    was_away_               = false;
    device_                 = state.st_dev;
    inode_                  = state.st_ino;
    folders_                = std::move(seen);
    return true;
}

std::string path_in(std::string_view url, std::string& error) {
    url.remove_prefix(std::min(url.size(), url.find(':') + 1));
    if (url.starts_with("//localhost/")) url.remove_prefix(std::string_view("//localhost").size());
    else if (url.starts_with("///")) url.remove_prefix(2);
    if (!url.starts_with("/") || url.starts_with("//")) return error = "the URL of a folder is file:///absolute/path, without a host", std::string();
    if (url.find_first_of("?#") != std::string_view::npos) return error = "a folder has no query and no fragment; write %3F and %23 for ? and #", std::string();
    auto path = cmpkit_plugin::percent_decode(url);
    if (!path) return error = "an escape in it is malformed, or stands for a control character", std::string();
    while (path->size() > 1 && path->back() == '/') path->pop_back();
    if (*path == "/") return error = "the root folder is no spool", std::string();
    return *path;
}

}  // namespace cmpkit_spool

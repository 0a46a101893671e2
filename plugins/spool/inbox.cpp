#include "inbox.hpp"

#include "names.hpp"

#include <cerrno>
#include <fcntl.h>

namespace cmpkit_spool {

int Inbox::take_in(const Folder& to, std::size_t most, Durability durability, const Wanted& is_wanted) {
    Folder fresh, seen;
    if (Folder::open(AT_FDCWD, folder(), false, fresh) != 0 || Folder::open(AT_FDCWD, maildir_ + "/cur", false, seen) != 0) return 0;
    if (others_.size() > 100'000) others_.clear();  // names of mails that are gone are among them
    int taken = 0;
    for (const std::string& name : fresh.names()) {
        if (!is_plain(name) || others_.contains(name)) continue;
        File mail;
        if (fresh.read(name, most, mail) != 0 || !is_wanted(name, mail.octets)) {
            others_.insert(name);
            continue;
        }
        const int trouble = to.write(name + ".eml", mail.octets, durability);
        if (trouble != 0 && trouble != EEXIST) return taken;  // again at the next look
        (void)fresh.move(name, seen, name + ":2,S");
        ++taken;
    }
    return taken;
}

}  // namespace cmpkit_spool

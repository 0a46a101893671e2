// A maildir that mails are delivered to: those that carry what is waited for are copied into the spool and marked as seen; all others are left alone.
// A copy is made before the mark, so a crash in between makes the same copy again.
// It refuses to delete a mail.
#pragma once
#include "folder.hpp"

#include <functional>
#include <set>
#include <string>

namespace cmpkit_spool {

class Inbox {
public:
    using Wanted = std::function<bool(const std::string& name, const std::string& octets)>;

    explicit Inbox(std::string maildir) : maildir_(std::move(maildir)) {}

    /// Where mails come; empty: there is no maildir.
    std::string folder() const { return maildir_.empty() ? std::string() : maildir_ + "/new"; }
    /// Copies what is wanted to `to`; files of more than `most` octets are nobody's. @return how many
    int take_in(const Folder& to, std::size_t most, Durability durability, const Wanted& is_wanted);
    /// Mails that were not wanted may be wanted now.
    void look_again() { others_.clear(); }

private:
    const std::string     maildir_;
    std::set<std::string> others_;
};

}  // namespace cmpkit_spool

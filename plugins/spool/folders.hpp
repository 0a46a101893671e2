// The folders of one spool, as far as they can be seen: a stick may be away and come back, and that ends no exchange.
// It refuses a folder that anybody may write to and rename in. It makes what is missing below it, and the folder itself once if it may.
//
//     Spool spool(path, options, host);
//     if (spool.look()) …; spool.close();
#pragma once
#include "contract.h"
#include "folder.hpp"

#include <string>

namespace cmpkit_spool {

struct Folders {
    Folder base, requests, replies, failed, done;
};

class Spool {
public:
    Spool(std::string path, const Options& options, const cmpkit_transport_host& host) : path_(std::move(path)), options_(options), host_(host) {}

    /// Opens the folders anew. @return whether all are there; if not, the last reason is why()
    bool look();
    /// Lets go of them: an open folder keeps a stick from being unmounted.
    void close() { folders_ = {}; }
    /// It is another folder than at the look before: on another stick, or the same one put in again.
    bool is_new() const { return is_new_; }
    bool is_there() const { return bool(folders_.done); }

    const Folders&     operator*() const { return folders_; }
    const Folders*     operator->() const { return &folders_; }
    const std::string& path() const { return path_; }
    const std::string& why() const { return why_; }
    /// At the last look there was no folder at the path, rather than one that is refused.
    bool is_absent() const { return is_absent_; }

private:
    bool open_all(Folders& out);
    bool open_base(Folder& out);
    bool open_below(const Folder& base, const char* name, Folder& out);
    bool refuse(const std::string& what, int trouble);

    const std::string           path_;
    const Options               options_;
    const cmpkit_transport_host host_;
    Folders                     folders_;
    std::string                 why_;
    bool                        is_absent_ = false, is_new_ = false, was_away_ = false, may_be_made_ = true;
    dev_t                       device_ = 0;
    ino_t                       inode_ = 0;
};

/// The path of "file:///abs/path" behind its scheme; empty: `error` says what is wrong.
std::string path_in(std::string_view url, std::string& error);

}  // namespace cmpkit_spool

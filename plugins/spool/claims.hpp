// Who handles which request. A server takes one by renaming it to "<name>.<claimant>.work", which only one can; its claims hold as long as it
// lives, which a lock on ".server-<claimant>.lock" shows to the others, and the system lifts it with the process.
// So a claim of a server that is gone is taken over, again by renaming, and two never handle one request.
#pragma once
#include "folder.hpp"

#include <string>

namespace cmpkit_spool {

class Claimant {
public:
    /// Makes a lock of its own in `requests`; an earlier one, in a folder that is away, is given up. @return errno's number
    int appear(const Folder& requests);
    void leave(const Folder& requests);
    /// Our lock is in this folder.
    bool stands(const Folder& requests) const;

    const std::string& name() const { return name_; }
    bool               is_alive(const Folder& requests, const std::string& claimant) const;
    /// Removes what claimants that are gone left of themselves.
    void               sweep(const Folder& requests) const;

private:
    std::string name_;
    Descriptor  lock_;
};

}  // namespace cmpkit_spool

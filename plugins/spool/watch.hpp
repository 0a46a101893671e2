// Waits for something to happen in folders, or for an order in a mailbox. The system tells of local changes (inotify); what others do on a network's or a
// stick's file system it may not tell, so who waits looks from time to time as well.
// It refuses to say what happened: the folders themselves are the truth.
#pragma once
#include "kit/border.hpp"
#include "kit/mailbox.hpp"
#include "folder.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cmpkit_spool {

class Watch {
public:
    Watch(std::vector<std::string> paths, const cmpkit_transport_host& host);

    /// Watches the folders that stand at the paths now. Again is harmless.
    void arm();
    /// @return whether something happened in a folder
    bool wait(const cmpkit_plugin::Mailbox& mailbox, std::chrono::milliseconds most);

private:
    bool drain() const;

    const std::vector<std::string> paths_;
    const Descriptor               events_;
};

}  // namespace cmpkit_spool

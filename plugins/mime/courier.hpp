// Hands mails to a command that sends them, such as «/usr/sbin/sendmail -t -i». The command is split at spaces and run as it is: there is no shell, and nothing
// of a mail is ever an argument.
// It refuses to wait for ever, and touches no child but its own.
#pragma once
#include <string>
#include <vector>

namespace cmpkit_mime {

class Courier {
public:
    explicit Courier(const std::string& command);

    /// Blocks until the command ends. @return why the mail was not taken, or empty
    std::string send(const std::string& mail) const;

private:
    std::vector<std::string> words_;
};

}  // namespace cmpkit_mime

#include "courier.hpp"

#include "spool/folder.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace cmpkit_mime {

using cmpkit_spool::Descriptor;
using cmpkit_spool::words_of;

namespace {

constexpr int patience = 60'000;  // ms

/// The mail as a file without a name: a command that does not read it raises no SIGPIPE.
Descriptor file_with(const std::string& mail) {
    Descriptor file(memfd_create("mail", MFD_CLOEXEC));
    if (!file) return file;
    for (std::size_t at = 0; at < mail.size();) {
        const ssize_t written = write(file.get(), mail.data() + at, mail.size() - at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return Descriptor();
        at += static_cast<std::size_t>(written);
    }
    return lseek(file.get(), 0, SEEK_SET) == 0 ? std::move(file) : Descriptor();
}

/// What a command expects to find: its input, no signal blocked or ignored, and nothing to write to but the void.
class Outfit {
public:
    explicit Outfit(int input) {
        posix_spawn_file_actions_init(&files_);
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
        for (const int output : {STDOUT_FILENO, STDERR_FILENO}) posix_spawn_file_actions_addopen(&files_, output, "/dev/null", O_WRONLY, 0);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~Outfit() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&files_);
    }
    Outfit(const Outfit&) = delete;
    Outfit& operator=(const Outfit&) = delete;

    int start(const std::vector<std::string>& words, pid_t& child) const {
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));  // exec does not write to them
        arguments.push_back(nullptr);
        return posix_spawn(&child, arguments[0], &files_, &attributes_, arguments.data(), environ);
    }

private:
    posix_spawn_file_actions_t files_;
    posix_spawnattr_t          attributes_;
};

/// How `child` ended: empty if well.
std::string outcome_of(pid_t child) {
    const Descriptor ending(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
    pollfd           wait{ending.get(), POLLIN, 0};
    bool             is_late = false;
    if (ending) is_late = poll(&wait, 1, patience) == 0;
    if (is_late) (void)kill(child, SIGKILL);
    int   status = 0;
    pid_t ended;
    while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) {}
    if (is_late) return "it did not end within a minute";
    if (ended < 0) return {};  // the application has its children reaped for it (SIGCHLD ignored); it ended, and nobody knows how
    if (WIFSIGNALED(status)) return "it was ended by signal " + std::to_string(WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? std::string() : "it ended with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Courier::Courier(const std::string& command) {
    std::istringstream words(command);
    for (std::string word; words >> word;) words_.push_back(word);
}

std::string Courier::send(const std::string& mail) const {
    const Descriptor input = file_with(mail);
    if (!input) return "no memory for the mail: " + words_of(errno);
    pid_t child = -1;
    if (const int trouble = Outfit(input.get()).start(words_, child)) return words_.front() + " cannot be run: " + words_of(trouble);
    const std::string why = outcome_of(child);
    return why.empty() ? why : words_.front() + ": " + why;
}

}  // namespace cmpkit_mime

#include "secret_source.hpp"

#include "failure.hpp"
#include "files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

namespace tool {
namespace {

volatile sig_atomic_t caught = 0;

// While a terminal shows no echo, a signal must not end the program: it is noted, and raised again once the echo is back.
class Quiet {
public:
    explicit Quiet(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal, &before_) != 0) throw system_failure("ask on the terminal");
        struct sigaction note {};
        note.sa_handler = [](int signal) { caught = signal; };
        for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &note, &actions_[i]);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        ::tcsetattr(terminal, TCSAFLUSH, &silent);
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet() {
        ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        for (std::size_t i = 0; i < std::size(signals); ++i) ::sigaction(signals[i], &actions_[i], nullptr);
        if (caught) ::raise(caught);
    }

private:
    static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    int                  terminal_;
    termios              before_{};
    struct sigaction     actions_[std::size(signals)] {};
};

Secret line_of(int terminal) {
    Secret line;
    for (char c = 0;;) {
        const ssize_t count = ::read(terminal, &c, 1);
        if (count == 1 && c != '\n') line.append({&c, 1});
        else if (count >= 0) return line;
        else if (caught || errno != EINTR) throw Failure(Exit::failed, "nothing was read from the terminal");
    }
}

Secret prompt(const std::string& what) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) throw Failure(Exit::failed, "there is no terminal to ask for the " + what, "file:PATH or env:NAME work without one");
    const std::string question = what + ": ";
    Secret            line;
    {
        const Quiet quiet(terminal);  // before the question, so that no early answer is shown or lost
        if (::write(terminal, question.data(), question.size()) > 0) line = line_of(terminal);
    }
    ::close(terminal);
    return line;
}

Secret from_file(const std::string& path) {
    Secret secret = read_private_file(path);
    if (secret.text().ends_with('\n')) secret.drop_last();
    return secret;
}

Secret from_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (!value) throw Failure(Exit::failed, "the environment has no variable " + name);
    return Secret(value);
}

Secret literal(const std::string& text, const std::string& what) {
    std::cerr << "warning: every user of this machine can read the " << what << " in the process list; file:PATH, env:NAME or prompt hide it\n";
    return Secret(text);
}

Secret read(const std::string& source, const std::string& what) {
    if (source.starts_with("file:")) return from_file(source.substr(5));
    if (source.starts_with("env:")) return from_environment(source.substr(4));
    return source == "prompt" ? prompt(what) : literal(source, what);
}

}  // namespace

Secret read_secret(const std::string& source, const std::string& what) {
    Secret secret = read(source, what);
    if (secret.empty()) throw Failure(Exit::failed, "the " + what + " is empty");
    return secret;
}

}  // namespace tool

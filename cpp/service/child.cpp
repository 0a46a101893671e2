#include "service/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace cmpkit::service {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = 1 << 20, most_errors = 4096;  // octets

Error failed(const std::string& what, int why = errno) { return {.code = Code::io, .detail = what + ": " + std::strerror(why)}; }

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int  get() const { return number_; }
    void close() { Descriptor gone(std::move(*this)); }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_;
};

// Where this process has closed its standard ones, a new descriptor could be one of those that the child gets.
Descriptor above_standard(Descriptor one) {
    if (!one || one.get() > STDERR_FILENO) return one;
    return Descriptor(::fcntl(one.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

// A file rather than a pipe: a child that does not read it hinders nobody, and raises no SIGPIPE.
Result<Descriptor> file_of(Bytes octets) {
    Descriptor file = above_standard(Descriptor(::memfd_create("cmpkit-input", MFD_CLOEXEC)));
    if (!file) return failed("an anonymous file");
    while (!octets.empty()) {
        const auto written = ::write(file.get(), octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return failed("an anonymous file");
        octets = octets.subspan(static_cast<std::size_t>(written));
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) return failed("an anonymous file");
    return file;
}

struct Pipe {
    Descriptor reads, writes;
};
Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return failed("a pipe");
    Pipe pipe{above_standard(Descriptor(ends[0])), above_standard(Descriptor(ends[1]))};
    if (!pipe.reads || !pipe.writes || ::fcntl(pipe.reads.get(), F_SETFL, O_NONBLOCK) != 0) return failed("a pipe");
    return pipe;
}

// ---------------------------------------------------------------- starting

/// What a child is begun with.
class Plan {
public:
    Plan() { ::posix_spawn_file_actions_init(&actions_), ::posix_spawnattr_init(&attributes_); }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    ~Plan() { ::posix_spawn_file_actions_destroy(&actions_), ::posix_spawnattr_destroy(&attributes_); }

    /// @return 0, or an errno
    int begin_with(int input, int output, int errors) {
        sigset_t none, usual;
        ::sigemptyset(&none), ::sigemptyset(&usual);
        for (const int each : {SIGPIPE, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM}) ::sigaddset(&usual, each);
        const std::pair<int, int> standard[] = {{input, STDIN_FILENO}, {output, STDOUT_FILENO}, {errors, STDERR_FILENO}};
        for (const auto& [from, to] : standard)
            if (const int why = ::posix_spawn_file_actions_adddup2(&actions_, from, to)) return why;
        if (const int why = ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1)) return why;
        ::posix_spawnattr_setsigmask(&attributes_, &none), ::posix_spawnattr_setsigdefault(&attributes_, &usual), ::posix_spawnattr_setpgroup(&attributes_, 0);
        return ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    int spawn(pid_t& process, const Program& program);

private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t          attributes_;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));  // execve(2) changes none of them
    all.push_back(nullptr);
    return all;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& ours) {
    std::vector<std::string> all = ours;
    for (char** each = environ; each && *each; ++each) {
        const std::string_view text = *each, name = text.substr(0, text.find('=') + 1);
        if (std::ranges::none_of(ours, [&](const std::string& one) { return one.starts_with(name); })) all.emplace_back(text);
    }
    return all;
}

int Plan::spawn(pid_t& process, const Program& program) {
    const auto environment = whole_environment(program.environment);
    return ::posix_spawn(&process, program.words.front().c_str(), &actions_, &attributes_, pointers_to(program.words).data(), pointers_to(environment).data());
}

// ---------------------------------------------------------------- running

/// A child that is not waited for yet; gone with this object, however it came to that.
class Child {
public:
    // By its number: in glibc 2.36 <sys/pidfd.h> declares its functions for C alone.
    explicit Child(pid_t process) : process_(process), ending_(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (process_ == 0) return;
        ::kill(-process_, SIGKILL);  // the group has its name as long as its first process is not waited for
        (void)reap();
    }
    const Descriptor& ending() const { return ending_; }  // readable: it has ended

    /// How it ended. @error io  somebody else in this process has waited for it
    Result<int> reap() {
        int        status = 0;
        const auto process = std::exchange(process_, 0);
        while (::waitpid(process, &status, 0) < 0)
            if (errno != EINTR) return failed("how the program ended was told to somebody else");
        return status;
    }

private:
    pid_t      process_;
    Descriptor ending_;
};

/// Takes what is there. @return false: there is too much
bool take(Descriptor& from, Octets& to, std::size_t most) {
    std::uint8_t some[16384];
    while (from) {
        const auto count = ::read(from.get(), some, sizeof some);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return true;
        if (count <= 0) return from.close(), true;
        const auto size = static_cast<std::size_t>(count), room = most - to.size();
        to.insert(to.end(), some, some + std::min(size, room));
        if (size > room) return false;
    }
    return true;
}

int milliseconds_until(Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

/// Listens to a child until it has ended.
Result<void> listen(const Child& child, Descriptor output, Descriptor errors, const Descriptor& wake, Clock::time_point end, Ended& ended) {
    for (;;) {
        pollfd all[] = {{child.ending().get(), POLLIN, 0}, {wake.get(), POLLIN, 0}, {output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}};
        if (::poll(all, std::size(all), milliseconds_until(end)) < 0 && errno != EINTR) return failed("poll");
        const bool has_ended = all[0].revents != 0;
        if (!take(output, ended.output, most_output)) return Error{.code = Code::too_large, .detail = "the command says more than a MiB"};
        (void)take(errors, ended.errors, most_errors);  // the rest is read, and dropped
        if (has_ended) return {};
        if (all[1].revents) return Error{.code = Code::cancelled};
        if (Clock::now() >= end) return Error{.code = Code::deadline, .detail = "the command did not end in time"};
    }
}

}  // namespace

Result<Ended> run(const Program& program, Bytes input, std::chrono::milliseconds most, transport::Cancel& cancel) {
    const auto end    = Clock::now() + most;
    auto       file   = file_of(input);
    auto       output = make_pipe(), errors = make_pipe();
    const Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!file) return file.error();
    if (!output || !errors) return output ? errors.error() : output.error();
    if (!wake) return failed("an event");
    Plan  plan;
    pid_t process = 0;
    if (const int why = plan.begin_with(file->get(), output->writes.get(), errors->writes.get())) return failed(program.words.front(), why);
    if (const int why = plan.spawn(process, program)) return failed(program.words.front(), why);
    Child child(process);
    if (!child.ending()) return failed("the program's end cannot be seen");
    output->writes.close(), errors->writes.close();
    cancel.attach([&wake] { (void)!::eventfd_write(wake.get(), 1); });
    Ended how;
    auto  heard = listen(child, std::move(output->reads), std::move(errors->reads), wake, end, how);
    cancel.detach();
    if (!heard) return heard.error();
    auto status = child.reap();
    if (!status) return status.error();
    how.signal = WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
    how.status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 0;
    return how;
}

}  // namespace cmpkit::service

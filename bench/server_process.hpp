// A server as it runs, in a process of its own, so that its time and memory are its own: the program that includes this is started again with the word "serve".
#pragma once
#include "meter.hpp"
#include "plant.hpp"
#include "service/config.hpp"
#include "service/files.hpp"
#include "service/found.hpp"
#include "service/server.hpp"

#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cmpkit::bench {
inline std::atomic<long> syncs = 0;  // of this process
}

// SQLite's, counted.
extern "C" [[gnu::visibility("default")]] int fdatasync(int file) {
    ++cmpkit::bench::syncs;
    return static_cast<int>(syscall(SYS_fdatasync, file));
}
extern "C" [[gnu::visibility("default")]] int fsync(int file) {
    ++cmpkit::bench::syncs;
    return static_cast<int>(syscall(SYS_fsync, file));
}

namespace cmpkit::bench {

/// Makes a CA on disk whose requesters have certificates of that maker. @return its root
inline crypto::Cert found_server(const std::string& folder, const crypto::Cert& maker) {
    const std::string trusted = folder + ".maker.pem";
    require(static_cast<bool>(service::write_file(trusted, bytes_of(crypto::write_pem("CERTIFICATE", maker.der())), 0600)), "the folder cannot be written");
    service::FoundingOrder order;
    order.founding.subject    = "/CN=Plant";
    order.listen              = "http://127.0.0.1:0";
    order.trust_external      = {trusted};
    order.external_revocation = "none";
    const auto done = service::found_on_disk(folder, order, random_source(), now);
    require(static_cast<bool>(done), done ? "" : done.error().text());
    return sure(crypto::read_certificates(sure(service::read_file(folder + "/root.pem")))).front();
}

/// The configuration of that CA. @param is_kept  in its SQLite file; else in memory
inline service::Configuration configuration_in(const std::string& folder, bool is_kept) {
    auto configuration = sure(service::read_configuration(text_of(sure(service::read_file(folder + "/cmpkit.toml"))), folder));
    if (!is_kept) configuration.store.file.clear();
    configuration.transport["http"]["max-connections"] = "2000";
    return configuration;
}

/// What a process that was started with "serve FOLDER memory|sqlite PLUGINS" does: tells its URL, then how often it synced each time it is asked, until nobody can ask.
inline int serve(char** arguments) {
    auto                configuration = configuration_in(arguments[0], std::string_view(arguments[1]) == "sqlite");
    const auto          listen        = configuration.listen;
    transport::Registry registry({arguments[2]}, {});
    const auto          server    = sure(service::Server::make(std::move(configuration), {}));
    const auto          listening = sure(service::Listening::start(*server, registry, listen, {}));
    std::cout << listening->urls().front() << std::endl;
    for (std::string line; std::getline(std::cin, line);) std::cout << syncs << std::endl;
    return 0;
}

class ServerProcess {
public:
    ServerProcess(const std::string& folder, const std::string& store) {
        int to[2], from[2];
        require(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "no pipe");
        process_ = fork();
        if (process_ == 0) {
            dup2(to[0], STDIN_FILENO), dup2(from[1], STDOUT_FILENO);
            execl("/proc/self/exe", "bench", "serve", folder.c_str(), store.c_str(), CMPKIT_BUILT_PLUGINS, nullptr);
            _exit(127);
        }
        close(to[0]), close(from[1]);
        to_   = fdopen(to[1], "w");
        from_ = fdopen(from[0], "r");
        url_  = read_line();
        require(!url_.empty() && clock_getcpuclockid(process_, &clock_) == 0, "the server does not start");
    }
    ~ServerProcess() {
        fclose(to_);
        waitpid(process_, nullptr, 0);
        fclose(from_);
    }
    ServerProcess(const ServerProcess&)            = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    const std::string& url() const { return url_; }
    double             microseconds() const { return microseconds_of(clock_); }  // of the processor
    long               synced() const {
        std::fputs("\n", to_), std::fflush(to_);
        return std::stol(read_line());
    }
    /// Resident memory in kB.
    long resident() const {
        std::ifstream status("/proc/" + std::to_string(process_) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
        return 0;
    }

private:
    std::string read_line() const {
        char line[256] = "";
        if (!std::fgets(line, sizeof line, from_)) return {};
        return std::string(line, std::strcspn(line, "\n"));
    }

    pid_t       process_;
    FILE*       to_   = nullptr;
    FILE*       from_ = nullptr;
    std::string url_;
    clockid_t   clock_{};
};

}  // namespace cmpkit::bench

// serve: a CA that answers until it is told to stop.
#include "files.hpp"
#include "json.hpp"
#include "options.hpp"

#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <iostream>

namespace tool {
namespace {

struct Service {
    Common&     common;
    std::string configuration, log = "text";
};

constexpr unsigned grace_ms = 5000;  // for requests under way when the end comes

const char* name_of(cmpkit_log_level level) {
    constexpr const char* names[] = {"error", "warning", "info", "debug"};
    return level >= CMPKIT_LOG_ERROR && level <= CMPKIT_LOG_DEBUG ? names[level - CMPKIT_LOG_ERROR] : "info";
}

std::string now_in_words() {
    const std::time_t now = std::time(nullptr);
    std::tm           utc{};
    gmtime_r(&now, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

// One write a line, so that lines of several threads do not mix.
void write_line(const std::string& line) {
    if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;  // nobody reads the log: there is nobody to tell
}
void log_text(void*, cmpkit_log_level level, const char* text) { write_line(now_in_words() + " " + name_of(level) + " " + text + "\n"); }
void log_json(void*, cmpkit_log_level level, const char* text) {
    write_line(JsonObject().add("time", now_in_words()).add("level", name_of(level)).add("text", text).text() + "\n");
}

sigset_t signals_for_us() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    return set;
}

/// The configuration file as it is now.
struct Text {
    explicit Text(const std::string& file) : text(tool::text_of(read_file(file))), folder(std::filesystem::absolute(file).parent_path()) {}
    std::string text, folder;
};

/// A file that cannot be used leaves everything as it is.
void reload(const Service& service, const Responder& responder, cmpkit_log_fn log) {
    try {
        const Text   now(service.configuration);
        const Buffer unchanged = make<Buffer>(cmpkit_responder_reload, responder.get(), now.text.c_str(), now.folder.c_str());
        log(nullptr, CMPKIT_LOG_INFO, "the configuration was read anew");
        if (text_of(unchanged) != "[]") log(nullptr, CMPKIT_LOG_WARNING, ("these changes need a restart: " + std::string(text_of(unchanged))).c_str());
    } catch (const Failure& failure) {
        log(nullptr, CMPKIT_LOG_ERROR, ("the configuration stays as it was: " + std::string(failure.what())).c_str());
    }
}

void announce(const Listener& listener) {
    std::cout << "cmpkit: ready at";
    for (std::size_t i = 0; i < cmpkit_listener_count(listener.get()); ++i) std::cout << ' ' << cmpkit_listener_url(listener.get(), i);
    std::cout << std::endl;
}

void run(const Service& service) {
    // Blocked before the first thread starts, so that every thread inherits it and the signals wait for this one.
    const sigset_t signals = signals_for_us();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const Text    configuration(service.configuration);
    const Context context = make_context(service.common);
    const cmpkit_log_fn    log  = service.log == "json" ? log_json : log_text;
    const cmpkit_log_level most = service.common.verbose ? CMPKIT_LOG_DEBUG : CMPKIT_LOG_INFO;
    call(cmpkit_context_set_log, context.get(), most, log, static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
    const Responder responder = make<Responder>(cmpkit_responder_new, context.get(), configuration.text.c_str(), configuration.folder.c_str());
    const Listener  listener  = make<Listener>(cmpkit_listener_new, responder.get(), static_cast<const char*>(nullptr));
    announce(listener);
    for (int signal = 0; ::sigwait(&signals, &signal) == 0 && signal == SIGHUP;) reload(service, responder, log);
    cmpkit_listener_stop(listener.get(), grace_ms);
}

constexpr const char* details = R"(
When it answers it prints one line on standard output, with the real ports:
  cmpkit: ready at http://127.0.0.1:41233
Events go to standard error, one line each. SIGTERM and SIGINT let requests under way end, then it ends with 0.
SIGHUP lets it read its configuration anew: CAs, profiles, secrets, trust, keys of TLS. A file with a mistake
changes nothing; what cannot change while it runs (listen, store, server) is told in the log.)";

}  // namespace

void add_serve(CLI::App& app, Common& common) {
    auto  service = std::make_shared<Service>(common);
    auto& command = *app.add_subcommand("serve", "Run a CA");
    command.add_option("-c,--config", service->configuration, "Its configuration, such as cmpkit ca init writes")->type_name("FILE")->required();
    command.add_option("--log", service->log, "Form of the log on standard error [text]")->type_name("text|json")->check(CLI::IsMember({"text", "json"}));
    command.add_flag("-v,--verbose", common.verbose, "Log more");
    add_plugin_folder(command, common);
    command.footer(details);
    command.callback([service] { run(*service); });
}

}  // namespace tool

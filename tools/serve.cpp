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

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

void announce(const Listener& listener) {
    std::cout << "cmpkit: ready at";
    for (std::size_t i = 0; i < cmpkit_listener_count(listener.get()); ++i) std::cout << ' ' << cmpkit_listener_url(listener.get(), i);
    std::cout << std::endl;
}

void run(const Service& service) {
    // Blocked before the first thread starts, so that every thread inherits it and the signals wait for this one.
    const sigset_t ending = ending_signals();
    ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    const std::string text(text_of(read_file(service.configuration)));
    const std::string folder = std::filesystem::absolute(service.configuration).parent_path();
    const Context     context = make_context(service.common);
    const cmpkit_log_level most = service.common.verbose ? CMPKIT_LOG_DEBUG : CMPKIT_LOG_INFO;
    call(cmpkit_context_set_log, context.get(), most, service.log == "json" ? log_json : log_text, static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
    const Responder responder = make<Responder>(cmpkit_responder_new, context.get(), text.c_str(), folder.c_str());
    const Listener  listener  = make<Listener>(cmpkit_listener_new, responder.get(), static_cast<const char*>(nullptr));
    announce(listener);
    int signal = 0;
    ::sigwait(&ending, &signal);
    cmpkit_listener_stop(listener.get(), grace_ms);
}

constexpr const char* details = R"(
When it answers it prints one line on standard output, with the real ports:
  cmpkit: ready at http://127.0.0.1:41233
Events go to standard error, one line each. SIGTERM and SIGINT let requests under way end, then it ends with 0.)";

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

// resume: goes on with an operation that another process began and kept in a file.
#include "enrollment.hpp"
#include "files.hpp"
#include "revocation.hpp"

#include <filesystem>

namespace tool {
namespace {

namespace fs = std::filesystem;

/// What may be said anew; the rest is in the file.
struct Resumption {
    Common&     common;
    std::string path, url, secret, certificate_pass, key_pass, new_key_pass, state_pass, trace_folder;
    PeerProfile peer{};  // without a name: the one of the first command
    unsigned    timeout_seconds = 0;
};

// Names of this command line are those of this folder, those of the file belong to the folder of the command that began.
std::string absolute(const std::string& path) { return path.empty() ? path : fs::absolute(path).string(); }
std::string absolute_source(const std::string& source) { return source.starts_with("file:") ? "file:" + absolute(source.substr(5)) : source; }

void replace(std::string& remembered, const std::string& said) {
    if (!said.empty()) remembered = said;
}

void replace_all(const Resumption& with, Peer& peer, Identity& identity, TrustOptions& trust) {
    if (!with.peer.name.empty()) trust.peer = with.peer;
    replace(identity.secret, with.secret);
    replace(identity.certificate_pass, with.certificate_pass);
    replace(identity.key_pass, with.key_pass);
    replace(peer.trace_folder, with.trace_folder);
    peer.timeout_seconds = with.timeout_seconds;
    replace(peer.url, with.url);
}

template <class Order> Order remembered(const Json& json, const Resumption& with) {
    const std::string plugin_folder = with.common.plugin_folder;
    Order             order(with.common);
    MemoReader        memo(json);
    order.remember(memo);
    replace(order.common.plugin_folder, plugin_folder);
    replace_all(with, order.peer, order.identity, order.trust);
    return order;
}

void go_on(const Resumption& with, const Octets& saved, const Json& json) {
    const std::string command = json["command"].text();
    if (command == "revoke") return remembered<Revocation>(json, with).go_on(saved, StateFile::existing(with.path));
    if (command != "enroll") throw Failure(Exit::failed, with.path + " holds an operation that this program did not begin");
    auto order = remembered<Enrollment>(json, with);
    replace(order.key.passphrase, with.new_key_pass);
    replace(order.key.carried_pass, with.state_pass);
    order.go_on(saved, StateFile::existing(with.path));
}

void run(Resumption& with) {
    const Octets saved = read_file(with.path);
    const Buffer memo  = make<Buffer>(cmpkit_saved_memo, saved.data(), saved.size());
    const auto   json  = Json::parse(text_of(memo));
    if (!json) throw Failure(Exit::failed, with.path + " holds an operation that this program did not begin");
    for (std::string* path : {&with.path, &with.trace_folder, &with.common.plugin_folder}) *path = absolute(*path);
    for (std::string* source : {&with.secret, &with.certificate_pass, &with.key_pass, &with.new_key_pass, &with.state_pass}) *source = absolute_source(*source);
    with.peer.read();
    // On another machine that folder may be missing: names are then those of this one.
    std::error_code missing;
    fs::current_path((*json)["folder"].text(), missing);
    go_on(with, saved, *json);
}

constexpr const char* details = R"(
Example:
  cmpkit enroll http://127.0.0.1:8829 --ref dev1 --secret file:dev1.secret --trust root.pem \
         --gen-key ec:P-256 --new-key dev1.key --subject /CN=dev1 --out dev1.pem --state dev1.state
  cmpkit resume dev1.state

What the first command was told is in the file: the CA, whom to trust, where the results go. Secrets and passphrases are not: they come from where
they came from, unless an option names another place; what stood on the command line itself is asked for. The time limit begins anew.)";

void add_sources_to(CLI::App& command, Resumption& with) {
    const std::string group = "Where secrets are, if elsewhere than before: file:PATH, env:NAME or prompt";
    const auto add = [&](const char* name, std::string& source, const char* help) { command.add_option(name, source, help)->type_name("SOURCE")->group(group); };
    add("--secret", with.secret, "The shared secret");
    add("--cert-pass", with.certificate_pass, "Password of the PKCS#12 file of --cert");
    add("--key-pass", with.key_pass, "Passphrase or PIN of --key");
    add("--new-key-pass", with.new_key_pass, "Passphrase or PIN of --new-key");
    add("--state-pass", with.state_pass, "Passphrase of the key that --state-with-key put into the file");
}

}  // namespace

void add_resume(CLI::App& app, Common& common) {
    auto  with    = std::make_shared<Resumption>(Resumption{.common = common, .path = {}, .url = {}, .secret = {}, .certificate_pass = {}, .key_pass = {}, .new_key_pass = {},
                                                            .state_pass = {}, .trace_folder = {}});
    auto& command = *app.add_subcommand("resume", "Go on with an operation that --state kept");
    command.add_option("FILE", with->path, "The file that --state named")->type_name("")->required();
    add_sources_to(command, *with);
    command.add_option("--timeout", with->timeout_seconds, "For this run, tries included [30; by file or mail 7 days]")->type_name("SECONDS")->group("The way to the CA")->check(CLI::Range(1, 4'000'000));
    command.add_option("--url", with->url, "Where the CA is by now, if elsewhere than before")->type_name("URL")->group("The way to the CA");
    with->peer.add_to(command)->group("The way to the CA");
    add_plugin_folder(command, common);
    command.add_option("--trace-dir", with->trace_folder, "Keep every message as a file there")->type_name("DIR")->group("What is told");
    command.add_flag("-v,--verbose", common.verbose, "Tell each message in a line")->group("What is told");
    add_json_flag(command, common);
    command.footer(details);
    command.callback([with] { run(*with); });
}

}  // namespace tool

// ra: the registration officer's desk.
#include "commands.hpp"
#include "files.hpp"
#include "json.hpp"
#include "options.hpp"

#include <filesystem>
#include <iostream>

namespace tool {
namespace {

struct Counter {
    explicit Counter(Common& of_all) : common(of_all) {}

    Common&     common;
    std::string place, request, words;
};

/// The configuration itself, or the folder that has it.
Responder open(const Counter& counter, const Context& context) {
    const std::filesystem::path place(counter.place), file = std::filesystem::is_directory(place) ? place / "cmpkit.toml" : place;
    const std::string           text(text_of(read_file(file.string()))), folder = std::filesystem::absolute(file).parent_path().string();
    return make<Responder>(cmpkit_responder_new, context.get(), text.c_str(), folder.c_str());
}

// What was asked and who asks, on a few lines each.
void tell(const Json& request) {
    std::cout << request["id"].text().substr(0, 8) << "  " << request["type"].text() << "  " << request["subject"].text() << "\n          " << request["details"].text()
              << "\n          " << request["verdict"].text() << "; asked at " << request["askedAt"].text() << " by " << request["requester"].text() << '\n';
}

void pending(const Counter& counter) {
    const Context   context   = make_context(counter.common);
    const Responder responder = open(counter, context);
    const Buffer    json      = make<Buffer>(cmpkit_ra_pending, responder.get());
    if (counter.common.json) {
        std::cout << text_of(json) << '\n';
        return;
    }
    const auto requests = Json::parse(text_of(json));
    if (!requests || requests->members().empty()) std::cout << "No request waits.\n";
    else
        for (const auto& [name, request] : requests->members()) tell(request);
}

void say(const Counter& counter, const char* result, const std::string& words) {
    if (counter.common.json) std::cout << JsonObject().add("result", result).add("id", counter.request).text() << '\n';
    else std::cout << words << '\n';
}

void approve(const Counter& counter) {
    const Context   context   = make_context(counter.common);
    const Responder responder = open(counter, context);
    call(cmpkit_ra_approve, responder.get(), counter.request.c_str());
    say(counter, "approved", "Approved: request " + counter.request + ". It goes on when its requester asks again.");
}

void reject(const Counter& counter) {
    const Context   context   = make_context(counter.common);
    const Responder responder = open(counter, context);
    call(cmpkit_ra_reject, responder.get(), counter.request.c_str(), given(counter.words));
    say(counter, "rejected", "Rejected: request " + counter.request + ". Its requester learns it when it asks again.");
}

CLI::App& add_word(CLI::App& ra, const std::string& word, const std::string& help, const std::shared_ptr<Counter>& counter, void (*run)(const Counter&)) {
    auto& command = *ra.add_subcommand(word, help);
    command.add_option("DIR", counter->place, "The folder of the RA, or its configuration")->type_name("")->required();
    command.callback([counter, run] { run(*counter); });
    add_json_flag(command, counter->common);
    add_plugin_folder(command, counter->common);
    return command;
}

}  // namespace

void add_ra(CLI::App& app, Common& common) {
    auto& ra      = *app.add_subcommand("ra", "Decide on requests that a registration authority holds");
    auto  counter = std::make_shared<Counter>(common);
    ra.require_subcommand(1);
    add_word(ra, "pending", "List the requests that wait for an officer", counter, pending);
    add_word(ra, "approve", "Let a request go on, also while the server runs", counter, approve)
        .add_option("REQUEST", counter->request, "Its identifier, as pending shows it")->type_name("")->required();
    auto& rejecting = add_word(ra, "reject", "Refuse a request that waits", counter, reject);
    rejecting.add_option("REQUEST", counter->request, "Its identifier, as pending shows it")->type_name("")->required();
    rejecting.add_option("--reason", counter->words, "Words for the requester")->type_name("TEXT");
}

}  // namespace tool

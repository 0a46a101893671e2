// peers: what is known of servers that keep to the protocol in their own way.
#include "json.hpp"
#include "options.hpp"

#include <iostream>

namespace tool {
namespace {

std::string in_words(const Json& rules) {
    std::string words;
    for (const auto& [key, value] : rules.members()) words += (words.empty() ? "" : ", ") + key + " = " + value.text();
    return words;
}

void tell(const Json& peer) {
    std::cout << peer["name"].text() << "\n  " << peer["comment"].text() << '\n';
    for (const char* table : {"takes", "sends"})
        if (!peer[table].members().empty()) std::cout << "  " << table << ": " << in_words(peer[table]) << '\n';
    for (const auto& [plugin, options] : peer["transport"].members()) std::cout << "  " << plugin << ": " << in_words(options) << '\n';
}

void run(const Common& common) {
    const Buffer list = make<Buffer>(cmpkit_peers);
    if (common.json) {
        std::cout << text_of(list) << '\n';
        return;
    }
    const Json peers = Json::parse(text_of(list)).value_or(Json());
    for (const auto& [none, peer] : peers.members()) tell(peer);
}

}  // namespace

void add_peers(CLI::App& app, Common& common) {
    auto& command = *app.add_subcommand("peers", "List what --peer knows of servers, and what it takes or says otherwise");
    add_json_flag(command, common);
    command.footer("\nWhat each key means, and how to write a profile of your own: docs/peers.md");
    command.callback([&common] { run(common); });
}

}  // namespace tool

#include "service/peer.hpp"

#include "der/print.hpp"
#include "service/table.hpp"

namespace cmpkit::service {
namespace {

using operations::Peer;
using operations::peer_flags;
using operations::peer_numbers;

void read_rules(Table& table, const char* name, Peer& peer) {
    table.table(name, [&](Table& rules) {
        for (const auto& flag : peer_flags)
            if (std::string_view(flag.table) == name) peer.*flag.member = rules.flag(flag.key, peer.*flag.member);
        for (const auto& number : peer_numbers)
            if (std::string_view(number.table) == name) number.member(peer) = rules.number(number.key, number.member(peer), number.least, number.most);
    });
}

void read_transport(Table& table, PeerProfile& profile) {
    table.table("transport", [&](Table& plugins) {
        for (const std::string& plugin : plugins.keys())
            plugins.table(plugin.c_str(), [&](Table& options) {
                for (const std::string& option : options.keys()) profile.transport[plugin][option] = options.required_text(option.c_str());
            });
    });
}

void read_profile(Table& table, PeerProfile& profile) {
    if (table.has("base")) {
        auto base = peer_named(table.text("base", {}));
        if (base) profile = std::move(*base);
        else table.fail("base", base.error().detail);
    }
    profile.peer.name    = table.required_text("name");
    profile.peer.comment = table.text("comment", profile.peer.comment);
    read_rules(table, "takes", profile.peer);
    read_rules(table, "sends", profile.peer);
    read_transport(table, profile);
    if (profile.peer.mac_limits.min_iterations > profile.peer.mac_limits.max_iterations) table.fail("takes", "least_iterations is above most_iterations");
}

std::string object_of(const std::vector<std::string>& members) {
    std::string text;
    for (const std::string& member : members) text += (text.empty() ? "" : ",") + member;
    return "{" + text + "}";
}

std::string member(std::string_view name, const std::string& json) { return der::json_string(name) + ":" + json; }

std::string rules_json(Peer peer, std::string_view table) {
    Peer                     standard;
    std::vector<std::string> members;
    for (const auto& flag : peer_flags)
        if (flag.table == table && peer.*flag.member != standard.*flag.member) members.push_back(member(flag.key, peer.*flag.member ? "true" : "false"));
    for (const auto& number : peer_numbers)
        if (number.table == table && number.member(peer) != number.member(standard)) members.push_back(member(number.key, std::to_string(number.member(peer))));
    return object_of(members);
}

std::string transport_json(const PeerProfile& profile) {
    std::vector<std::string> plugins;
    for (const auto& [plugin, options] : profile.transport) {
        std::vector<std::string> members;
        for (const auto& [name, value] : options) members.push_back(member(name, der::json_string(value)));
        plugins.push_back(member(plugin, object_of(members)));
    }
    return object_of(plugins);
}

}  // namespace

Result<PeerProfile> peer_named(std::string_view name) {
    std::string known;
    for (const PeerFile& file : peer_files()) {
        if (file.name == name) return read_peer(file.text);
        known.append(known.empty() ? "" : ", ").append(file.name);
    }
    return Error{.code = Code::bad_argument, .detail = "there is no profile of a peer called \"" + escaped(name.substr(0, 64)) + "\"; known are " + known};
}

Result<PeerProfile> read_peer(std::string_view text) {
    PeerProfile profile;
    auto        read = read_table(text, [&](Table& table) { read_profile(table, profile); });
    if (!read) return read.error();
    return profile;
}

std::string to_json(const PeerProfile& profile) {
    return object_of({member("name", der::json_string(profile.peer.name)), member("comment", der::json_string(profile.peer.comment)),
                      member("takes", rules_json(profile.peer, "takes")), member("sends", rules_json(profile.peer, "sends")),
                      member("transport", transport_json(profile))});
}

}  // namespace cmpkit::service

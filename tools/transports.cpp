// transports: the plugins that are at hand.
#include "json.hpp"
#include "options.hpp"

#include <iostream>

namespace tool {
namespace {

void tell_options(const Json& options) {
    for (const auto& [number, option] : options.members()) {
        const std::string fallback = option["default"].text();
        std::cout << "    " << option["name"].text() << (fallback.empty() ? "" : " [" + fallback + "]") << "  " << option["meaning"].text() << '\n';
    }
}

void tell(const Json& plugin, bool with_options) {
    std::cout << plugin["name"].text() << ' ' << plugin["version"].text() << ", for";
    for (const auto& [name, scheme] : plugin["schemes"].members()) std::cout << ' ' << scheme.text() << ':';
    std::cout << "  (" << plugin["file"].text() << ")\n";
    if (with_options) tell_options(plugin["options"]);
}

void run(const Common& common) {
    const Context context = make_context(common);
    const Buffer  list    = make<Buffer>(cmpkit_context_transports, context.get());
    if (common.json) {
        std::cout << text_of(list) << '\n';
        return;
    }
    const auto plugins = Json::parse(text_of(list));
    if (!plugins || plugins->members().empty()) throw Failure(Exit::network, "no transport plugin was found", "--plugin-dir names a folder with them");
    for (const auto& [name, plugin] : plugins->members()) tell(plugin, common.verbose);
}

}  // namespace

void add_transports(CLI::App& app, Common& common) {
    auto& command = *app.add_subcommand("transports", "List the transports at hand and the URLs they serve");
    command.add_flag("-v,--verbose", common.verbose, "With the options of each, and what holds without them");
    add_plugin_folder(command, common);
    add_json_flag(command, common);
    command.callback([&common] { run(common); });
}

}  // namespace tool

// Tables of plugins, made of the input: slots that are there or not, of any size, with any texts. One is refused in words, or taken and listed, and then each of its
// schemes leads to it.
#include "input.hpp"
#include "plugin_table.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::PluginTable plugin(fuzz::Input({data, size}));
    Registry          registry({"/nonexistent"}, {});
    if (const auto added = registry.add(&plugin.table()); !added) {
        fuzz::hold(added.error().code == Code::bad_plugin && !added.error().detail.empty());
        return 0;
    }
    const auto found = registry.list();
    fuzz::hold(found.size() == 1 && !found[0].schemes.empty() && (found[0].client || found[0].server));
    for (const std::string& scheme : found[0].schemes) {
        const auto offline = registry.is_offline(scheme + ":there");
        fuzz::hold(offline && *offline == found[0].offline);
        const auto channel = registry.open(scheme + ":there", nullptr, {{"volume", "low"}});
        fuzz::hold(channel ? found[0].client : !channel.error().text().empty());
        const auto listener = registry.listen(scheme + ":there", nullptr, [](auto, const auto&, const auto&) {}, {});
        fuzz::hold(listener ? found[0].server : !listener.error().text().empty());
    }
    return 0;
}

#include "service/adapter_config.hpp"

#include "service/config_reader.hpp"
#include "service/files.hpp"

#include <unistd.h>

namespace cmpkit::service {

bool is_for_adapter(Table& table) { return table.has("command") || table.has("adapter"); }

void read_adapter(Table& table, const Reader& reader, UpstreamConfiguration& config) {
    config.upstream.converts = true;
    for (const char* key : {"url", "certificate", "key", "key_passphrase", "reference", "secret", "mac", "iterations", "peer", "pinned", "recipient", "batch", "tls", "options"})
        if (table.has(key)) table.fail(key, "it is for an upstream that knows CMP; this one has a command or an adapter, and knows PKCS#10 alone");
    if (table.has("adapter")) {
        if (table.text("adapter", {}) != "application") table.fail("adapter", "\"application\" is expected");
        if (table.has("command")) table.fail("command", "there is an adapter already: one of them asks this upstream");
        return;
    }
    config.command = table.texts("command", {});
    if (config.command.empty() || config.command.front().empty()) return table.fail("command", "a program and its arguments are expected");
    std::string& program = config.command.front();
    program              = below(reader.folder(), program);
    if (::access(program.c_str(), X_OK) != 0) table.fail("command", program + ": there is no such program, or it may not be run");
}

}  // namespace cmpkit::service

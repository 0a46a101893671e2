// A plugin's table as the input says: its slots do nothing, or fail with a code of the input's.
#pragma once
#include "input.hpp"
#include "transport/registry.hpp"

#include <deque>

namespace cmpkit::fuzz {

class PluginTable {
public:
    explicit PluginTable(Input input) {
        const std::uint8_t head = input.octet();
        table_.magic   = head & 1 ? 0 : CMPKIT_TRANSPORT_MAGIC;
        table_.major   = head & 2 ? input.octet() : CMPKIT_TRANSPORT_MAJOR;
        table_.minor   = input.octet();
        table_.size    = head & 4 ? input.octet() * 2u : sizeof table_;
        table_.name    = head & 8 ? nullptr : text(input);
        table_.version = head & 16 ? nullptr : text(input);
        table_.traits  = input.octet();
        outcome        = head & 32 ? -input.octet() : CMPKIT_TRANSPORT_OK;
        for (std::uint8_t count = input.octet() % 4; count > 0; --count) schemes_.push_back(text(input));
        for (std::uint8_t count = input.octet() % 4; count > 0; --count) options_.push_back({text(input), input.octet() % 2 ? text(input) : nullptr, nullptr});
        schemes_.push_back(nullptr);
        options_.push_back({nullptr, nullptr, nullptr});
        table_.schemes = head & 64 ? nullptr : schemes_.data();
        table_.options = head & 128 ? nullptr : options_.data();
        put_slots(input.octet() | input.octet() << 8);
    }
    PluginTable(const PluginTable&) = delete;
    PluginTable& operator=(const PluginTable&) = delete;

    const cmpkit_transport_plugin& table() const { return table_; }

private:
    // What is set is missing, so that a whole table is made of zeros.
    void put_slots(int missing) {
        auto put = [&, bit = 1](auto& slot, auto function) mutable {
            if (!(missing & bit)) slot = function;
            bit <<= 1;
        };
        put(table_.create, +[](const cmpkit_transport_host*, cmpkit_transport_instance** out) { return *out = nullptr, outcome; });
        put(table_.set, +[](cmpkit_transport_instance*, const char*, const char*) { return outcome; });
        put(table_.destroy, +[](cmpkit_transport_instance*) {});
        put(table_.open, +[](cmpkit_transport_instance*, const char*, const cmpkit_transport_tls*, cmpkit_transport_channel** out, char*, std::size_t) { return *out = nullptr, outcome; });
        put(table_.submit, +[](cmpkit_transport_channel*, const cmpkit_transport_message*, std::uint32_t, std::uint64_t, cmpkit_transport_done, void*) { return outcome; });
        put(table_.cancel, +[](cmpkit_transport_channel*, std::uint64_t) {});
        put(table_.channel_free, +[](cmpkit_transport_channel*) {});
        put(table_.listen, +[](cmpkit_transport_instance*, const char*, const cmpkit_transport_tls*, cmpkit_transport_handler, void*, cmpkit_transport_listener** out, char*,
                               std::size_t) { return *out = nullptr, outcome; });
        put(table_.listener_url, +[](cmpkit_transport_listener*) { return "here:1"; });
        put(table_.respond, +[](cmpkit_transport_exchange*, const cmpkit_transport_message*) { return outcome; });
        put(table_.listener_stop, +[](cmpkit_transport_listener*, std::uint32_t) {});
        put(table_.listener_free, +[](cmpkit_transport_listener*) {});
        put(table_.observe, +[](cmpkit_transport_channel*, const char*, std::uint64_t, cmpkit_transport_notice, cmpkit_transport_done, void*) { return outcome; });
        put(table_.announce, +[](cmpkit_transport_listener*, const cmpkit_transport_message*) { return outcome; });
    }

    const char* text(Input& input) { return texts_.emplace_back(text_of(input.octets(input.octet() % 32u))).c_str(); }

    static inline cmpkit_transport_rc    outcome;
    std::deque<std::string>              texts_;
    std::vector<const char*>             schemes_;
    std::vector<cmpkit_transport_option> options_;
    cmpkit_transport_plugin              table_{};
};

}  // namespace cmpkit::fuzz

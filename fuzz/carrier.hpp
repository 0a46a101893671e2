// The plugin that is linked into a target, used through the contract as the library does.
// It refuses to load any other.
#pragma once
#include "schema.hpp"
#include "transport/registry.hpp"

extern "C" const cmpkit_transport_plugin* cmpkit_transport_entry(std::uint32_t host_major);

namespace cmpkit::fuzz {

constexpr auto patience = std::chrono::seconds(5);  // far above what an exchange on this machine takes

inline transport::Registry& carrier() {
    static transport::Registry one({}, {});
    static const bool          added = bool(one.add(cmpkit_transport_entry(CMPKIT_TRANSPORT_MAJOR)));
    hold(added);
    return one;
}

inline std::unique_ptr<transport::Listener> listener_at(const std::string& url, transport::Handler handler, const transport::Options& options = {}) {
    auto listening = carrier().listen(url, nullptr, std::move(handler), options);
    hold(bool(listening));
    return std::move(*listening);
}

inline std::unique_ptr<transport::Channel> channel_to(const std::string& url, const transport::Options& options = {}) {
    auto opened = carrier().open(url, nullptr, options);
    hold(bool(opened));
    return std::move(*opened);
}

}  // namespace cmpkit::fuzz

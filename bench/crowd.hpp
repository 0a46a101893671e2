// Devices that enroll at a server over connections of their own, all at the same time.
#pragma once
#include "plant.hpp"
#include "transport/registry.hpp"

#include <atomic>
#include <thread>

namespace cmpkit::bench {

class Crowd {
public:
    /// @param root  of the server's CA
    Crowd(const Ca& maker, const crypto::Cert& root) : device_(device_of(maker)), trust_(trust_of_device(root)) {}

    /// As many enrollments, one after the other on each connection.
    void enroll(const std::string& url, std::size_t connections, long enrollments) {
        std::atomic<long>         left = enrollments;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < connections; ++i) threads.emplace_back([&] {
            const auto channel = open(url);
            while (left.fetch_sub(1) > 0) enroll(operation(), *channel);
        });
    }
    /// As many requests for a certificate that nobody confirms.
    void begin(const std::string& url, long transactions) {
        const auto channel = open(url);
        for (long i = 0; i < transactions; ++i) {
            (void)answer_to(*channel, std::get<operations::Send>(operation().step(operations::Begin{}, std::time(nullptr), random_source())).message);
        }
    }
    /// One that has its key.
    operations::EndEntity operation() const { return enrollment_of(fresh_key(), device_, trust_); }
    static void           enroll(operations::EndEntity operation, transport::Channel& channel) {
        enrolled(std::move(operation), std::time(nullptr), [&](const Octets& message) { return answer_to(channel, message); });
    }
    std::unique_ptr<transport::Channel> open(const std::string& url) { return sure(registry_.open(url, nullptr)); }

private:
    static Octets answer_to(transport::Channel& channel, const Octets& message) {
        return sure(channel.exchange({.message = message, .operation = "initialization"}, std::chrono::minutes(1), nullptr)).message;
    }

    operations::Credentials device_;
    operations::PeerTrust   trust_;
    transport::Registry     registry_{{CMPKIT_BUILT_PLUGINS}, {}};
};

}  // namespace cmpkit::bench

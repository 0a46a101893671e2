// Operations whose messages a test looks at, one by one.
#pragma once
#include "world.hpp"

namespace cmpkit::responder {

using Message = der::Parsed<PKIMessage>;

/// One operation with what was said in it. Each message is asked twice; the second answer is the first one again.
struct Talk {
    World&               world;
    std::vector<Message> asked, told;

    Action run(decltype(Order::what) what, Credentials who) {
        EndEntity operation({std::move(what), {}}, std::move(who), world.trust());
        return run(operation);
    }
    Action run(EndEntity& operation) {
        return world.run(operation, [this](const Octets& message) {
            asked.push_back(value_of(der::parse<PKIMessage>(message)));
            told.push_back(value_of(der::parse<PKIMessage>(world.answer(message))));
            return message;
        });
    }
    const CertResponse& response(std::size_t index = 0) const { return cert_responses(told[index]->body)->response.front(); }
};

inline Credentials device_of(World& world, std::string_view subject = "CN=dev1") { return world.by_maker(world.maker.issue({.subject = std::string(subject)})); }

inline bool begins_with(const Message& message, const crypto::Cert& certificate) {
    return message->extraCerts && equal(message->extraCerts->front().received, certificate.der());
}

/// Whether a message brings exactly these certificates, in this order.
inline bool brings(const Message& message, const std::vector<crypto::Cert>& certificates) {
    const auto& list = message->extraCerts;
    return list && std::ranges::equal(*list, certificates, [](const CMPCertificate& came, const crypto::Cert& wanted) { return equal(came.received, wanted.der()); });
}

}  // namespace cmpkit::responder

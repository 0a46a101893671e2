// A server on a plant's configuration, and a device that asks it.
#pragma once
#include "plant.hpp"

#include "crypto/secret.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/end_entity.hpp"
#include "service/server.hpp"

namespace cmpkit::service {

inline Configuration configuration_of(const Plant& plant, const std::string& text) {
    auto read = read_configuration(text, plant.folder);
    if (!read) FAIL(read.error().text());
    return *read;
}

struct Running {
    const Plant             plant;
    std::unique_ptr<Server> server = make();

    std::unique_ptr<Server> make() const {
        auto made = Server::make(configuration_of(plant, plant.text), {});
        if (!made) FAIL(made.error().text());
        return std::move(*made);
    }
    std::vector<std::string> reload(const std::string& text) const {
        auto unchanged = server->reload(configuration_of(plant, text));
        if (!unchanged) FAIL(unchanged.error().text());
        return *unchanged;
    }
    /// The first message of a device that knows that secret.
    static Octets request(const std::string& secret) {
        operations::Credentials who;
        who.secret     = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of(secret)));
        who.reference  = "dev1";
        who.iterations = 100;
        operations::Enrollment enrollment;
        enrollment.key = *crypto::generate_key("ec:P-256");
        der::Arena arena;
        enrollment.subject = der::encode(*name_from_text("CN=dev1", arena));
        operations::EndEntity operation({std::move(enrollment), {}}, std::move(who), {});
        return std::get<operations::Send>(operation.step(operations::Begin{}, Plant::founded, system_random)).message;
    }
    /// The body of a message; "refused" if it is a refusal.
    static std::string meaning_of(const Octets& message) {
        const auto parsed = der::parse<PKIMessage>(message);
        if (!parsed) return "no message";
        const auto* responses = cert_responses((*parsed)->body);
        if (responses ? !is_granted(responses->response.front().status) : (*parsed)->body.is<"error">()) return "refused";
        return std::string(name_of(type_of((*parsed)->body)));
    }
    std::string answer(const Octets& request, const std::string& label = {}) const {
        return meaning_of(server->answer(request, {.address = {}, .profile = label}, Plant::founded).message);
    }
};

}  // namespace cmpkit::service

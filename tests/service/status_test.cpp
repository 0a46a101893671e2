// A server whose configuration says where it can be asked whether certificates of others are revoked.
#include "../forge/forge.hpp"
#include "running.hpp"

using namespace cmpkit;
using namespace cmpkit::service;
using test::Forge;

namespace {

std::string external(const Plant& plant, const std::string& more, const Forge& maker) {
    const auto written = write_file(plant.folder + "/maker.pem", bytes_of(crypto::write_pem("CERTIFICATE", maker.certificate().der())), 0644);
    REQUIRE(written);
    return plant.with("trust      = []", "trust      = [\"maker.pem\"]\n" + more);
}

Octets request_of(const Forge& device) {
    operations::Credentials who;
    who.signer = device.signer();
    who.chain  = {device};
    operations::Enrollment enrollment;
    enrollment.key = *crypto::generate_key("ec:P-256");
    der::Arena arena;
    enrollment.subject = der::encode(device.certificate()->subject);
    operations::EndEntity operation({std::move(enrollment), {}}, std::move(who), {});
    return std::get<operations::Send>(operation.step(operations::Begin{}, Plant::founded, system_random)).message;
}

struct Asked {
    std::mutex               mutex;
    std::vector<std::string> urls;
    Result<Octets>           answer = Error{.code = Code::connect_failed};

    Fetcher fetcher() {
        return [this](const crypto::StatusQuery& query, const FetchLimits&, transport::Cancel*) {
            const std::lock_guard lock(mutex);
            urls.push_back(query.url);
            return answer;
        };
    }
};

}  // namespace

TEST_CASE("who says nothing about revocation wants to know it", "[service]") {
    const Plant plant;
    const Forge maker = Forge::root("CN=Maker");
    const auto  config = configuration_of(plant, external(plant, "", maker));
    CHECK(config.authorities.front().ca.external.revocation == crypto::Revocation::hard);
    CHECK(plant.refusal(plant.with("\"hard\"   #", "\"perhaps\" #")).find("revocation") != std::string::npos);
}

TEST_CASE("sources of revocation status are http URLs, and limits are limits", "[service]") {
    const Plant plant;
    const Forge maker = Forge::root("CN=Maker");
    CHECK(plant.refusal(external(plant, "crl_urls = [\"https://crl.maker/\"]", maker)).find("http://host/") != std::string::npos);
    CHECK(plant.refusal(external(plant, "ocsp_urls = [\"ocsp.maker\"]", maker)).find("ocsp.maker") != std::string::npos);
    CHECK(plant.refusal(plant.text + "\n[fetch]\nnamed_addresses = \"here\"\n").find("named_addresses") != std::string::npos);
    CHECK(plant.refusal(plant.text + "\n[fetch]\nmax_octets = 1\n").find("max_octets") != std::string::npos);
    CHECK(plant.refusal(plant.text + "\n[fetch]\ntime = \"2h\"\n").find("1 h") != std::string::npos);
}

TEST_CASE("a server asks ahead, and asks again when a message needs what is missing", "[service]") {
    const Plant  plant;
    const Forge  maker = Forge::root("CN=Maker"), device = maker.issue({.subject = "CN=dev7"});
    Asked        asked;
    const auto   server  = test::value_of(Server::make(configuration_of(plant, external(plant, "crl_urls = [\"http://crl.maker/\"]\nallowed_urls = [\"http://crl.maker/\"]", maker)), {}, asked.fetcher()));
    const Octets request = request_of(device);
    const auto   meaning = [&](std::int64_t at) { return Running::meaning_of(server->answer(request, {.address = {}, .profile = {}}, at).message); };
    server->ask_ahead(Plant::founded, nullptr);
    CHECK(asked.urls.size() == 1);
    CHECK(meaning(Plant::founded) == "refused");
    CHECK(meaning(Plant::founded + 1) == "refused");
    CHECK(asked.urls.size() == 2);  // the message asked once more, and not again in the next moment
    asked.answer = maker.crl();
    CHECK(meaning(Plant::founded + 61) == "ip");
    CHECK(asked.urls.size() == 3);
    server->ask_ahead(Plant::founded + 122, nullptr);
    CHECK(asked.urls.size() == 3);
}

TEST_CASE("where nobody can fetch, that is said in the log", "[service]") {
    const Plant              plant;
    const Forge              maker = Forge::root("CN=Maker"), device = maker.issue({.subject = "CN=dev7"});
    std::vector<std::string> told;
    const auto log    = [&](const responder::Incident& incident) { told.push_back(incident.outcome + " " + incident.address); };
    const auto server = test::value_of(Server::make(configuration_of(plant, external(plant, "crl_urls = [\"http://crl.maker/\"]", maker)), log));
    CHECK(Running::meaning_of(server->answer(request_of(device), {.address = {}, .profile = {}}, Plant::founded).message) == "refused");
    REQUIRE(told.size() == 2);
    CHECK(told.front() == "no revocation status http://crl.maker/");
}

// Whether the signer of an answer is revoked is asked before the answer counts.
#include "../forge/ocsp.hpp"
#include "scripted_ca.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;
using crypto::StatusQuery;
using Asking = crypto::Revocation;

namespace {

constexpr const char *root_url = "http://crl.plant/root.crl", *ca_url = "http://crl.plant/ca.crl";

struct AskedPlay : Play {
    Forge                                                     device = ca.issuing.issue({.subject = "CN=dev-0001"});
    std::vector<std::string>                                  asked;
    std::function<Result<Octets>(const StatusQuery&)> served = [this](const StatusQuery& query) -> Result<Octets> { return query.url == root_url ? ca.root.crl() : ca.issuing.crl(); };

    PeerTrust asking(Asking revocation, crypto::StatusSources sources) const {
        PeerTrust     peers = trust();
        crypto::Trust anchors;
        anchors.anchors    = {ca.root};
        anchors.revocation = revocation;
        anchors.sources    = std::move(sources);
        peers.anchors      = value_of(crypto::Verifier::make(std::move(anchors)));
        return peers;
    }
    EndEntity operation(Asking revocation, crypto::StatusSources sources = {.crls = {root_url, ca_url}, .ocsp = {}, .allowed = {}}) const {
        return EndEntity({enrollment(), {}}, by_certificate(device), asking(revocation, std::move(sources)));
    }
    /// Fetches as a loop around the operation would.
    Action run_asking(EndEntity& operation) {
        between = [this](EndEntity& asking, Action next) {
            while (const auto* fetch = std::get_if<Fetch>(&next)) {
                asked.push_back(fetch->query.url);
                REQUIRE(asked.size() < 20);
                const auto answer = served(fetch->query);
                next = asking.step(answer ? Event(Fetched{*answer}) : Lost{answer.error()}, now, random);
            }
            return next;
        };
        return Play::run(operation);
    }
};

}  // namespace

TEST_CASE("an operation asks whether the signer is revoked, once for all its messages", "[operations]") {
    AskedPlay  play;
    const auto revocation = GENERATE(Asking::soft, Asking::hard);
    auto       operation  = play.operation(revocation);
    CHECK(std::holds_alternative<Done>(play.run_asking(operation)));
    CHECK(play.asked == std::vector<std::string>{root_url, ca_url});
    CHECK(play.ca.seen == std::vector{BodyType::ir, BodyType::certConf});
    CHECK(play.kept.size() == 1);
}

TEST_CASE("a signer that a fetched CRL lists is not believed", "[operations]") {
    AskedPlay play;
    play.served    = [&](const StatusQuery& query) -> Result<Octets> { return query.url == root_url ? play.ca.root.crl() : play.ca.issuing.crl({.revoked = {play.ca.signer}}); };
    auto operation = play.operation(GENERATE(Asking::soft, Asking::hard));
    const Action end = play.run_asking(operation);
    REQUIRE(std::holds_alternative<Failed>(end));
    const Error& error = std::get<Failed>(end).error;
    CHECK(error.code == Code::signer_not_trusted);
    REQUIRE(error.cause);
    CHECK(error.cause->code == Code::certificate_revoked);
    CHECK(play.kept.empty());
}

TEST_CASE("where nothing can be fetched, soft goes on, and hard says what failed", "[operations]") {
    AskedPlay play;
    play.served = [](const StatusQuery&) -> Result<Octets> { return Error{.code = Code::connect_failed, .detail = "no route"}; };
    SECTION("soft") {
        auto operation = play.operation(Asking::soft);
        CHECK(std::holds_alternative<Done>(play.run_asking(operation)));
        CHECK(play.asked.size() == 2);
    }
    SECTION("hard") {
        auto         operation = play.operation(Asking::hard);
        const Action end       = play.run_asking(operation);
        REQUIRE(std::holds_alternative<Failed>(end));
        const std::string text = std::get<Failed>(end).error.text();
        INFO(text);
        CHECK(text.find("RFC 5280 6.3") != std::string::npos);
        CHECK(text.find(ca_url) != std::string::npos);
        CHECK(text.find("no route") != std::string::npos);
    }
    SECTION("cancelled") {
        play.served            = [](const StatusQuery&) -> Result<Octets> { return Error{.code = Code::cancelled}; };
        auto         operation = play.operation(Asking::soft);
        const Action end       = play.run_asking(operation);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.code == Code::cancelled);
    }
}

TEST_CASE("an answer whose protection is wrong makes nobody ask", "[operations]") {
    AskedPlay play;
    SECTION("its signature") { play.ca.bend_octets = [](Octets message) { return message.back() ^= 1, message; }; }
    SECTION("its signer") {
        const Forge stranger = Forge::root("CN=Stranger");
        play.ca.protector    = protection::Protector::by_signature(stranger.signer(), {stranger});
    }
    SECTION("what its signer is for") {
        const Forge other = play.ca.issuing.issue({.subject = "CN=Server", .eku = {oids::id_kp_serverAuth}});
        play.ca.protector = protection::Protector::by_signature(other.signer(), {other, play.ca.issuing});
    }
    auto operation = play.operation(Asking::hard);
    CHECK(std::holds_alternative<Failed>(play.run_asking(operation)));
    CHECK(play.asked.empty());
}

TEST_CASE("while it asks, an operation takes nothing but the answer, and can rest", "[operations]") {
    AskedPlay                   play;
    const Enrollment            wanted = Play::enrollment();
    const crypto::StatusSources sources{.crls = {root_url, ca_url}, .ocsp = {}, .allowed = {}};
    EndEntity                   operation({wanted, {}}, Play::by_certificate(play.device), play.asking(Asking::hard, sources));
    Action                      next = operation.step(Begin{}, now, play.random);
    CHECK(std::holds_alternative<Failed>(operation.step(Fetched{}, now, play.random)));
    next = operation.step(Received{play.ca.answer(std::get<Send>(next).message)}, now, play.random);
    REQUIRE(std::holds_alternative<Fetch>(next));
    for (const Event& event : {Event(Received{}), Event(Woken{}), Event(Stored{}), Event(Decided{}), Event(Begin{})}) CHECK(std::holds_alternative<Failed>(operation.step(event, now, play.random)));
    SECTION("and goes on") {
        next = operation.step(Fetched{play.ca.root.crl()}, now, play.random);
        REQUIRE(std::holds_alternative<Fetch>(next));
        CHECK(std::holds_alternative<Decide>(operation.step(Fetched{play.ca.issuing.crl()}, now, play.random)));
    }
    SECTION("and sends its message again when it has rested") {
        auto restored = value_of(EndEntity::restore(value_of(operation.save()), Play::by_certificate(play.device), play.asking(Asking::hard, sources), wanted.key));
        next = restored.resume(now, play.random);
        REQUIRE(std::holds_alternative<Send>(next));
        next = restored.step(Received{play.ca.answer(std::get<Send>(next).message)}, now, play.random);
        CHECK(std::holds_alternative<Fetch>(next));
    }
}

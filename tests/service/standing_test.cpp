// What an RA that looks after its signer itself can do at the moment.
#include "running.hpp"

#include "service/standing.hpp"

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

const std::string enroll_by_secret = "file = \"signer.pem\"\nreference = \"RA\"\nsecret = \"second\"\nsubject = \"CN=RA\"\n";

std::string ra_text(const std::string& enroll, const std::string& more = {}) {
    return "[store]\nfile = \"ra.db\"\n[ra.enroll]\n" + enroll + "[[upstream]]\nname = \"ca\"\nurl = \"http://127.0.0.1:1\"\ntrust = [\"root.pem\"]\nrevocation = \"none\"\n" + more;
}

std::vector<std::string> names(const Standing& standing) {
    std::vector<std::string> all;
    for (const UpstreamConfiguration& each : standing.ra.upstreams) all.push_back(each.upstream.name);
    return all;
}

/// The signers of a plant are as good as any other here.
OwnSigner signer_of(const Plant& plant, const std::string& name) {
    OwnSigner signer;
    signer.key   = *crypto::generate_key("ec:P-256");
    signer.chain = *crypto::read_certificates(*read_file(plant.folder + "/" + name));
    return signer;
}

}  // namespace

TEST_CASE("an RA without a signer withholds what would have to be signed, and passes on the rest", "[service]") {
    const Plant plant;
    const auto  standing = standing_of(*configuration_of(plant, ra_text(enroll_by_secret)).ra);
    REQUIRE(standing);
    CHECK(standing->withheld == std::vector{BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::rr});
    REQUIRE(standing->ra.settings.rules.size() == 2);
    CHECK(standing->ra.settings.rules[0].action == ra::Action::unchanged);
    CHECK(standing->ra.settings.rules[1].action == ra::Action::refuse);
}

TEST_CASE("an RA without a signer whose upstream has credentials of its own withholds nothing", "[service]") {
    const Plant plant;
    const auto  standing = standing_of(*configuration_of(plant, ra_text(enroll_by_secret, "reference = \"RA\"\nsecret = \"third\"\n")).ra);
    REQUIRE(standing);
    CHECK(standing->withheld.empty());
}

TEST_CASE("a rule that no signer would mend is refused while there is none", "[service]") {
    const Plant plant;
    const auto  standing = standing_of(*configuration_of(plant, ra_text(enroll_by_secret, "[[rule]]\nname = \"all\"\naction = \"reprotect\"\n")).ra);
    REQUIRE_FALSE(standing);
    CHECK(standing.error().text().find("a kur keeps its protection") != std::string::npos);
}

TEST_CASE("what began under a signer finds its upstream under the next one", "[service]") {
    const Plant plant;
    auto        ra = *configuration_of(plant, ra_text(enroll_by_secret, "[[rule]]\nname = \"all\"\naction = \"reprotect\"\nbodies = [\"ir\"]\nupstream = \"ca\"\n")).ra;
    ra.enroll->current = signer_of(plant, "cmp-signer.pem");
    const auto before  = standing_of(ra);
    REQUIRE(before);
    ra.enroll->before  = ra.enroll->current;
    ra.enroll->current = signer_of(plant, "issuing.pem");
    const auto after   = standing_of(ra);
    REQUIRE(after);
    REQUIRE(names(*before).size() == 2);
    REQUIRE(names(*after).size() == 3);
    const std::string then = names(*before)[0];
    CHECK(then.find("ca as ") == 0);
    CHECK(names(*after)[0] != then);
    CHECK(names(*after)[1] == "ca");
    CHECK(names(*after)[2] == then);
    CHECK(after->ra.upstreams[2].upstream.credentials.signer == ra.enroll->before.key);
    CHECK(after->ra.settings.rules[0].upstream == names(*after)[0]);
}

TEST_CASE("a server without a signer says that it is unavailable where one is needed", "[service]") {
    const Plant         plant;
    transport::Registry registry({CMPKIT_BUILT_PLUGINS}, {});
    std::string         problem;
    auto server = Server::make(configuration_of(plant, ra_text(enroll_by_secret)), [&](const responder::Incident& incident) { problem = incident.problem ? incident.problem->text() : ""; }, {}, &registry);
    REQUIRE(server);
    const auto answer = der::parse<PKIMessage>((*server)->answer(Running::request("first"), {.address = {}, .profile = {}}, Plant::founded).message);
    REQUIRE(answer);
    REQUIRE((*answer)->body.is<"error">());
    CHECK(problem.find("no certificate yet") != std::string::npos);
}

TEST_CASE("what [ra.enroll] needs is told by its key", "[service]") {
    const Plant plant;
    CHECK(plant.refusal(ra_text("file = \"signer.pem\"\n")).find("ra.enroll.reference: there is no certificate yet") != std::string::npos);
    CHECK(plant.refusal(ra_text("file = \"signer.pem\"\nreference = \"RA\"\nsecret = \"x\"\n")).find("ra.enroll.subject: it is required") != std::string::npos);
    CHECK(plant.refusal(ra_text(enroll_by_secret + "renew_by = \"ir\"\n")).find("\"cr\", \"kur\" or \"others\" is expected") != std::string::npos);
    CHECK(plant.refusal(ra_text(enroll_by_secret + "when_expired = \"weep\"\n")).find("\"stop\" or \"enroll\" is expected") != std::string::npos);
    CHECK(plant.refusal(ra_text(enroll_by_secret + "key_kind = \"ec:P-1\"\n")).find("ra.enroll.key_kind") != std::string::npos);
    CHECK(plant.refusal(ra_text(enroll_by_secret + "upstream = \"moon\"\n")).find("there is no upstream of that name") != std::string::npos);
    REQUIRE(write_file(plant.folder + "/signer.pem", bytes_of("nothing"), 0600));
    CHECK(plant.refusal(ra_text(enroll_by_secret)).find("there is no block PRIVATE KEY") != std::string::npos);
}

// The certificate of an RA's listeners, which the RA gets for itself: who asks for it, what it has to be for, and when handshakes go by it.
#include "beginner.hpp"

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

const std::string signer_by_secret = "[ra.enroll]\nfile = \"signer.pem\"\nreference = \"RA\"\nsecret = \"second\"\nsubject = \"CN=RA\"\n";
const std::string upstream         = "[[upstream]]\nname = \"ca\"\nurl = \"http://127.0.0.1:1\"\ntrust = [\"root.pem\"]\nrevocation = \"none\"\n";
const std::string names            = "subject = \"CN=ra.plant\"\nsans = [\"dns:ra.plant\", \"ip:127.0.0.1\"]\n";

std::string tls_text(const std::string& enroll, const std::string& ra = signer_by_secret, const std::string& more = {}) {
    return "[store]\nfile = \"ra.db\"\n[tls.enroll]\nfile = \"tls.pem\"\n" + enroll + ra + upstream + more;
}

/// What the RA's listeners are to have.
SignerEnrollment wanted_by(const Beginner& ra) {
    auto enroll = *configuration_of(ra.plant, tls_text(names)).tls_enroll;
    enroll.first.signer = ra.enroll.current.key;
    enroll.first.chain  = ra.enroll.current.chain;
    return enroll;
}

Result<OwnSigner> obtain(Beginner& ra, const SignerEnrollment& enroll) {
    return obtain_signer(enroll, enroll.current, ra.road(), [&ra] { return ra.now; }, ra.cancel);
}

std::string told_by(const Result<OwnSigner>& result) { return result ? "granted" : result.error().text(); }

/// An RA that serves by TLS and leaves it to others to write its files.
struct Listener {
    Beginner                 beginner;
    transport::Registry      registry{{CMPKIT_BUILT_PLUGINS}, {}};
    std::vector<std::string> told;
    transport::Cancel        cancel;
    std::unique_ptr<Server>  server = make();

    std::unique_ptr<Server> make() {
        const auto text = tls_text("renew_by = \"others\"\n", "[ra.enroll]\nfile = \"signer.pem\"\nrenew_by = \"others\"\n");
        auto made = Server::make(configuration_of(beginner.plant, text),
                                 [this](const responder::Incident& incident) { told.push_back(incident.body + ": " + incident.outcome + (incident.problem ? ": " + incident.problem->text() : "")); }, {}, &registry);
        if (!made) FAIL(made.error().text());
        return std::move(*made);
    }
    const std::vector<crypto::Cert>& shown() const { return server->edition()->configuration().tls->chain; }
    bool is_told(std::string_view what) const {
        return std::ranges::any_of(told, [&](const std::string& line) { return line.find(what) != std::string::npos; });
    }
};

}  // namespace

TEST_CASE("an RA asks for the certificate of its listeners by its signer, and the listeners ask for the next one", "[service]") {
    Beginner ra;
    REQUIRE(ra.turn());
    auto       enroll = wanted_by(ra);
    const auto first  = obtain(ra, enroll);
    if (!first) FAIL(first.error().text());
    const crypto::Cert& certificate = first->chain.front();
    CHECK(to_text(certificate->subject) == "CN=ra.plant");
    CHECK(certificate.has_purpose(oids::id_kp_serverAuth));
    enroll.current  = *first;
    enroll.first    = {};
    const auto next = obtain(ra, enroll);
    if (!next) FAIL(next.error().text());
    const auto* before = find_extension(certificate->extensions, oids::id_ce_subjectAltName);
    const auto* after  = find_extension(next->chain.front()->extensions, oids::id_ce_subjectAltName);
    REQUIRE((before && after));
    CHECK(equal(der::encode(*before), der::encode(*after)));
    CHECK_FALSE(equal(next->key->public_key().spki(), first->key->public_key().spki()));
}

TEST_CASE("a certificate for something else than TLS is declined and never shown", "[service]") {
    Beginner ra;
    REQUIRE(ra.turn());
    auto enroll          = wanted_by(ra);
    enroll.profile       = "ra";
    enroll.first         = ra.settings().first;
    enroll.subject       = ra.settings().subject;
    enroll.extensions    = {};
    const auto told      = told_by(obtain(ra, enroll));
    CHECK(told.find("id-kp-serverAuth is needed") != std::string::npos);
    CHECK_FALSE(exists(enroll.file));
    CHECK_FALSE(exists(enroll.draft()));
}

TEST_CASE("listeners go by a certificate as soon as it is in its file, and by none that is for something else", "[service]") {
    Listener ra;
    CHECK(ra.server->edition()->awaits_tls());
    REQUIRE(ra.beginner.turn());
    const auto enroll = wanted_by(ra.beginner);
    REQUIRE(write_own_signer(enroll.file, *ra.beginner.enroll.current.key, ra.beginner.enroll.current.chain));
    ra.server->look_after_own(ra.cancel);
    CHECK(ra.shown().empty());
    CHECK(ra.is_told("own TLS certificate: not enrolled, next try in 10 s: crypto: the certificate is not usable: id-kp-serverAuth is needed"));
    CHECK_FALSE(ra.is_told("own TLS certificate: taken up"));
    REQUIRE(remove_file(enroll.file));
    REQUIRE(obtain(ra.beginner, enroll));
    ra.server->look_after_own(ra.cancel);
    CHECK(ra.shown().size() == 2);
    CHECK_FALSE(ra.server->edition()->awaits_tls());
    CHECK(ra.is_told("own TLS certificate: taken up"));
    CHECK(ra.is_told("own certificate: taken up"));
}

TEST_CASE("handshakes without a certificate are told of once in a while", "[service]") {
    Listener ra;
    for (int i = 0; i < 3; ++i) (void)ra.server->tls_for_handshake();
    REQUIRE(ra.told.size() == 1);
    CHECK(ra.told.front().find("own TLS certificate: handshake refused") == 0);
    CHECK(ra.told.front().find("there is no certificate for TLS yet") != std::string::npos);
}

TEST_CASE("the RA asks for its listeners as it speaks to that upstream", "[service]") {
    Beginner   ra;
    const auto by_nobody = configuration_of(ra.plant, tls_text(names));
    CHECK_FALSE(by_nobody.ra->asked_by_ra(*by_nobody.tls_enroll).can_begin());
    CHECK(by_nobody.tls_enroll->anew);
    REQUIRE(ra.turn());
    const auto by_signer = configuration_of(ra.plant, tls_text(names));
    CHECK(by_signer.ra->asked_by_ra(*by_signer.tls_enroll).first.signer == by_signer.ra->settings.signer);
    const auto by_secret = configuration_of(ra.plant, tls_text(names, signer_by_secret, "reference = \"up\"\nsecret = \"third\"\n"));
    CHECK(by_secret.ra->asked_by_ra(*by_secret.tls_enroll).first.reference == "up");
    const auto by_itself = configuration_of(ra.plant, tls_text(names + "reference = \"tls\"\nsecret = \"fourth\"\n"));
    CHECK(by_itself.ra->asked_by_ra(*by_itself.tls_enroll).first.reference == "tls");
    CHECK_FALSE(by_itself.tls_enroll->anew);
}

TEST_CASE("what [tls.enroll] needs is told by its key", "[service]") {
    const Plant plant;
    const auto  tells = [&](const std::string& text, std::string_view what) {
        INFO(what);
        CHECK(plant.refusal(text).find(what) != std::string::npos);
    };
    tells(tls_text("subject = \"CN=ra.plant\"\n"), "tls.enroll.sans: the names by which clients know this server are needed");
    tells(tls_text("subject = \"CN=ra.plant\"\nsans = [\"ra.plant\"]\n"), "tls.enroll.sans: names are expected");
    tells(tls_text("sans = [\"dns:ra.plant\"]\n"), "tls.enroll.subject: it is required");
    tells(tls_text(names + "upstream = \"moon\"\n"), "enroll.upstream: there is no upstream of that name");
    tells(tls_text(names + "upstream = \"old\"\n", signer_by_secret, "[[upstream]]\nname = \"old\"\ncommand = [\"/bin/true\"]\ntrust = [\"root.pem\"]\nrevocation = \"none\"\n"), "\"old\" knows PKCS#10 alone");
    tells(tls_text(names, "[ra]\n"), "the RA has no signer that could ask");
    tells(tls_text(names, "[ra.enroll]\nfile = \"tls.pem\"\nreference = \"RA\"\nsecret = \"x\"\nsubject = \"CN=RA\"\n"), "enroll.file: the RA's signer is in it");
    tells(tls_text(names, signer_by_secret + "[tls]\ncertificate = \"root.pem\"\nkey = \"root.key.pem\"\n"), "there is tls.enroll already");
    tells(tls_text(names, signer_by_secret, "[upstream.tls]\ntrust = [\"root.pem\"]\n[upstream.tls.enroll]\nfile = \"x\"\n"), "upstream.tls.");
    tells(plant.text + "[tls.enroll]\nfile = \"tls.pem\"\n" + names, "registration authorities alone");
}

TEST_CASE("a file for TLS that holds the RA's signer is refused when it is read", "[service]") {
    Beginner ra;
    REQUIRE(ra.turn());
    REQUIRE(write_own_signer(ra.plant.folder + "/tls.pem", *ra.enroll.current.key, ra.enroll.current.chain));
    CHECK(ra.plant.refusal(tls_text(names)).find("id-kp-serverAuth is needed") != std::string::npos);
}

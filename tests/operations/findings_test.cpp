// What is odd about a message: nothing about our own, and each thing there is to find where it stands.
#include "operations/findings.hpp"

#include "data.hpp"
#include "messages/json_check.hpp"
#include "operations/inspection.hpp"
#include "scripted_ca.hpp"

#include <map>

using namespace cmpkit;
using namespace cmpkit::operations;

namespace {

using Messages = std::map<std::string, Octets>;  // one of each body, by its name

/// Runs an operation and keeps what went to and fro.
void keep(Messages& messages, Play& play, Order order, Credentials who) {
    const auto note = [&messages](const Octets& octets) { messages.insert_or_assign(std::string(value_of(der::parse<PKIMessage>(octets))->body.name()), octets); };
    const auto bend = play.ca.bend_octets;
    play.ca.heard.clear();
    play.ca.bend_octets = [note, bend](Octets octets) { return note(octets), bend ? bend(octets) : octets; };
    EndEntity operation(std::move(order), std::move(who), play.trust());
    play.run(operation);
    for (const Octets& octets : play.ca.heard) note(octets);
    play.ca.bend_octets = bend;
}

// An update needs the certificate that is updated, so there is none under a secret (RFC 9483 4.1.3).
Messages conversations(Play& play, const Credentials& who, const crypto::Cert& own) {
    Messages messages;
    for (const BodyType type : {BodyType::ir, BodyType::cr}) keep(messages, play, {Play::enrollment(type), {}}, who);
    if (who.signer) keep(messages, play, {Play::enrollment(BodyType::kur), {}}, who);
    keep(messages, play, {Play::enrollment_with_csr(), {}}, who);
    keep(messages, play, {Revocation{der::encode(own->issuer), copy_of(own.serial()), Reason::superseded}, {}}, who);
    keep(messages, play, {ask_ca_certificates(), {}}, who);
    play.ca.delays = 1;
    keep(messages, play, {Play::enrollment(), {}}, who);
    play.ca.delays.reset();
    return messages;
}

struct Stage {
    Play        play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    Messages    by_signature = conversations(play, Play::by_certificate(device), device);
    Messages    by_mac       = conversations(play, play.by_secret(), device);
};
Stage& stage() {
    static Stage one;
    return one;
}

std::string line_of(const Finding& finding) { return std::string(name_of(finding.level)) + " " + finding.path; }

std::vector<std::string> findings_in(Bytes octets) {
    const auto               message = value_of(der::parse<PKIMessage>(copy_of(octets)));
    std::vector<std::string> lines;
    for (const Finding& finding : findings_of(*message)) {
        CHECK_FALSE(finding.text.empty());
        CHECK(std::string_view(finding.clause).starts_with("RFC "));
        lines.push_back(line_of(finding));
    }
    return lines;
}

// ---------------------------------------------------------------- how messages are bent
using Bend = std::function<void(PKIMessage&, der::Arena&)>;
struct Case {
    std::string name;
    std::string body;     // whose message is bent
    Bend        bend;
    std::string finding;  // "level path"
};

void check(const Messages& messages, const Case& one) {
    INFO(one.name);
    der::Arena arena;
    const auto original = value_of(der::parse<PKIMessage>(Octets(messages.at(one.body))));
    PKIMessage message  = *original;
    one.bend(message, arena);
    const auto found = findings_in(der::rebuild(message));
    for (const std::string& line : found) UNSCOPED_INFO(line);
    CHECK(std::ranges::find(found, one.finding) != found.end());
}

template <class T> T* kept(const T& value, der::Arena& arena) {
    T* copy = arena.make<T>();
    return *copy = value, copy;
}
/// The content of the body, to be changed.
template <der::Name N> auto& content(PKIMessage& message) { return std::get<PKIBody::index_of<N>()>(message.body.value); }
/// The first of the list in the body, to be changed; the others are dropped.
template <class L> auto& only(L& list, der::Arena& arena) {
    auto* first = kept(list.front(), arena);
    list        = L(first, 1);
    return *first;
}

Bend header(std::function<void(PKIHeader&)> bend) {
    return [bend](PKIMessage& message, der::Arena&) { bend(message.header); };
}
Bend request(std::function<void(CertReqMsg&)> bend) {
    return [bend](PKIMessage& message, der::Arena& arena) { bend(only(content<"ir">(message), arena)); };
}
Bend revocation(std::function<void(RevDetails&)> bend) {
    return [bend](PKIMessage& message, der::Arena& arena) { bend(only(content<"rr">(message), arena)); };
}
Bend response(std::function<void(CertResponse&)> bend) {
    return [bend](PKIMessage& message, der::Arena& arena) { bend(only(content<"ip">(message).response, arena)); };
}
Bend confirmation(std::function<void(CertStatus&)> bend) {
    return [bend](PKIMessage& message, der::Arena& arena) { bend(only(content<"certConf">(message), arena)); };
}
Bend info(std::vector<InfoTypeAndValue> items) {
    return [items](PKIMessage& message, der::Arena& arena) {
        auto* list = arena.make<InfoTypeAndValue>(items.size());
        std::ranges::copy(items, list);
        message.header.generalInfo = GeneralInfo(list, items.size());
    };
}
Bend certificates(std::function<std::vector<crypto::Cert>()> make) {
    return [make](PKIMessage& message, der::Arena& arena) {
        const auto certs = make();
        auto*      list  = arena.make<CMPCertificate>(certs.size());
        for (std::size_t i = 0; i < certs.size(); ++i) list[i] = value_of(der::parse<Certificate>(arena.keep(certs[i].der()), arena));
        message.extraCerts = CMPCertificates(list, certs.size());
    };
}
Bend mac(std::function<void(PBMParameter&)> bend) {
    return [bend](PKIMessage& message, der::Arena& arena) {
        auto* parameters = kept(*message.header.protectionAlg->parameters->get<PBMParameter>(), arena);
        bend(*parameters);
        message.header.protectionAlg->parameters = der::Open::of(*parameters);
    };
}

const Octets                  short_octets(8, 1), broken(72, 1);
const AlgorithmIdentifier     sha1 = crypto::algorithm_of(oids::id_sha1), sha256 = crypto::algorithm_of(oids::id_sha256);
const InfoTypeAndValue        confirm_wait{oids::id_it_confirmWaitTime, {}};
const der::Integer            seven = der::integer_view(Bytes(short_octets).first(1));

}  // namespace

TEST_CASE("our own messages break no rule", "[operations]") {
    for (const Messages* messages : {&stage().by_signature, &stage().by_mac}) {
        CHECK(messages->size() >= 12);
        for (const auto& [body, octets] : *messages)
            for (const std::string& line : findings_in(octets)) {
                INFO(body);
                CHECK(line.starts_with("note "));
            }
    }
}

TEST_CASE("what is odd about a header is found", "[operations]") {
    const Case cases[] = {
        {"an old version", "ir", header([](PKIHeader& h) { h.pvno = Pvno::cmp1999; }), "error header.pvno"},
        {"no transactionID", "ir", header([](PKIHeader& h) { h.transactionID.reset(); }), "error header.transactionID"},
        {"a short transactionID", "ir", header([](PKIHeader& h) { h.transactionID->content = short_octets; }), "error header.transactionID"},
        {"a short nonce", "ir", header([](PKIHeader& h) { h.senderNonce->content = short_octets; }), "error header.senderNonce"},
        {"recipNonce in a first message", "ir", header([](PKIHeader& h) { h.recipNonce = h.senderNonce; }), "error header.recipNonce"},
        {"no recipNonce in a later one", "certConf", header([](PKIHeader& h) { h.recipNonce.reset(); }), "error header.recipNonce"},
        {"no time", "ir", header([](PKIHeader& h) { h.messageTime.reset(); }), "warning header.messageTime"},
        {"implicitConfirm where nothing is granted", "certConf", info({implicit_confirm()}), "error header.generalInfo"},
        {"implicitConfirm without NULL", "ir", info({{oids::id_it_implicitConfirm, {}}}), "warning header.generalInfo"},
        {"implicitConfirm of another value", "ir", info({{oids::id_it_implicitConfirm, der::Open::of(seven)}}), "error header.generalInfo"},
        {"confirmWaitTime beside implicitConfirm", "ip", info({implicit_confirm(), confirm_wait}), "error header.generalInfo"},
        {"confirmWaitTime in a request", "ir", info({confirm_wait}), "warning header.generalInfo"},
    };
    for (const Case& one : cases) check(stage().by_signature, one);
}

TEST_CASE("what is odd about a signature and its certificates is found", "[operations]") {
    const auto& ca     = stage().play.ca;
    const Forge& device = stage().device;
    const Case  cases[] = {
        {"no protection", "ir", [](PKIMessage& m, der::Arena&) { m.protection.reset(); }, "error protection"},
        {"no protectionAlg", "ir", header([](PKIHeader& h) { h.protectionAlg.reset(); }), "error header.protectionAlg"},
        {"neither", "ir", [](PKIMessage& m, der::Arena&) { m.protection.reset(), m.header.protectionAlg.reset(); }, "warning protection"},
        {"a broken signature", "ir", [](PKIMessage& m, der::Arena&) { m.protection->bytes = broken; }, "error protection"},
        {"SHA-1", "ir", header([](PKIHeader& h) { h.protectionAlg = crypto::algorithm_of(oids::ecdsa_with_SHA1); }), "warning header.protectionAlg"},
        {"no senderKID", "ir", header([](PKIHeader& h) { h.senderKID.reset(); }), "error header.senderKID"},
        {"another senderKID", "ir", header([](PKIHeader& h) { h.senderKID->content = short_octets; }), "error header.senderKID"},
        {"another sender", "ir", header([](PKIHeader& h) { h.sender = directory_name(Name()); }), "warning header.sender"},
        {"no certificates in a request", "ir", [](PKIMessage& m, der::Arena&) { m.extraCerts.reset(); }, "error extraCerts"},
        {"no certificates in a certConf", "certConf", [](PKIMessage& m, der::Arena&) { m.extraCerts.reset(); }, "note extraCerts"},
        {"the root", "ir", certificates([&] { return std::vector{device.certificate(), ca.issuing.certificate(), ca.root.certificate()}; }), "warning extraCerts[2]"},
        {"another order", "ir", certificates([&] { return std::vector{device.certificate(), ca.signer.certificate(), ca.issuing.certificate()}; }), "warning extraCerts[0]"},
        {"a certificate that may not sign", "ir", certificates([&] { return std::vector{ca.issuing.certificate()}; }), "error extraCerts[0]"},
        {"one that had expired", "ir", certificates([&] { return std::vector{ca.issuing.issue({.not_after = now - 1}).certificate()}; }), "error extraCerts[0]"},
        {"one that was not valid yet", "ir", certificates([&] { return std::vector{ca.issuing.issue({.not_before = now + 1}).certificate()}; }), "error extraCerts[0]"},
    };
    for (const Case& one : cases) check(stage().by_signature, one);
}

TEST_CASE("weak parameters of a MAC are found", "[operations]") {
    const std::string parameters = "header.protectionAlg.parameters";
    const Case        cases[]    = {
        {"few iterations", "ir", mac([](PBMParameter& p) { p.iterationCount = 9'999; }), "note " + parameters + ".iterationCount"},
        {"too few iterations", "ir", mac([](PBMParameter& p) { p.iterationCount = 99; }), "error " + parameters + ".iterationCount"},
        {"a short salt", "ir", mac([](PBMParameter& p) { p.salt.content = Bytes(short_octets).first(7); }), "warning " + parameters + ".salt"},
        {"SHA-1", "ir", mac([](PBMParameter& p) { p.owf = sha1; }), "warning " + parameters},
        {"an unknown digest", "ir", mac([](PBMParameter& p) { p.owf.algorithm = oids::id_RSASSA_PSS; }), "error " + parameters + ".owf"},
        {"no senderKID", "ir", header([](PKIHeader& h) { h.senderKID.reset(); }), "warning header.senderKID"},
        {"certificates", "ir", certificates([] { return std::vector{stage().device.certificate()}; }), "error extraCerts"},
    };
    for (const Case& one : cases) check(stage().by_mac, one);
}

TEST_CASE("what is odd about a request is found", "[operations]") {
    const auto two = [](PKIMessage& m, der::Arena& arena) {
        auto* both = arena.make<CertReqMsg>(2);
        both[0] = both[1] = content<"ir">(m).front();
        content<"ir">(m)  = CertReqMessages(both, 2);
    };
    const auto broken_proof = [](CertReqMsg& r) {
        POPOSigningKey proof = *r.popo->get<"signature">();
        proof.signature.bytes          = broken;
        r.popo->emplace<"signature">() = proof;
    };
    const auto old_proof = [](CertReqMsg& r) {
        POPOSigningKey proof = *r.popo->get<"signature">();
        proof.algorithmIdentifier      = crypto::algorithm_of(oids::ecdsa_with_SHA1);
        r.popo->emplace<"signature">() = proof;
    };
    const Case cases[] = {
        {"two requests", "ir", two, "error body.ir"},
        {"certReqId 1", "ir", request([](CertReqMsg& r) { r.certReq.certReqId = 1; }), "error body.ir[0].certReq.certReqId"},
        {"a serial number", "ir", request([](CertReqMsg& r) { r.certReq.certTemplate.serialNumber = seven; }), "error body.ir[0].certReq.certTemplate.serialNumber"},
        {"no subject", "ir", request([](CertReqMsg& r) { r.certReq.certTemplate.subject.reset(); }), "error body.ir[0].certReq.certTemplate.subject"},
        {"no name at all", "ir", request([](CertReqMsg& r) { r.certReq.certTemplate.subject = Name(); }), "error body.ir[0].certReq.certTemplate.subject"},
        {"an issuer", "ir", request([](CertReqMsg& r) { r.certReq.certTemplate.issuer = Name(); }), "note body.ir[0].certReq.certTemplate.issuer"},
        {"no proof", "ir", request([](CertReqMsg& r) { r.popo.reset(); }), "error body.ir[0].popo"},
        {"raVerified", "ir", request([](CertReqMsg& r) { r.popo->emplace<"raVerified">(); }), "warning body.ir[0].popo"},
        {"thisMessage", "ir", request([](CertReqMsg& r) { r.popo->emplace<"keyEncipherment">().emplace<"thisMessage">(); }), "warning body.ir[0].popo"},
        {"a wrong proof", "ir", request(broken_proof), "error body.ir[0].popo.signature.signature"},
        {"a proof by SHA-1", "ir", request(old_proof), "warning body.ir[0].popo.signature.algorithmIdentifier"},
        {"another PKCS#10 subject than was signed", "p10cr", [](PKIMessage& m, der::Arena& arena) { content<"p10cr">(m).certificationRequestInfo.subject = common_name("other", arena); },
         "error body.p10cr.signature"},
        {"no oldCertID", "kur", [](PKIMessage& m, der::Arena& arena) { only(content<"kur">(m), arena).certReq.controls.reset(); }, "warning body.kur[0].certReq.controls"},
        {"no serial to revoke", "rr", revocation([](RevDetails& r) { r.certDetails.serialNumber.reset(); }), "error body.rr[0].certDetails.serialNumber"},
        {"no issuer to revoke", "rr", revocation([](RevDetails& r) { r.certDetails.issuer.reset(); }), "error body.rr[0].certDetails.issuer"},
        {"no reason", "rr", revocation([](RevDetails& r) { r.crlEntryDetails.reset(); }), "error body.rr[0].crlEntryDetails"},
        {"a value in a question", "genm", [](PKIMessage& m, der::Arena& arena) { only(content<"genm">(m), arena).infoValue = der::Open::of(seven); }, "error body.genm[0]"},
        {"no question", "genm", [](PKIMessage& m, der::Arena&) { content<"genm">(m) = GenMsgContent(); }, "note body.genm"},
        {"a request in an envelope", "ir",
         [](PKIMessage& m, der::Arena& arena) {
             auto* inner = kept(m, arena);
             inner->header.messageTime.reset();
             m.body.emplace<"nested">() = PKIMessages(inner, 1);
         },
         "warning body.nested[0].header.messageTime"},
    };
    for (const Case& one : cases) check(stage().by_signature, one);
}

TEST_CASE("what is odd about an answer or a confirmation is found", "[operations]") {
    const Case cases[] = {
        {"a rejection without failInfo", "ip", response([](CertResponse& r) { r.status.status = PKIStatus::rejection; }), "error body.ip.response[0].status.failInfo"},
        {"a certificate with a rejection", "ip", response([](CertResponse& r) { r.status.status = PKIStatus::rejection; }), "error body.ip.response[0].certifiedKeyPair"},
        {"failInfo with a certificate", "ip", response([](CertResponse& r) { r.status.failInfo = PKIFailureInfo::of({FailInfo::badAlg}); }),
         "error body.ip.response[0].status.failInfo"},
        {"no certificate", "ip", response([](CertResponse& r) { r.certifiedKeyPair.reset(); }), "error body.ip.response[0].certifiedKeyPair"},
        {"a key in an EncryptedValue", "ip", response([](CertResponse& r) { r.certifiedKeyPair->privateKey.emplace().emplace<"encryptedValue">(); }),
         "warning body.ip.response[0].certifiedKeyPair.privateKey"},
        {"hashAlg in an old version", "certConf", confirmation([](CertStatus& s) { s.hashAlg = sha256; }), "error body.certConf[0].hashAlg"},
        {"failInfo with an acceptance", "certConf", confirmation([](CertStatus& s) { s.statusInfo.emplace().failInfo = PKIFailureInfo::of({FailInfo::badAlg}); }),
         "error body.certConf[0].statusInfo.failInfo"},
        {"two confirmed", "certConf", [](PKIMessage& m, der::Arena&) { content<"certConf">(m) = CertConfirmContent(); }, "error body.certConf"},
        {"an error that accepts", "pkiconf", [](PKIMessage& m, der::Arena&) { m.body.emplace<"error">(); }, "error body.error.pKIStatusInfo.status"},
    };
    for (const Case& one : cases) check(stage().by_signature, one);
}

TEST_CASE("the messages of another program are told in words", "[operations]") {
    for (const auto& file : data_files("openssl", ".der")) {
        INFO(file);
        const Octets octets = read_file(file);
        const auto   brief  = value_of(inspect_brief(octets));
        CHECK(brief.find("transactionID ") != std::string::npos);
        CHECK(value_of(inspect_text(octets)).starts_with(brief + "\n     0  PKIMessage\n"));
        const auto json = value_of(inspect_json(octets));
        CHECK(JsonCheck::is_valid(json));
        CHECK(json.starts_with("{\"type\":\"PKIMessage\",\"size\":" + std::to_string(octets.size()) + ",\"summary\":\""));
    }
    CHECK(value_of(inspect_brief(read_file(data_folder() / "openssl/ir.der")))
              .starts_with("ir: asks for a certificate for CN=device-1,O=Example, key ec:P-256, dns:device-1.example.org\nfrom CN=device-1,O=Example to CN=Test CA\n"
                           "protected by PBM (HMAC-SHA1, 500 iterations), reference 4711\ntransactionID 748d455d89bf0024213609c57cfe4c1e, messageTime 2026-11-21T01:45:02Z\n"));
}

TEST_CASE("what is no message is told in words too", "[operations]") {
    const auto p10 = value_of(inspect_json(read_file(data_folder() / "openssl/ec.p10")));
    CHECK(JsonCheck::is_valid(p10));
    CHECK(p10.find("\"summary\":\"PKCS#10: asks for a certificate for ") != std::string::npos);
    CHECK(p10.find("\"protection\":null,\"findings\":[],\"value\":{") != std::string::npos);
    CHECK(value_of(inspect_brief(read_file(data_folder() / "openssl/ec.cert"))).starts_with("certificate serial 0x"));
    CHECK(value_of(inspect_brief(read_file(data_folder() / "openssl/ca.crl"))).starts_with("CRL of "));
}

TEST_CASE("hostile names and texts do not leave their line of the head", "[operations]") {
    der::Arena            arena;
    const der::Utf8String line = der::utf8_string("\x1b[2J\nerror    all: is lost\xe2\x80\xae");
    PKIMessage            message;
    message.header.sender = message.header.recipient = directory_name(common_name("a\nb", arena));
    auto& status        = message.body.emplace<"error">().pKIStatusInfo;
    status.status       = PKIStatus::rejection;
    status.statusString = PKIFreeText(&line, 1);
    const std::string brief = value_of(inspect_brief(der::encode(message)));
    CHECK(brief.starts_with("error: rejection, \"\\x1b[2J\\x0aerror    all: is lost\\xe2\\x80\\xae\"\nfrom CN=a\\0ab to CN=a\\0ab\nunprotected\ntransactionID absent, messageTime absent\n"));
}

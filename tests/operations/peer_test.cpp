// What peers do otherwise: refused or taken as each profile has it; and what an attacker still cannot do where a tolerance touches security.
#include "../forge/elements.hpp"
#include "scripted_ca.hpp"
#include "service/peer.hpp"

#include <set>

using namespace cmpkit;
using namespace cmpkit::operations;
using namespace cmpkit::test;

namespace {

using Bend = std::function<void(Play&)>;
using Who  = Credentials (*)(Play&);

Credentials by_secret(Play& play) { return play.by_secret(); }
Credentials by_certificate(Play& play) { return Play::by_certificate(play.ca.issuing.issue({.subject = "CN=dev-0001"})); }

/// "done after 2 messages", or "code at path".
std::string outcome(const Bend& bend, Who who, BodyType type, const Peer& peer) {
    Play play;
    if (bend) bend(play);
    PeerTrust trust = play.trust();
    trust.peer      = peer;
    EndEntity    operation({type == BodyType::p10cr ? Play::enrollment_with_csr() : Play::enrollment(type), {}}, who(play), trust);
    const Action end = play.run(operation);
    if (const auto* failed = std::get_if<Failed>(&end)) {
        const std::string path = failed->error.path.text();
        return std::string(name_of(failed->error.code)) + (path.empty() ? "" : " at " + path);
    }
    return "done after " + std::to_string(play.ca.seen.size()) + " messages";
}

Peer named(const char* name) { return value_of(service::peer_named(name)).peer; }
Peer with(bool Peer::*flag) {
    Peer peer;
    peer.*flag = true;
    return peer;
}

// ---------------------------------------------------------------- how answers are bent

Bend header(std::function<void(PKIHeader&)> bend) {
    return [bend](Play& play) { play.ca.bend_header = bend; };
}
Bend body(std::function<void(PKIBody&, Play&)> bend) {
    return [bend](Play& play) { play.ca.bend = [bend, &play](HeaderFields&, PKIBody& body) { bend(body, play); }; };
}
Bend signed_by(std::function<Forge(Play&)> make) {
    return [make](Play& play) {
        const Forge who   = make(play);
        play.ca.protector = protection::Protector::by_signature(who.signer(), {who, play.ca.issuing});
    };
}
Bend mac(std::int64_t iterations) {
    return [=](Play& play) {
        der::Arena arena;
        const protection::MacLimits none{.min_iterations = 1, .max_iterations = 1'000'000};
        const auto algorithm = protection::mac_algorithm(protection::MacKind::pbm, Octets(16, 1), iterations, arena);
        play.ca.protector    = protection::Protector::by_mac(value_of(protection::MacKey::derive(algorithm, ScriptedCa::secret()->view(), none)), ScriptedCa::reference);
    };
}
void refuse_in(PKIBody& body) {
    static der::Arena arena;
    body.emplace<"error">().pKIStatusInfo = rejection(FailInfo::badRequest, "no", arena);
}
/// Other fields of the header, protected again as the message was.
Octets resealed(const Octets& message, const protection::Protector& protector, const std::function<void(std::vector<Octets>&)>& bend) {
    auto parts  = elements_of(message);
    auto fields = elements_of(parts[0]);
    bend(fields);
    parts[0]         = joined(der::tag::sequence, fields);
    Octets with_bits = value_of(protector.protect(protection::protected_part(parts[0], parts[1])));
    with_bits.insert(with_bits.begin(), 0);
    parts[2] = tlv(0xa0, tlv(der::tag::bit_string, with_bits));
    return joined(der::tag::sequence, parts);
}
std::vector<Octets>::iterator field_of(std::vector<Octets>& fields, std::uint8_t tag) {
    return std::ranges::find_if(fields, [tag](const Octets& field) { return field[0] == tag; });
}
constexpr std::uint8_t protection_alg = 0xa1, sender_kid = 0xa2;

Bend signed_with_kid(std::function<std::optional<Octets>(Play&)> kid) {
    return [kid](Play& play) {
        play.ca.bend_octets = [kid, &play](const Octets& message) {
            return resealed(message, protection::Protector::by_signature(play.ca.signer.signer(), {play.ca.signer}), [&](std::vector<Octets>& fields) {
                const auto wanted = kid(play);
                if (wanted) *field_of(fields, sender_kid) = tlv(sender_kid, tlv(der::tag::octet_string, *wanted));
                else fields.erase(field_of(fields, sender_kid));
            });
        };
    };
}
/// The MAC with our parameters, which are not said again.
Bend mac_without_parameters(std::string_view secret) {
    return [secret](Play& play) {
        play.ca.bend_octets = [secret, &play](const Octets& message) {
            const auto   request   = value_of(der::parse<PKIMessage>(copy_of(play.ca.heard.front())));
            const auto   key       = value_of(protection::MacKey::derive(*request->header.protectionAlg, bytes_of(secret), {}));
            const Octets said_once = joined(der::tag::sequence, {tlv(der::tag::oid, copy_of(oids::id_PasswordBasedMac.content())), {der::tag::null, 0}});
            return resealed(message, protection::Protector::by_mac(key, ScriptedCa::reference), [&](std::vector<Octets>& fields) { *field_of(fields, protection_alg) = tlv(protection_alg, said_once); });
        };
    };
}
Bend recip_nonce(std::function<Octets(Play&)> nonce) {
    return [nonce](Play& play) {
        play.ca.bend = [nonce, &play, kept = std::make_shared<Octets>()](HeaderFields& fields, PKIBody&) {
            *kept              = nonce(play);
            fields.recip_nonce = *kept;
        };
    };
}
Octets first_nonce(Play& play) { return copy_of(value_of(der::parse<PKIMessage>(copy_of(play.ca.heard.front())))->header.senderNonce->content); }

Octets behind(Octets prefix, const Octets& message) {
    prefix.insert(prefix.end(), message.begin(), message.end());
    return prefix;
}
const Octets tcp_framing = {0, 0, 5, 0, 10, 0, 5};
Bend         framed(const Octets& prefix, const Octets& suffix = {}) {
    return [=](Play& play) { play.ca.bend_octets = [=](const Octets& message) { return behind(behind(prefix, message), suffix); }; };
}

const Bend unprotected_pkiconf = body([](PKIBody& body, Play& play) { play.ca.is_unprotected = body.is<"pkiconf">(); });
const Bend unprotected_error   = [](Play& play) {
    play.ca.is_unprotected = true;
    play.ca.bend           = [](HeaderFields&, PKIBody& body) { refuse_in(body); };
};
const Bend unprotected_ip = [](Play& play) {
    play.ca.is_unprotected = true;
    play.ca.bend           = [&play](HeaderFields&, PKIBody& body) {
        if (body.is<"ip">()) play.ca.response().status.status = PKIStatus::rejection;
    };
};
const Bend ca_signs = [](Play& play) { play.ca.protector = protection::Protector::by_signature(play.ca.issuing.signer(), {play.ca.issuing}); };
const Bend ip_for_cr = body([](PKIBody& body, Play&) {
    if (!body.is<"cp">()) return;
    const CertRepMessage content = *body.get<"cp">();
    body.emplace<"ip">()         = content;
});
Bend certReqId(std::int64_t id) {
    return body([id](PKIBody& body, Play& play) {
        if (cert_responses(body)) play.ca.response().certReqId = id;
    });
}
const Bend old_error = [](Play& play) {
    body([](PKIBody& body, Play&) { refuse_in(body); })(play);
    header([](PKIHeader& header) { header.pvno = Pvno::cmp1999; })(play);
};

// ---------------------------------------------------------------- the tables

constexpr const char *two = "done after 2 messages", *unprotected = "protection_missing at protection", *refused = "rejected at body.error";
constexpr const char *no_signer = "signer_not_trusted at extraCerts[0]", *bad_nonce = "nonce_mismatch at header.recipNonce", *bad_id = "bad_request at body.response[0].certReqId";

struct Quirk {
    const char* key;
    bool        by_default;
    Bend        bend;
    std::string taken, refused;  // the outcomes with and without the tolerance
    Who         who    = &by_secret;
    BodyType    type   = BodyType::ir;
    const char* strict = nullptr;  // where a profile that takes less refuses otherwise
};
const Quirk quirks[] = {
    {"unprotected_errors", true, unprotected_error, "protection_missing at body.error", unprotected},
    {"unprotected_refusals", false, unprotected_error, refused, "protection_missing at body.error", &by_secret, BodyType::ir, unprotected},
    {"unprotected_refusals", false, unprotected_ip, "rejected at body", unprotected, &by_certificate},
    {"unprotected_pkiconf", false, unprotected_pkiconf, two, unprotected},
    {"signature_for_mac", false, signed_by([](Play& play) { return play.ca.signer; }), two, "wrong_protection at header.protectionAlg"},
    {"ca_without_digital_signature", false, ca_signs, two, no_signer, &by_certificate},
    {"signer_for_any_use", true, signed_by([](Play& play) { return play.ca.issuing.issue({.subject = "CN=CMP"}); }), two, no_signer, &by_certificate},
    {"sender_kid_absent", true, signed_with_kid([](Play&) { return std::nullopt; }), two, "missing at header.senderKID", &by_certificate},
    {"sender_kid_mirrored", false, signed_with_kid([](Play& play) { return copy_of(value_of(der::parse<PKIMessage>(copy_of(play.ca.heard.front())))->header.senderKID->content); }), two,
     "sender_mismatch at header.sender", &by_certificate},
    {"mac_parameters_null", false, mac_without_parameters("Correct-Horse-42"), two, "algorithm_refused at header.protectionAlg.parameters"},
    {"error_pvno_1", false, old_error, refused, "version_mismatch at header.pvno"},
    {"ip_for_any_request", false, ip_for_cr, two, "unexpected_body at body", &by_secret, BodyType::cr},
    {"zero_for_p10cr", true, certReqId(0), two, bad_id, &by_secret, BodyType::p10cr},
    {"minus_one_for_crmf", false, certReqId(-1), two, bad_id},
    {"implicit_confirm_unasked", false, [](Play& play) { play.ca.grants_implicit_confirm = true; }, "done after 1 messages", two},
    {"recip_nonce_of_request", false, recip_nonce(&first_nonce), two, bad_nonce},
};

struct Bound {
    const char*  key;
    std::int64_t value;
    Bend         bend;
    std::string  refused;
};
const Bound bounds[] = {
    {"octets_before_message", 7, framed(tcp_framing), "bad_tag"},
    {"least_iterations", 50, mac(50), "algorithm_refused at header.protectionAlg.parameters.iterationCount"},
    {"most_iterations", 100'001, mac(100'001), "algorithm_refused at header.protectionAlg.parameters.iterationCount"},
};

const PeerNumber& number_of(std::string_view table, std::string_view key) {
    return *std::ranges::find_if(peer_numbers, [&](const PeerNumber& number) { return number.table == table && number.key == key; });
}

}  // namespace

TEST_CASE("each deviation of a peer is taken where its profile says so, and refused where it does not", "[operations]") {
    for (const Quirk& quirk : quirks) {
        INFO(quirk.key);
        const auto& flag = *std::ranges::find_if(peer_flags, [&](const PeerFlag& each) { return std::string_view(each.key) == quirk.key; });
        Peer        peer;
        CHECK(peer.*flag.member == quirk.by_default);
        peer.*flag.member = true;
        CHECK(outcome(quirk.bend, quirk.who, quirk.type, peer) == quirk.taken);
        peer.*flag.member = false;
        CHECK(outcome(quirk.bend, quirk.who, quirk.type, peer) == quirk.refused);
        CHECK(outcome(quirk.bend, quirk.who, quirk.type, named("strict")) == (quirk.strict ? quirk.strict : quirk.refused));
    }
}

TEST_CASE("the bounds of a peer's messages are those of its profile", "[operations]") {
    for (const Bound& bound : bounds) {
        INFO(bound.key);
        Peer peer;
        CHECK(outcome(bound.bend, &by_secret, BodyType::ir, peer) == bound.refused);
        CHECK(outcome(bound.bend, &by_secret, BodyType::ir, named("strict")) == bound.refused);
        number_of("takes", bound.key).member(peer) = bound.value;
        CHECK(outcome(bound.bend, &by_secret, BodyType::ir, peer) == two);
    }
}

TEST_CASE("an honest CA is taken under every profile", "[operations]") {
    for (const service::PeerFile& file : service::peer_files())
        for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::kur, BodyType::p10cr})
            for (const Who who : {&by_secret, &by_certificate}) {
                INFO(file.name << ' ' << name_of(type));
                CHECK(outcome({}, who, type, value_of(service::peer_named(file.name)).peer) == two);
            }
}

// ---------------------------------------------------------------- what attackers gain, and no more

TEST_CASE("what comes without protection is believed of a transaction's peer alone, and never more than a refusal or pkiconf", "[operations]") {
    Peer peer;
    peer.unprotected_refusals = peer.unprotected_pkiconf = true;
    const auto of_another = [](const Bend& bend, bool has_other_id) {
        return [=](Play& play) {
            bend(play);
            play.ca.bend_header = [has_other_id](PKIHeader& header) {
                static const Octets other(16, 0x77);
                (has_other_id ? header.transactionID : header.recipNonce) = der::octet_string(other);
            };
        };
    };
    for (const bool has_other_id : {true, false}) {
        INFO(has_other_id);
        CHECK(outcome(of_another(unprotected_error, has_other_id), &by_secret, BodyType::ir, peer) == "protection_missing at body.error");
        const std::string not_ours = has_other_id ? "transaction_mismatch at header.transactionID" : bad_nonce;
        CHECK(outcome(of_another(unprotected_ip, has_other_id), &by_secret, BodyType::ir, peer) == not_ours);
    }
    CHECK(outcome([](Play& play) { play.ca.is_unprotected = true; }, &by_secret, BodyType::ir, peer) == unprotected);  // a certificate
    CHECK(outcome([](Play& play) {
        play.ca.is_unprotected = true;
        play.ca.bend           = [](HeaderFields&, PKIBody& body) { body.emplace<"pkiconf">(); };  // before anything was confirmed
    }, &by_secret, BodyType::ir, peer) == unprotected);
    CHECK(outcome([](Play& play) {
        play.ca.bend = [&play](HeaderFields& fields, PKIBody& body) {
            static const Octets stale(16, 0x77);
            play.ca.is_unprotected = body.is<"pkiconf">();
            if (play.ca.is_unprotected) fields.recip_nonce = stale;
        };
    }, &by_secret, BodyType::ir, peer) == bad_nonce);
    CHECK(outcome([](Play& play) {
        play.ca.is_unprotected = true;
        play.ca.bend           = [](HeaderFields&, PKIBody& body) { body.emplace<"error">().pKIStatusInfo.status = PKIStatus::waiting; };
    }, &by_secret, BodyType::ir, peer) == "protection_missing at body.error");
}

TEST_CASE("a signature that answers a MAC must come from who may sign answers, and brings no roots", "[operations]") {
    const Peer peer = with(&Peer::signature_for_mac);
    CHECK(outcome(signed_by([](Play&) { return Forge::root().issue({.subject = "CN=Issuing", .is_ca = true}).issue({.subject = "CN=CMP", .eku = {oids::id_kp_cmcCA}}); }), &by_secret, BodyType::ir,
                  peer) == no_signer);
    CHECK(outcome(signed_by([](Play& play) { return play.ca.issuing.issue({.subject = "CN=dev-0002", .eku = {oids::id_kp_clientAuth}}); }), &by_secret, BodyType::ir, peer) == no_signer);
    CHECK(outcome(mac(100), &by_certificate, BodyType::ir, peer) == "wrong_protection at header.protectionAlg");
    Play           play;
    CMPCertificate root = *play.ca.root.certificate();
    play.ca.protector   = protection::Protector::by_signature(play.ca.signer.signer(), {play.ca.signer, play.ca.issuing});
    play.ca.bend        = [&](HeaderFields&, PKIBody& body) {
        if (body.is<"ip">()) body.emplace<"ip">() = CertRepMessage{List<CMPCertificate, non_empty>(&root, 1), List<CertResponse>(&play.ca.response(), 1)};
    };
    PeerTrust trust = play.trust();
    trust.peer      = peer;
    EndEntity    operation({Play::enrollment(), {}}, play.by_secret(), trust);
    const Action end = play.run(operation);
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(std::get<Done>(end).ca_pubs.empty());
}

TEST_CASE("the other tolerances open no door either", "[operations]") {
    CHECK(outcome(signed_by([](Play& play) {
        return play.ca.issuing.issue({.subject = "CN=CMP", .usage = KeyUsage::of({KeyUsageBit::keyEncipherment}), .eku = {oids::id_kp_cmcCA}});
    }), &by_certificate, BodyType::ir, with(&Peer::ca_without_digital_signature)) == no_signer);
    CHECK(outcome(signed_by([](Play&) { return Forge::self_signed({.subject = "CN=Root", .is_ca = true}); }), &by_certificate, BodyType::ir, with(&Peer::ca_without_digital_signature)) ==
          no_signer);
    CHECK(outcome(mac_without_parameters("guessed"), &by_secret, BodyType::ir, with(&Peer::mac_parameters_null)) == "protection_mismatch at protection");
}

TEST_CASE("only error messages may have pvno 1, only ip may answer anything, only the first nonce is another's", "[operations]") {
    CHECK(outcome(header([](PKIHeader& header) { header.pvno = Pvno::cmp1999; }), &by_secret, BodyType::ir, with(&Peer::error_pvno_1)) == "version_mismatch at header.pvno");
    CHECK(outcome(body([](PKIBody& body, Play&) {
        if (!body.is<"ip">()) return;
        const CertRepMessage content = *body.get<"ip">();
        body.emplace<"cp">()         = content;
    }), &by_secret, BodyType::ir, with(&Peer::ip_for_any_request)) == "unexpected_body at body");
    CHECK(outcome(recip_nonce([](Play&) { return Octets(16, 0x77); }), &by_secret, BodyType::ir, with(&Peer::recip_nonce_of_request)) == bad_nonce);
}

TEST_CASE("octets before a message are few, and the message ends where it says", "[operations]") {
    Peer peer;
    peer.octets_before_message = 7;
    CHECK(outcome({}, &by_secret, BodyType::ir, peer) == two);
    CHECK(outcome(framed(Octets(8)), &by_secret, BodyType::ir, peer) == "bad_tag");
    CHECK(outcome(framed(tcp_framing, {0}), &by_secret, BodyType::ir, peer) == "bad_tag");
    const Octets message = {0x30, 2, 5, 0};
    CHECK(equal(without_prefix(behind(tcp_framing, message), 16), message));
    CHECK(equal(without_prefix(message, 0), message));
    CHECK(without_prefix({}, 16).empty());
    CHECK(without_prefix(tcp_framing, 16).size() == tcp_framing.size());  // none in it
}

TEST_CASE("no tolerance that a data file may name goes without a test", "[operations]") {
    std::set<std::string> tested, known;
    for (const Quirk& quirk : quirks) tested.insert(quirk.key);
    for (const Bound& bound : bounds) tested.insert(bound.key);
    for (const PeerFlag& flag : peer_flags)
        if (std::string_view(flag.table) == "takes") known.insert(flag.key);
    for (const PeerNumber& number : peer_numbers)
        if (std::string_view(number.table) == "takes") known.insert(number.key);
    CHECK(tested == known);
}

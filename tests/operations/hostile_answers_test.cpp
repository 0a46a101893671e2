// Answers that no honest CA sends: each ends the operation with its reason, and nothing of it is kept or confirmed.
#include "../forge/elements.hpp"
#include "der/parse.hpp"
#include "scripted_ca.hpp"

#include <map>

using namespace cmpkit;
using namespace cmpkit::operations;
using namespace cmpkit::test;

namespace {

struct HostileAnswer {
    std::string                name;
    std::function<void(Play&)> bend;
    std::string                refusal;  // "code at path"
};
using Answers = std::vector<HostileAnswer>;

// ---------------------------------------------------------------- how answers are bent

std::function<void(Play&)> octets(std::function<Octets(Octets)> bend) {
    return [bend](Play& play) { play.ca.bend_octets = bend; };
}
std::function<void(Play&)> instead(Octets octets) {
    return [octets](Play& play) { play.ca.bend_octets = [octets](const Octets&) { return octets; }; };
}
std::function<void(Play&)> elements(std::function<void(std::vector<Octets>&)> bend) {
    return octets([bend](const Octets& message) {
        auto parts = elements_of(message);
        bend(parts);
        return joined(der::tag::sequence, parts);
    });
}
std::function<void(Play&)> header(std::function<void(PKIHeader&)> bend) {
    return [bend](Play& play) { play.ca.bend_header = bend; };
}
std::function<void(Play&)> pvno(std::int64_t number) {
    return header([number](PKIHeader& header) { header.pvno = static_cast<Pvno>(number); });
}
std::function<void(Play&)> body(std::function<void(PKIBody&, Play&)> bend) {
    return [bend](Play& play) { play.ca.bend = [bend, &play](HeaderFields&, PKIBody& body) { bend(body, play); }; };
}
/// The one CertResponse of the ip.
std::function<void(Play&)> response(std::function<void(CertResponse&)> bend) {
    return body([bend](PKIBody& body, Play& play) {
        if (body.is<"ip">()) bend(play.ca.response());
    });
}
std::function<void(Play&)> protection_value(Octets value) {
    return elements([value](auto& parts) { parts[2] = tlv(0xa0, tlv(der::tag::bit_string, value)); });
}
std::function<void(Play&)> signed_by(std::function<Forge(Play&)> make) {
    return [make](Play& play) {
        const Forge who   = make(play);
        play.ca.protector = protection::Protector::by_signature(who.signer(), {who, play.ca.issuing});
    };
}
std::function<void(Play&)> mac(std::int64_t iterations, std::size_t salt, std::string_view secret = "Correct-Horse-42") {
    return [=](Play& play) {
        der::Arena arena;
        const protection::MacLimits none{.min_iterations = 1, .max_iterations = 1'000'000, .min_salt = 0, .max_salt = 100'000};
        const auto algorithm = protection::mac_algorithm(protection::MacKind::pbm, Octets(salt, 1), iterations, arena);
        play.ca.protector    = protection::Protector::by_mac(value_of(protection::MacKey::derive(algorithm, bytes_of(secret), none)), ScriptedCa::reference);
    };
}
std::function<void(Play&)> iterations_said(Octets number) {  // more than anybody would compute
    return elements([number](auto& parts) {
        auto fields    = elements_of(parts[0]);
        const auto at  = std::ranges::find_if(fields, [](const Octets& field) { return field[0] == 0xa1; });
        auto algorithm = elements_of(elements_of(*at)[0]);
        auto pbm       = elements_of(algorithm[1]);
        pbm[2]         = tlv(der::tag::integer, number);
        *at            = tlv(0xa1, joined(der::tag::sequence, {algorithm[0], joined(der::tag::sequence, pbm)}));
        parts[0]       = joined(der::tag::sequence, fields);
    });
}
std::function<void(Play&)> certificate(std::function<crypto::Cert(Play&, const CertTemplate&)> make) {
    return [make](Play& play) { play.ca.certify = [make, &play](const CertTemplate& wanted) { return make(play, wanted); }; };
}
crypto::PublicKey key_of(const CertTemplate& wanted) { return value_of(crypto::PublicKey::from(*wanted.publicKey)); }
template <der::Name Alternative> std::function<void(Play&)> other_body() {
    return body([](PKIBody& body, Play&) { body.emplace<Alternative>(); });
}
Octets bomb(int times) {
    const Octets nobody = {0xa4, 2, 0x30, 0}, header = joined(der::tag::sequence, {{2, 1, 2}, nobody, nobody});
    Octets       inner  = joined(der::tag::sequence, {header, {0xb3, 2, 5, 0}});
    while (times-- > 0) inner = joined(der::tag::sequence, {header, tlv(0xb4, tlv(der::tag::sequence, inner))});
    return inner;
}

const std::string no_hash = "protection_mismatch at protection", bad_count = "algorithm_refused at header.protectionAlg.parameters.iterationCount";
const std::string bad_nonce = "nonce_mismatch at header.senderNonce", bad_answer = "nonce_mismatch at header.recipNonce", no_signer = "signer_not_trusted at extraCerts[0]";
const std::string other = "unexpected_body at body", wrong = "wrong_certificate at body.response[0].certifiedKeyPair";

// ---------------------------------------------------------------- the tables

const Answers framing = {
    {"nothing at all", instead({}), "truncated"},
    {"a page of HTML", instead(copy_of(bytes_of("<html><body>502 Bad Gateway</body></html>"))), "truncated"},
    {"zeros", instead(Octets(64)), "bad_tag"},
    {"an answer without its last octet", octets([](Octets message) { return message.pop_back(), message; }), "truncated"},
    {"an answer with an octet behind it", octets([](Octets message) { return message.push_back(0), message; }), "unexpected"},
    {"an indefinite length", octets([](Octets message) { return message[1] = 0x80, message; }), "bad_length"},
    {"a length of 2^32 - 1", instead({0x30, 0x84, 0xff, 0xff, 0xff, 0xff}), "truncated"},
    {"a message in a message, a thousand times", instead(bomb(1000)),
     "too_deep at body.nested[0].body.nested[0].body.nested[0].body.nested[0].body.nested[0].body.nested[0].header.sender"},
    {"more octets than a message may have", instead(Octets(der::max_size + 1, 0x30)), "too_large"},
};

const Answers headers = {
    {"pvno 1", pvno(1), "version_mismatch at header.pvno"},
    {"pvno 2^63 - 1", pvno(INT64_MAX), "version_mismatch at header.pvno"},
    {"no transactionID", header([](PKIHeader& h) { h.transactionID.reset(); }), "missing at header.transactionID"},
    {"an empty transactionID", header([](PKIHeader& h) { h.transactionID = der::octet_string({}); }), "missing at header.transactionID"},
    {"a part of the transactionID", header([](PKIHeader& h) { h.transactionID->content = h.transactionID->content.first(8); }), "transaction_mismatch at header.transactionID"},
    {"no senderNonce", header([](PKIHeader& h) { h.senderNonce.reset(); }), bad_nonce},
    {"a senderNonce of fifteen octets", header([](PKIHeader& h) { h.senderNonce->content = h.senderNonce->content.first(15); }), bad_nonce},
    {"a senderNonce of a kilobyte", header([](PKIHeader& h) {
         static const Octets zeros(1024);
         h.senderNonce = der::octet_string(zeros);
     }), bad_nonce},
    {"no recipNonce", header([](PKIHeader& h) { h.recipNonce.reset(); }), bad_answer},
    {"its own nonce for our nonce", header([](PKIHeader& h) { h.recipNonce = h.senderNonce; }), bad_answer},
    {"a messageTime of the year 9999", header([](PKIHeader& h) { h.messageTime->content = bytes_of("99991231235959Z"); }), "time_mismatch at header.messageTime"},
    {"implicitConfirm that is TRUE", header([](PKIHeader& h) {
         static const Octets           yes{1, 1, 0xff};
         static const InfoTypeAndValue item{oids::id_it_implicitConfirm, der::Open::raw(yes)};
         h.generalInfo = GeneralInfo(&item, 1);
     }), "bad_request at header.generalInfo"},
};

const Answers macs = {
    {"no protection", [](Play& play) { play.ca.is_unprotected = true; }, "protection_missing at protection"},
    {"protectionAlg without a protection", elements([](auto& parts) { parts.resize(2); }), "protection_missing at protection"},
    {"an empty MAC", protection_value({0}), no_hash},
    {"a MAC of zeros", protection_value(Octets(33)), no_hash},
    {"a MAC of 64 octets", protection_value(Octets(65)), no_hash},
    {"a MAC under another secret", mac(100, 16, "guessed"), no_hash},
    {"99 iterations", mac(99, 16), bad_count},
    {"a salt of no octets", mac(100, 0), bad_count},
    {"a salt of 64 kilobytes", mac(100, 64 << 10), bad_count},
    {"2^31 iterations", iterations_said({0, 0x80, 0, 0, 0}), bad_count},
    {"a signature instead of the MAC", signed_by([](Play& play) { return play.ca.signer; }), "wrong_protection at header.protectionAlg"},
    {"the body of another answer under this MAC", elements([](auto& parts) { parts[1] = {0xb3, 2, 5, 0}; }), no_hash},
};

const Answers signatures = {
    {"a MAC instead of a signature", mac(100, 16), "wrong_protection at header.protectionAlg"},
    {"no extraCerts", elements([](auto& parts) { parts.resize(3); }), "sender_mismatch at header.sender"},
    {"a signature that is broken", elements([](auto& parts) { parts[2].back() ^= 1; }), no_hash},
    {"a signer of another PKI that has the names of ours", signed_by([](Play&) {
         return Forge::root().issue({.subject = "CN=Issuing", .is_ca = true}).issue({.subject = "CN=CMP", .eku = {oids::id_kp_cmcCA}});
     }), no_signer},
    {"a signer that is its own root", signed_by([](Play&) {
         return Forge::self_signed({.subject = "CN=Root", .is_ca = true, .usage = KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::keyCertSign})});
     }), no_signer},
    {"a signer that is another device", signed_by([](Play& play) { return play.ca.issuing.issue({.subject = "CN=dev-0002", .eku = {oids::id_kp_clientAuth}}); }), no_signer},
    {"a signer whose certificate expired", signed_by([](Play& play) { return play.ca.issuing.issue({.subject = "CN=CMP", .not_after = now - 1, .eku = {oids::id_kp_cmcCA}}); }), no_signer},
    {"a signer without digitalSignature", signed_by([](Play& play) {
         return play.ca.issuing.issue({.subject = "CN=CMP", .usage = KeyUsage::of({KeyUsageBit::cRLSign}), .eku = {oids::id_kp_cmcCA}});
     }), no_signer},
    {"a signer that a device issued", signed_by([](Play& play) { return play.ca.signer.issue({.subject = "CN=CMP", .eku = {oids::id_kp_cmcCA}}); }), no_signer},
};

const Answers bodies = {
    {"a cp", body([](PKIBody& body, Play&) {
         if (!body.is<"ip">()) return;
         const CertRepMessage content = *body.get<"ip">();
         body.emplace<"cp">()         = content;
     }), other},
    {"an ir", body([](PKIBody& body, Play&) {
         static const CertReqMsg request;
         body.emplace<"ir">() = CertReqMessages(&request, 1);
     }), other},
    {"a pkiconf before anything was confirmed", other_body<"pkiconf">(), other},
    {"a certConf", other_body<"certConf">(), other},
    {"a pollRep where nothing was polled for", other_body<"pollRep">(), other},
    {"a genp", other_body<"genp">(), other},
    {"no response", other_body<"ip">(), "bad_request at body.response"},
    {"two responses", body([](PKIBody& body, Play& play) {
         static std::vector<CertResponse> two;
         two.assign(2, play.ca.response());
         if (body.is<"ip">()) body.emplace<"ip">() = CertRepMessage{{}, List<CertResponse>(two)};
     }), "bad_request at body.response"},
    {"certReqId 2^63 - 1", response([](CertResponse& r) { r.certReqId = INT64_MAX; }), "bad_request at body.response[0].certReqId"},
    {"certReqId -1 after an ir", response([](CertResponse& r) { r.certReqId = -1; }), "bad_request at body.response[0].certReqId"},
    {"accepted without a certificate", response([](CertResponse& r) { r.certifiedKeyPair.reset(); }), "missing at body.response[0].certifiedKeyPair"},
    {"a certificate that is encrypted to nobody", response([](CertResponse& r) { r.certifiedKeyPair->certOrEncCert.emplace<"encryptedCert">(); }),
     "missing at body.response[0].certifiedKeyPair"},
    {"a rejection that brings a certificate", response([](CertResponse& r) { r.status.status = PKIStatus::rejection; }), "rejected at body.response[0].status"},
    {"a status that there is not", response([](CertResponse& r) { r.status.status = static_cast<PKIStatus>(99); }), "rejected at body.response[0].status"},
    {"a certificate for another key", certificate([](Play& play, const CertTemplate&) { return play.ca.issuing.issue({.subject = "CN=dev-0001"}).certificate(); }), wrong},
    {"a certificate for another name", certificate([](Play& play, const CertTemplate& wanted) { return play.ca.issuing.certify({.subject = "CN=dev-0002"}, key_of(wanted)); }), wrong},
    {"a certificate of another PKI", certificate([](Play&, const CertTemplate& wanted) { return Forge::root("CN=Other").certify({.subject = "CN=dev-0001"}, key_of(wanted)); }), wrong},
    {"a certificate that expired", certificate([](Play& play, const CertTemplate& wanted) {
         return play.ca.issuing.certify({.subject = "CN=dev-0001", .not_after = now - 1}, key_of(wanted));
     }), wrong},
    {"a certificate with a broken signature", certificate([](Play& play, const CertTemplate& wanted) {
         return play.ca.issuing.certify({.subject = "CN=dev-0001", .has_broken_signature = true}, key_of(wanted));
     }), wrong},
};

std::string ended(Play& play, const Credentials& who) {
    const Error error = play.failure(Play::enrollment(), who);
    const std::string path = error.path.text();
    return std::string(name_of(error.code)) + (path.empty() ? "" : " at " + path);
}

void survive(const Answers& rows, const std::function<Credentials(Play&)>& who) {
    for (const HostileAnswer& row : rows) {
        INFO(row.name);
        Play play;
        row.bend(play);
        CHECK(ended(play, who(play)) == row.refusal);
        CHECK(play.kept.empty());
        CHECK(play.ca.confirmed.value_or(PKIStatus::rejection) == PKIStatus::rejection);
        CHECK(play.ca.seen.size() <= 2);  // the request, and word of what is wrong
    }
}
Credentials by_secret(Play& play) { return play.by_secret(); }
Credentials by_certificate(Play& play) { return Play::by_certificate(play.ca.issuing.issue({.subject = "CN=dev-0001"})); }

}  // namespace

TEST_CASE("an answer that is no message ends the operation", "[operations]") { survive(framing, by_secret); }
TEST_CASE("an answer with a hostile header ends the operation", "[operations]") { survive(headers, by_secret); }
TEST_CASE("an answer with a hostile MAC ends the operation", "[operations]") { survive(macs, by_secret); }
TEST_CASE("an answer with a hostile signature ends the operation", "[operations]") { survive(signatures, by_certificate); }
TEST_CASE("an answer with a hostile body ends the operation", "[operations]") { survive(bodies, by_secret); }

TEST_CASE("there are more than thirty hostile answers, no two of the same name", "[operations]") {
    std::map<std::string, int> names;
    for (const Answers* table : {&framing, &headers, &macs, &signatures, &bodies})
        for (const HostileAnswer& row : *table) ++names[row.name];
    CHECK(names.size() >= 30);
    CHECK(std::ranges::all_of(names, [](const auto& name) { return name.second == 1; }));
}

TEST_CASE("a certificate that is accepted stays so, whatever comes instead of pkiconf", "[operations]") {
    Play play;
    play.ca.bend = [&](HeaderFields&, PKIBody& body) {
        if (body.is<"pkiconf">()) body.emplace<"genp">();
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::unexpected_body);
    CHECK(play.kept.size() == 1);
    CHECK(play.ca.confirmed == PKIStatus::accepted);
}

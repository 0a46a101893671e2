// Requests for certificates that nobody may have.
#include "../forge/pkcs10.hpp"
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

using test::extension, test::raw_extension;

const std::string no_template = "ip badCertTemplate: bad_template", no_right = "ip notAuthorized: not_authorized";
std::string bad_template(std::string_view member) { return no_template + " at certReq.certTemplate." + std::string(member); }
const std::string bad_key = no_template + " at body.certTemplate.publicKey";
std::string bad_request(std::string_view path) { return "ip badRequest: bad_request at " + std::string(path); }

using Bend = std::function<void(Draft&)>;
/// A request of the device, whose names are its own alone.
std::function<Octets(Stage&)> asked(Bend bend) {
    return [bend](Stage& stage) {
        Draft draft(stage);
        bend(draft);
        return draft.prove().octets();
    };
}
/// A request under the secret that may have any name, so that only what no name may be is refused.
std::function<Octets(Stage&)> of_any_name(Bend bend) {
    return [bend](Stage& stage) {
        Draft draft(stage, protection::mac_algorithm(protection::MacKind::pbm, stage.fresh(16), 100, stage.arena), "many", "shared");
        bend(draft);
        return draft.prove().octets();
    };
}
CertTemplate& wanted(Draft& draft) { return draft.request.certReq.certTemplate; }

std::function<Octets(Stage&)> version(std::int64_t number) {
    return asked([number](Draft& draft) { wanted(draft).version = static_cast<CertificateVersion>(number); });
}
std::function<Octets(Stage&)> raw(const OidConstant& oid, Octets value) {
    return asked([=](Draft& draft) { draft.ask({raw_extension(oid, true, draft.stage.kept(value))}); });
}
template <class T> std::function<Octets(Stage&)> with(const OidConstant& oid, const T& value) { return raw(oid, der::encode(value)); }
std::function<Octets(Stage&)> purpose(const OidConstant& oid) { return raw(oids::id_ce_extKeyUsage, joined(der::tag::sequence, {tlv(der::tag::oid, oid.content())})); }
std::function<Octets(Stage&)> usage(KeyUsageBit bit) { return with(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::digitalSignature, bit})); }

/// A subject of one commonName with these octets.
std::function<Octets(Stage&)> subject(std::string text) {
    return of_any_name([text](Draft& draft) { draft.ask_subject(common_name(text, draft.stage.arena)); });
}
/// A subjectAltName of these elements.
std::function<Octets(Stage&)> names(std::vector<Octets> elements) {
    return of_any_name([elements](Draft& draft) { draft.ask({raw_extension(oids::id_ce_subjectAltName, false, draft.stage.kept(joined(der::tag::sequence, elements)))}); });
}
std::function<Octets(Stage&)> dns(std::string_view text) { return names({tlv(0x82, bytes_of(text))}); }

std::function<Octets(Stage&)> key(const OidConstant& algorithm, Octets parameters, Octets bits) {
    return asked([=](Draft& draft) {
        Octets content = bits;
        content.insert(content.begin(), 0);
        draft.ask_key(draft.stage.kept(joined(der::tag::sequence, {joined(der::tag::sequence, {tlv(der::tag::oid, algorithm.content()), parameters}), tlv(der::tag::bit_string, content)})));
    });
}
Octets number(std::size_t octets, std::uint8_t last) {  // positive, of that many octets
    Octets content(octets + 1, 0xff);
    content.front() = 0;
    content.back()  = last;
    return tlv(der::tag::integer, content);
}
std::function<Octets(Stage&)> rsa(Octets modulus, Octets exponent) { return key(oids::rsaEncryption, {5, 0}, joined(der::tag::sequence, {modulus, exponent})); }
std::function<Octets(Stage&)> p256(Octets point) { return key(oids::id_ecPublicKey, tlv(der::tag::oid, oids::secp256r1.content()), point); }
Octets point(std::uint8_t form, std::size_t size) {
    Octets octets(size, 1);
    octets[0] = form;
    return octets;
}

std::function<Octets(Stage&)> valid(std::optional<std::int64_t> from, std::optional<std::int64_t> to) {
    return asked([=](Draft& draft) {
        auto& validity = wanted(draft).validity.emplace();
        if (from) validity.notBefore = time_of(*from, draft.stage.arena);
        if (to) validity.notAfter = time_of(*to, draft.stage.arena);
    });
}
std::function<Octets(Stage&)> id(std::int64_t number) {
    return asked([number](Draft& draft) { draft.request.certReq.certReqId = number; });
}
Octets two_requests(Stage& stage) {
    Draft            draft(stage);
    const CertReqMsg both[] = {draft.request, draft.request};
    PKIBody          body;
    body.emplace<"ir">() = CertReqMessages(both, 2);
    return draft.octets(body);
}
Octets extensions_in_number(Stage& stage, std::size_t count) {
    Draft draft(stage);
    auto* list = stage.arena.make<Extension>(count);
    for (std::size_t i = 0; i < count; ++i)
        list[i] = {der::Oid{stage.kept({0x2a, static_cast<std::uint8_t>(i >> 7 | 0x81), static_cast<std::uint8_t>(i & 0x7f)})}, false, der::Open::raw(stage.kept({5, 0}))};
    wanted(draft).extensions = Extensions(list, count);
    return draft.prove().octets();
}
Octets pkcs10(Stage& stage, const std::function<void(CertificationRequest&)>& bend) {
    Draft   draft(stage);
    auto    parsed = value_of(der::parse<CertificationRequest>(stage.kept(test::pkcs10_of(*stage.key, "CN=dev1")), stage.arena));
    PKIBody body;
    parsed.received = {};
    bend(parsed);
    body.emplace<"p10cr">() = parsed;
    return draft.octets(body);
}

const Octets too_deep = wrapped({5, 0}, 0x30, 10'000);

const Hostiles of_fields = {
    {"a template without anything", asked([](Draft& draft) { draft.request.certReq.certTemplate = {}; }), bad_template("subject")},
    {"a template without a subject", asked([](Draft& draft) { wanted(draft).subject.reset(); }), bad_template("subject")},
    {"a template without a key", asked([](Draft& draft) { wanted(draft).publicKey.reset(); }), bad_template("publicKey")},
    {"a certificate of version 1", version(0), bad_template("version")},
    {"a certificate of version 4", version(3), bad_template("version")},
    {"two requests in one message", two_requests, bad_request("body")},
    {"certReqId 1", id(1), bad_request("certReq.certReqId")},
    {"certReqId -1 in an ir", id(-1), bad_request("certReq.certReqId")},
    {"certReqId 2^31", id(std::int64_t{1} << 31), bad_request("certReq.certReqId")},
    {"a validity that is past", valid({}, now - 1), no_template},
    {"a validity that begins after it ends", valid(now + 7200, now + 3600), no_template},
    {"a validity that begins in the year 2050", valid(2'524'608'000, {}), no_template},
    {"a validity that ends in 1950", valid({}, -631'152'000), no_template},
    {"a p10cr of version 2", [](Stage& stage) {
         return pkcs10(stage, [](CertificationRequest& r) {
             r.certificationRequestInfo.version  = 1;
             r.certificationRequestInfo.received = {};
         });
     }, "cp badCertTemplate: bad_template at body.p10cr.certificationRequestInfo.version"},
    {"a p10cr whose signature is of something else", [](Stage& stage) {
         return pkcs10(stage, [&](CertificationRequest& r) {
             r.certificationRequestInfo.subject  = stage.name("CN=dev1,O=Other");
             r.certificationRequestInfo.received = {};
         });
     }, "cp badPOP: bad_pop at body.p10cr.signature"},
    {"a p10cr whose algorithm does not fit its key", [](Stage& stage) {
         return pkcs10(stage, [](CertificationRequest& r) { r.signatureAlgorithm = crypto::algorithm_with_null(oids::sha256WithRSAEncryption); });
     }, "cp badPOP: bad_pop at body.p10cr.signature"},
};

const Hostiles of_extensions = {
    {"CA:TRUE", with(oids::id_ce_basicConstraints, BasicConstraints{true, {}}), no_template},
    {"CA:TRUE that is written in a way that is no DER", raw(oids::id_ce_basicConstraints, {0x30, 3, 1, 1, 1}), no_template},
    {"keyCertSign", usage(KeyUsageBit::keyCertSign), no_template},
    {"cRLSign", usage(KeyUsageBit::cRLSign), no_template},
    {"a keyUsage without a bit that this key could have", with(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::keyEncipherment})), no_template},
    {"a keyUsage that is no BIT STRING", raw(oids::id_ce_keyUsage, {5, 0}), no_template},
    {"id-kp-cmcCA", purpose(oids::id_kp_cmcCA), no_template},
    {"id-kp-cmcRA", purpose(oids::id_kp_cmcRA), no_template},
    {"id-kp-cmKGA", purpose(oids::id_kp_cmKGA), no_template},
    {"anyExtendedKeyUsage", purpose(oids::anyExtendedKeyUsage), no_template},
    {"a purpose that this profile does not grant", purpose(oids::id_kp_codeSigning), no_template},
    {"nameConstraints that would let it be a CA somewhere", raw(oids::id_ce_nameConstraints, {0x30, 0}), no_template},
    {"a critical extension that nobody knows", asked([](Draft& draft) {
         draft.ask({{der::Oid{draft.stage.kept({0x2a, 3})}, true, der::Open::raw(draft.stage.kept({5, 0}))}});
     }), no_template},
    {"a critical extension that nobody knows, ten thousand elements deep", asked([](Draft& draft) {
         draft.ask({{der::Oid{draft.stage.kept({0x2a, 3})}, true, der::Open::raw(too_deep)}});
     }), no_template},
    {"an extension twice", asked([](Draft& draft) {
         const Extension harmless = extension(oids::id_ce_keyUsage, true, KeyUsage::of({KeyUsageBit::digitalSignature}), draft.stage.arena);
         draft.ask({harmless, extension(oids::id_ce_keyUsage, true, KeyUsage::of({KeyUsageBit::keyCertSign}), draft.stage.arena)});
     }), no_template},
    {"thirty-three extensions", [](Stage& stage) { return extensions_in_number(stage, 33); }, no_template},
    {"two thousand extensions", [](Stage& stage) { return extensions_in_number(stage, 2000); }, no_template},
    {"an extension with an OID of a megabyte", asked([](Draft& draft) {
         Octets oid(1 << 20, 0x81);
         oid.back() = 1;
         draft.ask({{der::Oid{draft.stage.kept(oid)}, true, der::Open::raw(draft.stage.kept({5, 0}))}});
     }), no_template},
};

const Hostiles of_names = {
    {"the name of another device", asked([](Draft& draft) { draft.ask_subject(draft.stage.name("CN=dev2")); }), no_right},
    {"its own name and that of another", asked([](Draft& draft) { draft.ask_subject(draft.stage.name("CN=dev1,CN=dev2")); }), no_right},
    {"its own name beside another in one RDN", asked([](Draft& draft) { draft.ask_subject(draft.stage.name("CN=dev1+UID=root")); }), no_right},
    {"its own name with a NUL and more behind it", asked([](Draft& draft) { draft.ask_subject(common_name(std::string_view("dev1\0.evil", 10), draft.stage.arena)); }), no_right},
    {"a letter of another alphabet that looks the same", asked([](Draft& draft) { draft.ask_subject(common_name("d\xd0\xb5v1", draft.stage.arena)); }), no_right},
    {"no name at all", of_any_name([](Draft& draft) { draft.ask_subject(Name()); }), no_template},
    {"the name of the CA", of_any_name([](Draft& draft) { draft.ask_subject(founded().issuing.certificate->subject); }), no_right},
    {"the name of the CMP signer", of_any_name([](Draft& draft) { draft.ask_subject(founded().cmp.certificate->subject); }), no_right},
    {"a subject with a NUL", subject(std::string("admin\0.plant", 12)), no_template},
    {"a subject with a line feed", subject("dev1\nroot"), no_template},
    {"a subject with the escapes of a terminal", subject("\x1b[31mdev1\x1b[0m"), no_template},
    {"a subject with an escape in one character", subject("\xc2\x9b""31mdev1"), no_template},
    {"a subject that turns the direction of its text", subject("dev1\xe2\x80\xae" "tnalp"), no_template},
    {"a subject of nine kilobytes", subject(std::string(9000, 'x')), no_template},
    {"a subject that is no text", of_any_name([](Draft& draft) {
         Name name = common_name("dev1", draft.stage.arena);
         const_cast<AttributeTypeAndValue&>(name.front().front()).value = der::Open::raw(draft.stage.kept({2, 1, 7}));
         draft.ask_subject(name);
     }), no_template},
    {"a subjectAltName of another device", asked([](Draft& draft) {
         draft.ask({raw_extension(oids::id_ce_subjectAltName, false, draft.stage.kept(joined(der::tag::sequence, {tlv(0x82, bytes_of("dev2.plant"))})))});
     }), no_right},
    {"a subjectAltName that is empty", names({}), no_template},
    {"a wildcard for a host", dns("*.plant"), no_right},
    {"a host with a wildcard in the middle", dns("dev*.plant"), no_right},
    {"a host with a NUL", dns(std::string_view("dev1\0.evil", 10)), no_template},
    {"a host with a line feed", dns("dev1\n"), no_template},
    {"a host with a space", dns("dev1 evil"), no_template},
    {"a host in UTF-8 instead of its A-labels", dns("b\xc3\xbc" "cher.plant"), no_template},
    {"an empty host", dns(""), no_template},
    {"an address of five octets", names({tlv(0x87, Octets(5, 1))}), no_template},
    {"an address with a mask", names({tlv(0x87, Octets(8, 1))}), no_template},
    {"an address of no octets", names({tlv(0x87, Octets())}), no_template},
    {"a URI with the escapes of a terminal", names({tlv(0x86, bytes_of("http://\x1b[2J"))}), no_template},
    {"an otherName", names({tlv(0xa0, joined(0xa0, {tlv(der::tag::oid, Octets{0x2a, 3}), {5, 0}}))}), no_template},
    {"an x400Address", names({{0xa3, 2, 5, 0}}), no_template},
    {"an ediPartyName", names({{0xa5, 2, 5, 0}}), no_template},
    {"a directoryName that is the NULL-DN", names({{0xa4, 2, 0x30, 0}}), no_template},
    {"a thousand hosts", names(std::vector<Octets>(1000, tlv(0x82, bytes_of("dev1.plant")))), no_template},
    {"an otherName ten thousand elements deep", names({tlv(0xa0, joined(0xa0, {tlv(der::tag::oid, Octets{0x2a, 3}), too_deep}))}), no_template},
};

const Hostiles of_keys = {
    {"an RSA key of 512 bits", rsa(number(64, 0xff), {2, 3, 1, 0, 1}), bad_key},
    {"an RSA key of 32768 bits", rsa(number(4096, 0xff), {2, 3, 1, 0, 1}), bad_key},
    {"an RSA key with an even modulus", rsa(number(256, 0xfe), {2, 3, 1, 0, 1}), bad_key},
    {"an RSA key with a negative modulus", rsa(tlv(der::tag::integer, Octets(256, 0x8f)), {2, 3, 1, 0, 1}), bad_key},
    {"an RSA key with the exponent 1", rsa(number(256, 0xff), {2, 1, 1}), bad_key},
    {"an RSA key with an even exponent", rsa(number(256, 0xff), {2, 1, 4}), bad_key},
    {"an RSA key with an exponent of 2048 bits", rsa(number(256, 0xff), number(256, 0xff)), bad_key},
    {"an RSA key with parameters", key(oids::rsaEncryption, {2, 1, 1}, joined(der::tag::sequence, {number(256, 0xff), {2, 3, 1, 0, 1}})), bad_key},
    {"a key of P-256 that is the point at infinity", p256({0}), bad_key},
    {"a key of P-256 that is not on the curve", p256(point(4, 65)), bad_key},
    {"a key of P-256 in the hybrid form", p256(point(6, 65)), bad_key},
    {"a key of P-256 with an octet too many", p256(point(4, 66)), bad_key},
    {"a key without octets, made by the CA", p256({}), bad_key},
    {"a key of a curve whose parameters it brings", key(oids::id_ecPublicKey, joined(der::tag::sequence, {{2, 1, 1}}), point(4, 65)), bad_key},
    {"a key of no curve", key(oids::id_ecPublicKey, {5, 0}, point(4, 65)), bad_key},
    {"a key of a curve that nobody knows", key(oids::id_ecPublicKey, tlv(der::tag::oid, Octets{0x2a, 3}), point(4, 65)), bad_key},
    {"a key of Ed25519 with an octet too few", key(oids::id_Ed25519, {}, Octets(31, 1)), bad_key},
    {"a key that is an OID and nothing else", key(oids::id_data, {}, {}), bad_key},
    {"a key of a kind that the profile does not allow", [](Stage& stage) {
         const auto before = std::exchange(stage.key, value_of(crypto::generate_key("ed448")));
         const auto after  = Draft(stage).octets();
         stage.key         = before;
         return after;
     }, no_template},
};

}  // namespace

Hostiles hostile_templates() {
    Hostiles rows;
    for (const Hostiles* part : {&of_fields, &of_extensions, &of_names, &of_keys}) rows.insert(rows.end(), part->begin(), part->end());
    return rows;
}

}  // namespace cmpkit::responder

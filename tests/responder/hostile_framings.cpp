// Octets that are not DER, or DER that is not a PKIMessage.
#include "../forge/pkcs10.hpp"
#include "der/parse.hpp"
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

using Bend = std::function<void(std::vector<Octets>&)>;

std::string not_der(const std::string& why) { return "error badDataFormat: " + why; }

std::function<Octets(Stage&)> octets(Octets octets) {
    return [octets](Stage&) { return octets; };
}
std::function<Octets(Stage&)> text(std::string_view text) { return octets(copy_of(bytes_of(text))); }
std::function<Octets(Stage&)> header(Bend bend) {
    return [bend](Stage& stage) { return with_header_elements(stage, bend); };
}
std::function<Octets(Stage&)> message(Bend bend) {
    return [bend](Stage& stage) { return with_elements(stage, bend); };
}
std::function<Octets(Stage&)> whole(std::function<void(Octets&)> bend) {
    return [bend](Stage& stage) {
        Octets octets = Draft(stage).octets();
        bend(octets);
        return octets;
    };
}
/// A header whose pvno is written like that.
std::function<Octets(Stage&)> pvno(Octets content, std::uint8_t tag = der::tag::integer) {
    return header([=](auto& elements) { elements[0] = tlv(tag, content); });
}
/// A header that goes on with generalInfo of that content.
std::function<Octets(Stage&)> info(std::function<Octets()> items) {
    return header([=](auto& elements) { elements.push_back(tlv(0xa8, tlv(der::tag::sequence, items()))); });
}
Octets item(Octets value) { return joined(der::tag::sequence, {tlv(der::tag::oid, Octets{0x2a, 3}), std::move(value)}); }
Octets nested(int times) {  // each level is a complete PKIMessage of three elements around the next
    const Octets nobody = {0xa4, 2, 0x30, 0}, header = joined(der::tag::sequence, {{2, 1, 2}, nobody, nobody});
    Octets       inner  = joined(der::tag::sequence, {header, {0xb3, 2, 5, 0}});
    while (times-- > 0) inner = joined(der::tag::sequence, {header, wrapped(tlv(der::tag::sequence, inner), 0xb4, 1)});
    return inner;
}

void add_cut_headers(Hostiles& rows) {
    constexpr std::string_view names[] = {"pvno", "sender", "recipient", "messageTime", "protectionAlg", "senderKID", "transactionID", "senderNonce"};
    const auto first_possible = [](std::string_view name) { return std::string(name == "transactionID" ? "recipKID" : name); };
    for (std::size_t i = 0; i < std::size(names); ++i) {
        const auto cut = [i](auto& elements) {
            elements.resize(i + 1);
            elements[i].pop_back();
        };
        rows.push_back({"the header ends inside " + std::string(names[i]), header(cut), not_der("truncated at header." + first_possible(names[i]))});
    }
}

void add_cut_messages(Hostiles& rows) {
    constexpr std::string_view names[] = {"header", "body", "protection", "extraCerts"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
        const auto cut = [i](auto& elements) {
            elements.resize(i + 1);
            elements[i].pop_back();
        };
        rows.push_back({"the message ends inside " + std::string(names[i]), message(cut), not_der("truncated at " + std::string(names[i]))});
    }
}

const Hostiles others = {
    {"nothing at all", octets({}), not_der("truncated")},
    {"one octet", octets({0x30}), not_der("truncated")},
    {"a request line of HTTP", text("GET / HTTP/1.1\r\nHost: plant\r\n\r\n"), not_der("truncated")},
    {"PEM instead of DER", text("-----BEGIN CERTIFICATE-----\n"), not_der("truncated")},
    {"zeros", octets(Octets(64)), not_der("bad_tag")},
    {"ones", octets(Octets(64, 0xff)), not_der("bad_tag")},
    {"a certificate", [](Stage& stage) { return copy_of(stage.device.certificate().der()); }, not_der("unexpected at header.pvno")},
    {"a bare PKCS#10 request", [](Stage& stage) { return test::pkcs10_of(*stage.key, "CN=dev1"); }, not_der("unexpected at header.sender")},
    {"the last octet is missing", whole([](Octets& octets) { octets.pop_back(); }), not_der("truncated")},
    {"one octet too many", whole([](Octets& octets) { octets.push_back(0); }), not_der("unexpected")},
    {"two messages, one behind the other", whole([](Octets& octets) { octets.insert(octets.end(), octets.begin(), octets.end()); }), not_der("unexpected")},
    {"an element too many in the header", header([](auto& elements) { elements.push_back({5, 0}); }), not_der("unexpected at header")},
    {"an element too many in the message", message([](auto& elements) { elements.push_back({5, 0}); }), not_der("unexpected")},
    {"an element too many in the body", message([](auto& elements) { elements[1] = joined(0xa0, {elements_of(elements[1])[0], {5, 0}}); }), not_der("unexpected at body.ir")},
    {"header and body change places", message([](auto& elements) { std::swap(elements[0], elements[1]); }), not_der("unexpected at header")},
    {"fields of the header in another order", header([](auto& elements) { std::swap(elements[6], elements[7]); }), not_der("unexpected at header")},
    {"a field of the header twice", header([](auto& elements) { elements.push_back(elements[7]); }), not_der("unexpected at header")},
    {"a body of a number that there is not", message([](auto& elements) { elements[1][0] = 0xbb; }), not_der("unexpected at body")},
    {"an indefinite length outside", whole([](Octets& octets) { octets[1] = 0x80; }), not_der("bad_length")},
    {"an indefinite length inside", header([](auto& elements) { elements[7] = {0xa5, 0x80, 4, 0, 0, 0}; }), not_der("bad_length at header.senderNonce")},
    {"a length in more octets than it needs", header([](auto& elements) { elements[0] = {2, 0x81, 1, 2}; }), not_der("bad_length at header.pvno")},
    {"a length with a leading zero", header([](auto& elements) { elements[0] = {2, 0x82, 0, 1, 2}; }), not_der("bad_length at header.pvno")},
    {"a length of 2^31", octets({0x30, 0x84, 0x80, 0, 0, 0, 0x30, 0}), not_der("truncated")},
    {"a length of 2^32 - 1", octets({0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0}), not_der("truncated")},
    {"a length of 2^64 - 1", octets({0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x30, 0}), not_der("bad_length")},
    {"a length of 127 octets", octets(Octets(200, 0xff)), not_der("bad_tag")},
    {"a high tag number", header([](auto& elements) { elements[0] = {0x1f, 0x81, 1, 2}; }), not_der("bad_tag at header.pvno")},
    {"a primitive SEQUENCE", whole([](Octets& octets) { octets[0] = 0x10; }), not_der("unexpected")},
    {"a constructed OCTET STRING", header([](auto& elements) { elements[7] = tlv(0xa5, tlv(0x24, tlv(4, Octets(16, 7)))); }), not_der("unexpected at header.senderNonce")},
    {"an INTEGER with a zero before it", pvno({0, 2}), not_der("bad_value at header.pvno")},
    {"an INTEGER without octets", pvno({}), not_der("bad_value at header.pvno")},
    {"a pvno of 2^63", pvno({0, 0x80, 0, 0, 0, 0, 0, 0, 0}), not_der("bad_value at header.pvno")},
    {"a pvno of a megabyte", pvno(Octets(1 << 20, 0x7f)), not_der("bad_value at header.pvno")},
    {"an ENUMERATED for pvno", pvno({2}, der::tag::enumerated), not_der("unexpected at header.pvno")},
    {"a UTCTime for messageTime", header([](auto& elements) { elements[3] = tlv(0xa0, tlv(0x17, bytes_of("250601120000Z"))); }), not_der("unexpected at header.messageTime")},
    {"a messageTime of the 30th of February", header([](auto& elements) { elements[3] = tlv(0xa0, tlv(0x18, bytes_of("20250230120000Z"))); }), not_der("bad_value at header.messageTime")},
    {"a messageTime with a fraction", header([](auto& elements) { elements[3] = tlv(0xa0, tlv(0x18, bytes_of("20250601120000.5Z"))); }), not_der("bad_value at header.messageTime")},
    {"a messageTime of a time zone", header([](auto& elements) { elements[3] = tlv(0xa0, tlv(0x18, bytes_of("20250601120000+0100"))); }), not_der("bad_value at header.messageTime")},
    {"a header without its sender", header([](auto& elements) { elements.erase(elements.begin() + 1); }), not_der("unexpected at header.recipient.otherName.type_id")},
    {"a sender that is no GeneralName", header([](auto& elements) { elements[1] = {0xa9, 2, 0x30, 0}; }), not_der("unexpected at header.sender")},
    {"an empty RDN in the sender", header([](auto& elements) { elements[1] = tlv(0xa4, tlv(0x30, tlv(0x31, {}))); }), not_der("empty_list at header.sender.directoryName[0]")},
    {"freeText that is not UTF-8", header([](auto& elements) { elements.push_back(tlv(0xa7, tlv(0x30, tlv(0x0c, Octets{0xc3, 0x28})))); }), not_der("bad_value at header.freeText[0]")},
    {"an empty freeText", header([](auto& elements) { elements.push_back({0xa7, 2, 0x30, 0}); }), not_der("empty_list at header.freeText")},
    {"an OID whose last arc does not end", info([] { return tlv(0x30, tlv(6, Octets{0x2a, 0x86})); }), not_der("bad_value at header.generalInfo[0].infoType")},
    {"an OID whose arc begins with a zero", info([] { return tlv(0x30, tlv(6, Octets{0x2a, 0x80, 1})); }), not_der("bad_value at header.generalInfo[0].infoType")},
    {"a value in generalInfo that is not DER", info([] { return item({0x30, 0x80, 0, 0}); }), not_der("bad_length at header.generalInfo[0].infoValue")},
    {"a value in generalInfo that lies ten thousand elements deep", info([] { return item(wrapped({5, 0}, 0x30, 10'000)); }), not_der("bad_value at header.generalInfo[0].infoValue")},
    {"a message in a message, a thousand times", [](Stage&) { return nested(1000); },
     not_der("too_deep at body.nested[0].body.nested[0].body.nested[0].body.nested[0].body.nested[0].body.nested[0].header.sender")},
    {"no request in an ir", message([](auto& elements) { elements[1] = {0xa0, 2, 0x30, 0}; }), not_der("empty_list at body.ir")},
    {"twenty thousand empty requests", message([](auto& elements) {
         elements[1] = tlv(0xa0, joined(0x30, std::vector<Octets>(20'000, tlv(0x30, joined(0x30, {{2, 1, 0}, {0x30, 0}})))));
     }), not_der("too_large at body.ir")},
    {"a message of one octet more than the most", [](Stage&) { return Octets(der::max_size + 1, 0x30); }, not_der("too_large")},
    {"extraCerts with something that is no certificate", message([](auto& elements) { elements[3] = tlv(0xa1, joined(0x30, {{0x30, 3, 2, 1, 1}})); }), not_der("unexpected at extraCerts[0].tbsCertificate")},
    {"empty extraCerts", message([](auto& elements) { elements[3] = {0xa1, 2, 0x30, 0}; }), not_der("empty_list at extraCerts")},
    {"a protection that is no BIT STRING", message([](auto& elements) { elements[2] = tlv(0xa0, tlv(4, Octets(32, 1))); }), not_der("unexpected at protection")},
    {"a protection with nine unused bits", message([](auto& elements) { elements[2] = tlv(0xa0, tlv(3, Octets{9, 0})); }), not_der("bad_value at protection")},
};

}  // namespace

Hostiles hostile_framings() {
    Hostiles rows = others;
    add_cut_headers(rows);
    add_cut_messages(rows);
    return rows;
}

}  // namespace cmpkit::responder

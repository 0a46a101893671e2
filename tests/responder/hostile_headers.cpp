// Headers that break a rule, of messages that are well protected.
#include "hostile.hpp"
#include "messages/general.hpp"

namespace cmpkit::responder {
namespace {

using Bend = std::function<void(PKIHeader&, Stage&)>;

std::function<Octets(Stage&)> header(Bend bend) {
    return [bend](Stage& stage) {
        Draft draft(stage);
        bend(draft.header, stage);
        return draft.octets();
    };
}
std::function<Octets(Stage&)> pvno(std::int64_t version) {
    return header([version](PKIHeader& header, Stage&) { header.pvno = static_cast<Pvno>(version); });
}
std::function<Octets(Stage&)> time(std::int64_t off) {
    return header([off](PKIHeader& header, Stage& stage) { header.messageTime = der::generalized_time(stage.time + off, stage.arena); });
}
std::function<Octets(Stage&)> id(std::size_t size) {
    return header([size](PKIHeader& header, Stage& stage) { header.transactionID = der::octet_string(stage.kept(Octets(size, 5))); });
}
std::function<Octets(Stage&)> nonce(std::size_t size) {
    return header([size](PKIHeader& header, Stage& stage) { header.senderNonce = der::octet_string(stage.kept(Octets(size, 5))); });
}
/// Items of generalInfo whose values are these octets.
std::function<Octets(Stage&)> info(const OidConstant& type, std::vector<Octets> values) {
    return [type, values](Stage& stage) {
        Draft draft(stage);
        for (const Octets& value : values) draft.say({type, value.empty() ? std::nullopt : std::optional(der::Open::raw(stage.kept(value)))});
        return draft.octets();
    };
}
Octets profiles(std::initializer_list<std::string_view> names) {
    std::vector<Octets> elements;
    for (const std::string_view name : names) elements.push_back(tlv(der::tag::utf8_string, bytes_of(name)));
    return joined(der::tag::sequence, elements);
}

const std::string bad_version = "error unsupportedVersion: version_mismatch at header.pvno", bad_time = "error badTime: time_mismatch at header.messageTime",
                  bad_nonce = "error badSenderNonce: nonce_mismatch at header.senderNonce", bad_info = "error badRequest: bad_request at header.generalInfo";

const Hostiles rows = {
    {"pvno 0", pvno(0), bad_version},
    {"pvno 1, of RFC 2510", pvno(1), bad_version},
    {"pvno 4, which there is not yet", pvno(4), bad_version},
    {"pvno -1", pvno(-1), bad_version},
    {"pvno 2^63 - 1", pvno(INT64_MAX), bad_version},
    {"a freeText of fifteen megabytes", header([](PKIHeader& header, Stage& stage) {
         header.pvno     = static_cast<Pvno>(4);
         auto* line      = stage.arena.make<der::Utf8String>();
         line->content   = stage.kept(Octets(15 << 20, 'x'));
         header.freeText = PKIFreeText(line, 1);
     }), bad_version},
    {"no transactionID", header([](PKIHeader& header, Stage&) { header.transactionID.reset(); }), "error badDataFormat: missing at header.transactionID"},
    {"an empty transactionID", id(0), "error badDataFormat: missing at header.transactionID"},
    {"a transactionID of two megabytes", id(2 << 20), "error badDataFormat: bad_value at header.transactionID"},
    {"no senderNonce", header([](PKIHeader& header, Stage&) { header.senderNonce.reset(); }), bad_nonce},
    {"an empty senderNonce", nonce(0), bad_nonce},
    {"a senderNonce of fifteen octets", nonce(15), bad_nonce},
    {"a senderNonce of two megabytes", nonce(2 << 20), bad_nonce},
    {"a recipNonce in a first message", header([](PKIHeader& header, Stage&) { header.recipNonce = header.senderNonce; }), "error badRecipientNonce: nonce_mismatch at header.recipNonce"},
    {"an empty recipNonce in a first message", header([](PKIHeader& header, Stage&) { header.recipNonce = der::octet_string({}); }),
     "error badRecipientNonce: nonce_mismatch at header.recipNonce"},
    {"a messageTime five minutes and a second ago", time(-301), bad_time},
    {"a messageTime five minutes and a second ahead", time(301), bad_time},
    {"a messageTime at the end of the year 9999", header([](PKIHeader& header, Stage&) { header.messageTime->content = bytes_of("99991231235959Z"); }), bad_time},
    {"a messageTime in the year 0", header([](PKIHeader& header, Stage&) { header.messageTime->content = bytes_of("00000101000000Z"); }), bad_time},
    {"implicitConfirm that is TRUE instead of NULL", info(oids::id_it_implicitConfirm, {{1, 1, 0xff}}), bad_info},
    {"implicitConfirm that is a NULL with content", info(oids::id_it_implicitConfirm, {{5, 1, 0}}), "error badDataFormat: bad_value at header.generalInfo[0].infoValue"},
    {"implicitConfirm twice", info(oids::id_it_implicitConfirm, {{5, 0}, {5, 0}}), bad_info},
    {"a certProfile that names two", info(oids::id_it_certProfile, {profiles({"default", "default"})}), bad_info},
    {"a certProfile that names none", info(oids::id_it_certProfile, {profiles({})}), bad_info},
    {"a certProfile without a value", info(oids::id_it_certProfile, {{}}), bad_info},
    {"a certProfile that is one string and no list", info(oids::id_it_certProfile, {tlv(der::tag::utf8_string, bytes_of("default"))}), bad_info},
    {"certProfile twice", info(oids::id_it_certProfile, {profiles({"default"}), profiles({"other"})}), bad_info},
    {"a certProfile of a megabyte", info(oids::id_it_certProfile, {profiles({std::string(1 << 20, 'x')})}), "ip badCertTemplate: bad_template"},
    {"a certProfile that tries to leave its folder", info(oids::id_it_certProfile, {profiles({"../../etc/passwd"})}), "ip badCertTemplate: bad_template"},
    {"two certProfiles behind twenty thousand other items", [](Stage& stage) {
         Draft draft(stage);
         for (int i = 0; i < 20'000; ++i) draft.say({oids::id_it_origPKIMessage, {}});
         return draft.say({oids::id_it_certProfile, der::Open::raw(stage.kept(profiles({"a", "b"})))}).octets();
     }, bad_info},
};

}  // namespace

Hostiles hostile_headers() { return rows; }

}  // namespace cmpkit::responder

// What is said to peers in another form than that of the RFCs.
#include "../forge/elements.hpp"
#include "scripted_ca.hpp"
#include "service/peer.hpp"

#include <set>

using namespace cmpkit;
using namespace cmpkit::operations;
using namespace cmpkit::test;

namespace {

using Message = der::Parsed<PKIMessage>;

/// One operation with a peer, and what was sent.
struct Talk {
    Play                 play;
    Peer                 peer;
    std::vector<Message> sent{};
    std::string          profile{};  // of the path

    Action run(Order order, const Credentials& who) {
        PeerTrust trust = play.trust();
        trust.peer      = peer;
        play.between    = [this](EndEntity&, Action next) {
            if (const auto* send = std::get_if<Send>(&next)) profile = send->profile;
            return next;
        };
        EndEntity operation(std::move(order), who, trust);
        Action    end = play.run(operation);
        for (const Octets& message : play.ca.heard) sent.push_back(value_of(der::parse<PKIMessage>(copy_of(message))));
        return end;
    }
    Action enroll(Enrollment wanted = Play::enrollment()) { return run({std::move(wanted), {}}, play.by_secret()); }
};

const CertTemplate& template_in(const Message& message) { return message->body.get<"ir">()->front().certReq.certTemplate; }

// A form is that of the peer or the usual one; each row looks at what was sent and says whether it is the former.
struct Form {
    const char*                                key;
    std::function<void(Peer&)>                 set;
    std::function<bool(Talk&)>                 is_so;
};

bool has_no_message_time(Talk& talk) {
    (void)talk.enroll();
    return std::ranges::none_of(talk.sent, [](const Message& message) { return message->header.messageTime.has_value(); });
}
bool has_template_version(Talk& talk) {
    (void)talk.enroll();
    return template_in(talk.sent[0]).version == CertificateVersion::v3;
}
bool names_profile_in_path_alone(Talk& talk) {
    Enrollment wanted = Play::enrollment();
    wanted.profile    = "device";
    (void)talk.enroll(wanted);
    Inquiry template_of_device = ask_request_template("device");
    Talk    other{{}, talk.peer};
    (void)other.run({template_of_device, {}}, other.play.by_secret());
    CHECK((talk.profile == "device" && other.profile == "device"));
    CHECK(talk.sent[0]->header.generalInfo.has_value() == other.sent[0]->header.generalInfo.has_value());
    return !talk.sent[0]->header.generalInfo;
}
bool confirms_without_hash_alg(Talk& talk) {
    talk.play.ca.certify = [&talk](const CertTemplate& wanted) {  // whose algorithm fixes no hash
        const auto certificate = talk.play.ca.issuing.certify({.subject = "CN=dev-0001"}, value_of(crypto::PublicKey::from(*wanted.publicKey)));
        auto       elements    = elements_of(certificate.der());
        elements[1]            = tlv(der::tag::sequence, tlv(der::tag::oid, Octets{0x2a, 3}));
        return value_of(crypto::Cert::parse(joined(der::tag::sequence, elements)));
    };
    PeerTrust trust       = talk.play.trust();
    trust.new_certificate = nullptr;
    trust.peer            = talk.peer;
    EndEntity operation({Play::enrollment(), {}}, talk.play.by_secret(), trust);
    (void)talk.play.run(operation);
    const auto confirmation = value_of(der::parse<PKIMessage>(copy_of(talk.play.ca.heard.at(1))));
    const bool has_hash_alg = confirmation->body.get<"certConf">()->front().hashAlg.has_value();
    CHECK(has_hash_alg == (confirmation->header.pvno == Pvno::cmp2021));
    return !has_hash_alg;
}
bool refuses_other_macs(Talk& talk) {
    Credentials who  = talk.play.by_secret();
    who.mac          = protection::MacKind::pbmac1;
    const Action end = talk.run({Play::enrollment(), {}}, who);
    if (!std::holds_alternative<Failed>(end)) return false;
    CHECK(std::get<Failed>(end).error.code == Code::unsupported);
    return talk.sent.empty();
}
bool asks_by_root_update(Talk& talk) {
    (void)talk.run({ask_root_update(talk.play.ca.root), {}}, talk.play.by_secret());
    const InfoTypeAndValue& item = talk.sent[0]->body.get<"genm">()->front();
    CHECK(item.infoValue.has_value() == (item.infoType == oids::id_it_rootCaCert));
    return item.infoType == oids::id_it_rootCaKeyUpdate;
}
bool cuts_iterations(Talk& talk) {
    Credentials who = talk.play.by_secret();
    who.iterations  = 1000;
    (void)talk.run({Play::enrollment(), {}}, who);
    return talk.sent[0]->header.protectionAlg->parameters->get<PBMParameter>()->iterationCount == 500;
}

const Form forms[] = {
    {"message_time", [](Peer& peer) { peer.message_time = false; }, &has_no_message_time},
    {"template_version", [](Peer& peer) { peer.template_version = true; }, &has_template_version},
    {"cert_profile_in_header", [](Peer& peer) { peer.cert_profile_in_header = false; }, &names_profile_in_path_alone},
    {"pvno_2_only", [](Peer& peer) { peer.pvno_2_only = true; }, &confirms_without_hash_alg},
    {"pbm_only", [](Peer& peer) { peer.pbm_only = true; }, &refuses_other_macs},
    {"root_update_by_its_own_type", [](Peer& peer) { peer.root_update_by_its_own_type = true; }, &asks_by_root_update},
    {"most_iterations", [](Peer& peer) { peer.most_iterations_sent = 500; }, &cuts_iterations},
};

}  // namespace

TEST_CASE("a peer is spoken to in its own form, and in the RFC's where it has none", "[operations]") {
    for (const Form& form : forms) {
        INFO(form.key);
        Talk usual, own;
        form.set(own.peer);
        CHECK_FALSE(form.is_so(usual));
        CHECK(form.is_so(own));
    }
}

TEST_CASE("no form that a data file may name goes without a test", "[operations]") {
    std::set<std::string> tested, known;
    for (const Form& form : forms) tested.insert(form.key);
    for (const PeerFlag& flag : peer_flags)
        if (std::string_view(flag.table) == "sends") known.insert(flag.key);
    for (const PeerNumber& number : peer_numbers)
        if (std::string_view(number.table) == "sends") known.insert(number.key);
    CHECK(tested == known);
}

TEST_CASE("the draft's profile has each of the draft's forms", "[operations]") {
    const service::PeerProfile profile = value_of(service::peer_named("lcmpp-04"));
    for (const char* key : {"cert_profile_in_header", "pvno_2_only", "pbm_only", "root_update_by_its_own_type"}) {
        INFO(key);
        const auto form = std::ranges::find_if(forms, [&](const Form& each) { return std::string_view(each.key) == key; });
        Talk       talk{{}, profile.peer};
        CHECK(form->is_so(talk));
    }
    CHECK(transport::options_for(profile.transport, "http://127.0.0.1") == transport::Options{{"paths", "draft"}});
}

TEST_CASE("the recipient of a later message is who answered the one before, also after a rest", "[operations]") {
    Play       play;
    const auto who   = Play::by_certificate(play.ca.issuing.issue({.subject = "CN=dev-0001"}));
    const auto order = Order{Play::enrollment(), der::encode(play.ca.issuing.certificate()->subject)};
    const auto key   = std::get<Enrollment>(order.what).key;
    for (const bool rests : {false, true}) {
        play.ca.heard.clear();
        play.between = [&](EndEntity& operation, Action next) {
            if (!rests || std::holds_alternative<Done>(next)) return next;
            operation = value_of(EndEntity::restore(value_of(operation.save()), who, play.trust(), key));
            return operation.resume(now, play.random);
        };
        EndEntity operation(order, who, play.trust());
        REQUIRE(std::holds_alternative<Done>(play.run(operation)));
        const auto recipient = [&](std::size_t index) { return to_text(*value_of(der::parse<PKIMessage>(copy_of(play.ca.heard.at(index))))->header.recipient.get<"directoryName">()); };
        CHECK(recipient(0) == "CN=Issuing");
        CHECK(recipient(1) == "CN=CMP");
    }
}

TEST_CASE("a peer that repeats the first nonce is understood after a rest too", "[operations]") {
    Play play;
    const auto who   = play.by_secret();
    const auto order = Order{Play::enrollment(), {}};
    PeerTrust  trust = play.trust();
    trust.peer.recip_nonce_of_request = true;
    play.ca.bend_header = [&, first = Octets()](PKIHeader& header) mutable {
        if (first.empty()) first = copy_of(header.recipNonce->content);
        header.recipNonce = der::octet_string(first);
    };
    play.between = [&](EndEntity& operation, Action next) {
        if (std::holds_alternative<Done>(next)) return next;
        operation = value_of(EndEntity::restore(value_of(operation.save()), who, trust, std::get<Enrollment>(order.what).key));
        return operation.resume(now, play.random);
    };
    EndEntity operation(order, who, trust);
    CHECK(std::holds_alternative<Done>(play.run(operation)));
}

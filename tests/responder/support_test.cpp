#include "ca/rollover.hpp"
#include "crypto/key_algorithm.hpp"
#include "operations/request_template.hpp"
#include "world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

Credentials many(const World& world) { return world.by_secret("many", "shared"); }

Octets information(World& world, const Inquiry& inquiry, Credentials who) {
    const Action end = world.run(inquiry, std::move(who));
    if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
    return std::get<Done>(end).information;
}
Octets information(World& world, const Inquiry& inquiry) { return information(world, inquiry, many(world)); }

Inquiry asking(const OidConstant& type, Bytes value = {}) { return value_of(ask(type.content(), value)); }

/// The genp of one genm, with the types of its items.
std::vector<std::string> types_in(const Octets& items) {
    der::Arena               arena;
    std::vector<std::string> types;
    for (const InfoTypeAndValue& item : value_of(der::parse<GenMsgContent>(items, arena))) types.push_back(der::dotted(item.infoType.content));
    return types;
}

constexpr std::int64_t ten_years = 10LL * 365 * 86400;

std::shared_ptr<crypto::PrivateKey> fresh_key() { return value_of(crypto::generate_key("ec:P-256")); }

ca::Rollover rolled_over(World& world, const crypto::Signer& old_key, const crypto::Signer& new_key) {
    return value_of(world.authority->roll_over(old_key, new_key, ten_years, now));
}
ca::Rollover rolled_over(World& world) { return rolled_over(world, *founded().root.key, *fresh_key()); }

crypto::Cert root_of(const Octets& items) { return value_of(root_update(items))->new_with_new; }

}  // namespace

TEST_CASE("the CA certificates are told without the root", "[responder]") {
    World world;
    const auto told = value_of(ca_certificates(information(world, ask_ca_certificates())));
    REQUIRE(told.size() == 1);
    CHECK(told.front() == founded().issuing.certificate);
}

TEST_CASE("a genp is protected as its genm was, has one item and brings its signer", "[responder]") {
    World       world;
    const Forge stranger = world.maker.issue({.subject = "CN=device"});
    for (const bool by_mac : {true, false}) {
        const auto request = world.first_message(ask_ca_certificates(), by_mac ? many(world) : world.by_maker(stranger));
        const auto asked   = value_of(der::parse<PKIMessage>(copy_of(request)));
        const auto reply   = value_of(der::parse<PKIMessage>(world.answer(request)));
        REQUIRE(asked->body.get<"genm">());
        CHECK(asked->body.get<"genm">()->size() == 1);
        CHECK_FALSE(asked->body.get<"genm">()->front().infoValue);
        CHECK(asked->protection);
        CHECK(asked->extraCerts.has_value() != by_mac);
        REQUIRE(reply->body.get<"genp">());
        CHECK(reply->body.get<"genp">()->size() == 1);
        CHECK(protection::is_mac(*reply->header.protectionAlg) == by_mac);
        CHECK(reply->extraCerts.has_value() != by_mac);
    }
}

TEST_CASE("there is no value where there is nothing to tell", "[responder]") {
    World world;
    CHECK_FALSE(value_of(root_update(information(world, ask_root_update(founded().root.certificate)))));
    CHECK_FALSE(value_of(root_update(information(world, ask_root_update({})))));
    CHECK(value_of(certificate_lists(information(world, ask_crl(der::encode(founded().issuing.certificate->subject), 0)))).empty());
    world.settings.profiles.front().offer_template = false;
    world.start();
    CHECK(value_of(request_template(information(world, ask_request_template({})))).empty());
}

TEST_CASE("a CA that is its own root has no CA certificates to tell", "[responder]") {
    World       world;
    const Forge alone = Forge::self_signed({.subject = "CN=Alone", .is_ca = true, .usage = KeyUsage::of({KeyUsageBit::keyCertSign, KeyUsageBit::cRLSign, KeyUsageBit::digitalSignature})});
    world.settings.issuing_certificate = world.settings.cmp_certificate = alone.certificate();
    world.settings.issuing_key = world.settings.cmp_key = alone.signer();
    world.settings.chain                                = {};
    world.start();
    CHECK(value_of(ca_certificates(information(world, ask_ca_certificates()))).empty());
}

TEST_CASE("a CRL is told to those who hold an older one or none", "[responder]") {
    World world;
    world.settings.profiles.front().crl_distribution_points = {"http://pki.plant/ca.crl"};
    world.start();
    const auto   crl  = value_of(world.authority->issue_crl(now));
    const Octets name = der::encode(founded().issuing.certificate->subject);
    for (const std::int64_t held : {std::int64_t{0}, now - 1}) CHECK(value_of(certificate_lists(information(world, ask_crl(name, held)))) == std::vector<Octets>{crl.der});
    CHECK(value_of(certificate_lists(information(world, ask_crl(name, now)))).empty());
    CHECK(value_of(certificate_lists(information(world, ask_crl_at("http://pki.plant/ca.crl", 0)))) == std::vector<Octets>{crl.der});
    CHECK(value_of(certificate_lists(information(world, ask_crl_at("http://elsewhere/ca.crl", 0)))).empty());
    CHECK(value_of(certificate_lists(information(world, ask_crl(der::encode(founded().root.certificate->subject), 0)))).empty());
    CHECK(value_of(certificate_lists(information(world, asking(oids::id_it_currentCRL)))) == std::vector<Octets>{crl.der});
}

TEST_CASE("a genm for CRLs has one CRLStatus, with the issuer or the distribution point and what is held", "[responder]") {
    const auto status = [](const Inquiry& inquiry, const auto& check) {
        der::Arena arena;
        const auto  item = value_of(der::parse<InfoTypeAndValue>(inquiry.item, arena));
        const auto* list = item.infoValue->get<CRLStatusList>();
        REQUIRE(list);
        REQUIRE(list->size() == 1);
        check(list->front());
    };
    status(ask_crl(der::encode(founded().root.certificate->subject), now), [](const CRLStatus& one) {
        CHECK(one.source.is<"issuer">());
        CHECK(unix_seconds(*one.thisUpdate) == now);
    });
    status(ask_crl_at("http://pki.plant/ca.crl", 0), [](const CRLStatus& one) {
        CHECK(one.source.is<"dpn">());
        CHECK_FALSE(one.thisUpdate);
    });
}

TEST_CASE("an inquiry that rests between its steps ends as one that never did", "[responder]") {
    World       world;
    const auto  who    = many(world);
    const auto  random = system_random();
    EndEntity   operation({ask_ca_certificates(), {}}, who, world.trust());
    const auto  rested = [&](const EndEntity& one) { return value_of(EndEntity::restore(value_of(one.save()), who, world.trust(), nullptr)); };
    const auto  sent   = std::get<Send>(operation.step(Begin{}, now, random));
    operation          = rested(operation);
    CHECK(std::get<Send>(operation.resume(now, random)).message == sent.message);
    const Octets told = std::get<Done>(operation.step(Received{world.answer(sent.message)}, now, random)).information;
    operation         = rested(operation);
    CHECK(std::get<Done>(operation.resume(now, random)).information == told);
    CHECK_FALSE(EndEntity::restore(value_of(operation.save()), who, world.trust(), fresh_key()));  // no key is to be certified
}

TEST_CASE("a new root is told to whoever holds the old one, with a way of trust to it", "[responder]") {
    World      world;
    const auto rolled = rolled_over(world);
    for (const auto& held : {founded().root.certificate, crypto::Cert()}) {
        const auto update = value_of(root_update(information(world, ask_root_update(held))));
        REQUIRE(update);
        CHECK(update->new_with_new == rolled.new_with_new);
        CHECK(crypto::is_issued_by(update->new_with_old, founded().root.certificate));
        CHECK(crypto::is_issued_by(update->old_with_new, update->new_with_new));
        CHECK(equal(update->old_with_new->subjectPublicKeyInfo.received, founded().root.certificate->subjectPublicKeyInfo.received));
    }
    CHECK_FALSE(value_of(root_update(information(world, ask_root_update(rolled.new_with_new)))));
    const Octets as_the_draft = information(world, asking(oids::id_it_rootCaKeyUpdate));
    CHECK(root_of(as_the_draft) == rolled.new_with_new);
}

TEST_CASE("a device that slept through two rollovers follows them one by one", "[responder]") {
    World      world;
    const auto key   = fresh_key();
    const auto first = rolled_over(world, *founded().root.key, *key);
    CHECK(root_of(information(world, ask_root_update(founded().root.certificate))) == first.new_with_new);
    const auto second = rolled_over(world, *key, *fresh_key());
    CHECK(second.old_root == first.new_with_new);
    CHECK(root_of(information(world, ask_root_update(founded().root.certificate))) == first.new_with_new);
    PeerTrust  peers  = world.trust();
    peers.anchors     = value_of(crypto::Verifier::make({.anchors = {first.new_with_new}, .intermediates = {}, .crls = {}}));
    EndEntity  operation({ask_root_update({}), {}}, many(world), peers);  // its path tells the root
    const Action end = world.run(operation);
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(root_of(std::get<Done>(end).information) == second.new_with_new);
}

TEST_CASE("a rollover needs the key of the newest root and another for the next", "[responder]") {
    World      world;
    const auto& root = *founded().root.key;
    CHECK(world.authority->roll_over(*founded().issuing.key, *fresh_key(), ten_years, now).error().code == Code::bad_key);
    CHECK(world.authority->roll_over(root, root, ten_years, now).error().code == Code::bad_key);
    CHECK(world.authority->roll_over(root, *fresh_key(), 0, now).error().code == Code::bad_argument);
    rolled_over(world);
    CHECK(world.authority->roll_over(root, *fresh_key(), ten_years, now).error().code == Code::bad_key);
}

TEST_CASE("after a rollover those with the old root and those with the new one both trust what is issued", "[responder]") {
    World      world;
    const auto rolled = rolled_over(world);
    world.start();
    for (const auto& root : {founded().root.certificate, rolled.new_with_new}) {
        PeerTrust peers;
        peers.anchors = peers.new_certificate = value_of(crypto::Verifier::make({.anchors = {root}, .intermediates = {}, .crls = {}}));
        const Forge from_maker = world.maker.issue({.subject = "CN=dev-" + std::string(root == rolled.new_with_new ? "new" : "old")});
        EndEntity   operation({World::wanted(BodyType::ir, to_text(from_maker.certificate()->subject)), {}}, world.by_maker(from_maker), peers);
        const Action end = world.run(operation);
        if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
        CHECK(std::get<Done>(end).chain.back() == root);
    }
}

TEST_CASE("a root without a way of trust is not offered", "[responder]") {
    World      world;
    const auto rolled = rolled_over(world);
    const auto check  = [&](RootUpdate update, const char* why) {
        const auto way = anchor_behind(update, std::vector{founded().root.certificate}, now);
        INFO(why);
        REQUIRE_FALSE(way);
        CHECK((way.error().code == Code::signer_not_trusted || way.error().code == Code::certificate_expired));
        CHECK(way.error().path.text().starts_with("body.genp[0].infoValue"));
    };
    const RootUpdate good{rolled.new_with_new, rolled.new_with_old, rolled.old_with_new};
    CHECK(value_of(anchor_behind(good, std::vector{founded().root.certificate}, now)) == founded().root.certificate);
    check({good.new_with_new, {}, good.old_with_new}, "newWithOld is missing");
    check({good.new_with_new, good.new_with_new, {}}, "newWithOld is not signed by the old root");
    check({founded().root.certificate, good.new_with_old, {}}, "newWithOld is for another key");
    check({founded().issuing.certificate, good.new_with_old, {}}, "newWithNew does not sign itself");
    const auto late = anchor_behind(good, std::vector{founded().root.certificate}, good.new_with_new.not_after() + 1);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::certificate_expired);

    const Forge  stranger = Forge::root("CN=Stranger");
    PeerTrust    peers    = world.trust();
    peers.anchors         = value_of(crypto::Verifier::make({.anchors = {stranger.certificate()}, .intermediates = {}, .crls = {}}));
    EndEntity    operation({ask_root_update({}), {}}, many(world), peers);
    const Action end = world.run(operation);
    REQUIRE(std::holds_alternative<Failed>(end));
    CHECK(std::get<Failed>(end).error.code == Code::signer_not_trusted);
}

TEST_CASE("the template of a profile gives what it fixes and leaves open what a request says", "[responder]") {
    World world;
    ca::Profile& profile    = world.settings.profiles.front();
    profile.keys            = {"ec:P-256", "rsa:2048-3072", "ed25519"};
    profile.secret_subjects = {"O=Plant,CN={reference},OU=*"};
    profile.secret_sans     = {"dns:{reference}", "dns:{reference}.*", "ip:*"};
    world.start();
    const Octets told    = value_of(request_template(information(world, ask_request_template({}), world.by_secret("dev1", "first secret"))));
    const auto   content = value_of(der::parse<CertReqTemplateContent>(copy_of(told)));
    const auto&  wanted  = content->certTemplate;
    CHECK(same_name(*wanted.issuer, founded().issuing.certificate->subject));
    CHECK(to_text(*wanted.subject) == "O=Plant,CN=dev1,OU=");
    CHECK_FALSE((wanted.serialNumber || wanted.signingAlg || wanted.publicKey || wanted.issuerUID || wanted.subjectUID));
    const auto* names = extension_value<GeneralNames>(wanted.extensions, oids::id_ce_subjectAltName);
    REQUIRE(names);
    REQUIRE(names->size() == 3);
    CHECK(to_text((*names)[0]) == "dns:dev1");
    CHECK((*names)[1].get<"dNSName">()->content.empty());
    CHECK((*names)[2].get<"iPAddress">()->content.empty());
    CHECK(value_of(key_kinds(told)) == std::vector<std::string>{"ec:P-256", "rsa:2048", "rsa:3072", "ed25519"});
}

TEST_CASE("a request by the template is granted as it is", "[responder]") {
    World world;
    world.settings.profiles.front().secret_sans = {"dns:{reference}.*"};
    world.start();
    const auto   who     = world.by_secret("dev1", "first secret");
    const Octets content = value_of(request_template(information(world, ask_request_template({}), who)));
    const auto   filled  = value_of(fill(content, {}));
    Enrollment   wanted  = World::wanted(BodyType::ir, "");
    wanted.subject       = filled.subject;
    wanted.extensions    = filled.extensions;
    const Action end     = world.run(wanted, who);
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK_FALSE(std::get<Done>(end).with_mods);
    CHECK(to_text(std::get<Done>(end).certificate->subject) == "CN=dev1");
}

TEST_CASE("a profile that is not there, or not for the requester, has no template", "[responder]") {
    World world;
    const Error refused = world.failure(ask_request_template("no such"), many(world));
    CHECK(refused.code == Code::rejected);
    CHECK(refused.fail_info == FailInfo::badRequest);
    world.settings.profiles.front().requesters = {RequesterKind::own};
    world.start();
    CHECK(world.failure(ask_request_template({}), many(world)).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("an empty genm is answered with all that everybody is told", "[responder]") {
    World world;
    world.settings.support.preferred_cipher       = "id-aes256-CBC";
    world.settings.support.encryption_certificate = world.maker.certificate();
    world.start();
    value_of(world.authority->issue_crl(now));
    rolled_over(world);
    const auto types = types_in(information(world, Inquiry{}));
    CHECK(types == std::vector<std::string>{"1.3.6.1.5.5.7.4.1", "1.3.6.1.5.5.7.4.2", "1.3.6.1.5.5.7.4.3", "1.3.6.1.5.5.7.4.4", "1.3.6.1.5.5.7.4.5", "1.3.6.1.5.5.7.4.6"});
}

TEST_CASE("kinds of keys, languages and parameters are told from the configuration", "[responder]") {
    World world;
    world.settings.profiles.front().keys = {"ec:P-256", "ec:P-384", "rsa:2048-4096", "ed25519"};
    world.settings.support.languages     = {"en", "de"};
    world.start();
    const auto count = [&](const OidConstant& type) {
        der::Arena arena;
        return value_of(der::parse<AlgorithmList>(arena.keep(value_of(value_of_type(information(world, asking(type)), type.content()))), arena)).size();
    };
    CHECK(count(oids::id_it_signKeyPairTypes) == 4);
    CHECK(count(oids::id_it_encKeyPairTypes) == 3);
    const der::Utf8String tags[] = {der::utf8_string("fr"), der::utf8_string("de")};
    const Octets          list   = der::encode(LanguageTags(tags, 2));
    CHECK(value_of(value_of_type(information(world, asking(oids::id_it_suppLangTags, list)), oids::id_it_suppLangTags.content())) == der::encode(LanguageTags(tags + 1, 1)));
    CHECK(world.failure(asking(oids::id_it_suppLangTags, der::encode(LanguageTags(tags, 1))), many(world)).fail_info == FailInfo::badRequest);
    const Octets curve = value_of(value_of_type(information(world, asking(oids::id_it_keyPairParamReq, der::encode(der::Oid(oids::id_ecPublicKey)))), oids::id_it_keyPairParamRep.content()));
    CHECK(curve == der::encode(*crypto::key_algorithm("ec:P-256")));
    CHECK(value_of(value_of_type(information(world, asking(oids::id_it_keyPairParamReq, der::encode(der::Oid(oids::id_X448)))), oids::id_it_keyPairParamRep.content())).empty());
}

TEST_CASE("infoTypes of the site and of the application are answered", "[responder]") {
    constexpr std::uint8_t site[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 1}, own[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 2}, value[] = {4, 2, 'h', 'i'};
    World world;
    world.settings.support.items      = {{copy_of(site), copy_of(value)}};
    world.settings.support.informants = std::make_shared<ca::Informants>();
    world.settings.support.informants->set(own, [](const Requester& who, Bytes asked) -> Result<ca::Informants::Told> {
        if (who.reference != "many") return Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized};
        return ca::Informants::Told(copy_of(asked));
    });
    world.start();
    CHECK(value_of(value_of_type(information(world, value_of(ask(site, {}))), site)) == copy_of(value));
    CHECK(value_of(value_of_type(information(world, value_of(ask(own, value))), own)) == copy_of(value));
    CHECK(world.failure(value_of(ask(own, value)), world.by_secret("dev1", "first secret")).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("what is not known is refused, or named beside what is", "[responder]") {
    World world;
    const Error refused = world.failure(asking(oids::id_it_revPassphrase), many(world));
    CHECK(refused.fail_info == FailInfo::badRequest);

    der::Arena             arena;
    const InfoTypeAndValue items[] = {{oids::id_it_caCerts, {}}, {oids::id_it_KemCiphertextInfo, {}}};
    PKIBody                body;
    body.emplace<"genm">() = GenMsgContent(items, 2);
    const Octets           id(16, 7), nonce(16, 8);
    const HeaderFields     fields{.transaction_id = id, .sender_nonce = nonce, .recip_nonce = {}, .now = now, .general_info = {}};
    const auto key       = value_of(protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, Octets(16, 1), 100, arena), bytes_of("shared"), {}));
    const auto protector = protection::Protector::by_mac(key, "many");
    const auto sealed    = value_of(protection::seal(header_of(fields, arena), body, &protector, {}));
    const auto reply     = value_of(der::parse<PKIMessage>(world.answer(sealed)));
    REQUIRE(reply->body.get<"genp">());
    CHECK(types_in(der::encode(*reply->body.get<"genp">())) == std::vector<std::string>{"1.3.6.1.5.5.7.4.17", "1.3.6.1.5.5.7.4.7"});
}

TEST_CASE("a genm that breaks its rules is refused", "[responder]") {
    World        world;
    const Octets null{5, 0}, junk{4, 1, 0};
    CHECK(world.failure(asking(oids::id_it_caCerts, junk), many(world)).fail_info == FailInfo::badRequest);
    CHECK(world.failure(asking(oids::id_it_certReqTemplate, junk), many(world)).fail_info == FailInfo::badRequest);
    CHECK(world.failure(asking(oids::id_it_crlStatusList), many(world)).fail_info == FailInfo::badRequest);
    CHECK_NOTHROW(information(world, asking(oids::id_it_caCerts, null)));  // NULL for absent, as some peers write it
}

TEST_CASE("a repeated genm gets its answer again, another under its transactionID none", "[responder]") {
    World        world;
    const Octets first = world.first_message(ask_ca_certificates(), many(world));
    CHECK(world.answer(first) == world.answer(first));
}

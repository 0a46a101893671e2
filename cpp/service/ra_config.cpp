#include "service/ra_config.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"
#include "service/adapter_config.hpp"
#include "service/config_reader.hpp"
#include "service/files.hpp"
#include "service/inventory.hpp"
#include "service/peer.hpp"
#include "service/support_config.hpp"

namespace cmpkit::service {
namespace {

std::optional<BodyType> body_named(std::string_view word) {
    for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::kur, BodyType::rr, BodyType::genm})
        if (name_of(type) == word) return type;
    return std::nullopt;
}

std::optional<operations::RequesterKind> requester_named(std::string_view word) {
    using enum operations::RequesterKind;
    for (const auto kind : {secret, external, own, ra})
        if (operations::name_of(kind) == word) return kind;
    return std::nullopt;
}

// ---------------------------------------------------------------- rules

ra::Selection read_selection(Table& table) {
    ra::Selection about;
    for (const std::string& word : table.texts("bodies", {})) {
        if (const auto type = body_named(word)) about.bodies.push_back(*type);
        else table.fail("bodies", "\"ir\", \"cr\", \"p10cr\", \"kur\", \"rr\" or \"genm\" is expected");
    }
    for (const std::string& word : table.texts("requesters", {})) {
        if (const auto kind = requester_named(word)) about.requesters.push_back(*kind);
        else table.fail("requesters", "\"secret\", \"external\", \"own\" or \"ra\" is expected");
    }
    for (const std::string& word : table.texts("information", {})) {
        auto type = oid_from_text(word);
        if (type) about.information.push_back(std::move(*type));
        else table.fail("information", "infoTypes are expected, such as \"id-it-caCerts\"", &type.error());
    }
    about.profiles         = table.texts("profiles", {});
    about.routes           = table.texts("routes", {});
    about.with_old_cert_id = table.flag("with_old_cert_id", false);
    about.key_generation   = table.flag("key_generation", false);
    about.unverified       = table.flag("unverified", false);
    return about;
}

void read_names(Table& table, const Reader& reader, ra::Rule& rule) {
    rule.forced_subject  = table.text("forced_subject", {});
    rule.subjects        = table.texts("subjects", rule.subjects);
    rule.secret_subjects = table.texts("secret_subjects", rule.secret_subjects);
    rule.sans            = table.texts("sans", rule.sans);
    rule.secret_sans     = table.texts("secret_sans", rule.secret_sans);
    rule.inventory_key   = table.text("inventory_key", rule.inventory_key);
    if (!table.has("inventory")) {
        if (table.has("inventory_key")) table.fail("inventory_key", "there is no inventory");
        return;
    }
    auto inventory = read_inventory(below(reader.folder(), table.required_text("inventory")));
    if (inventory) rule.inventory = std::move(*inventory);
    else table.fail("inventory", "it cannot be taken", &inventory.error());
}

ra::Rule read_rule(Table& table, const Reader& reader) {
    ra::Rule rule;
    rule.name   = table.required_text("name");
    rule.reason = table.text("reason", {});
    rule.about  = read_selection(table);
    const auto action = ra::action_named(table.required_text("action"));
    if (action) rule.action = *action;
    else table.fail("action", "\"unchanged\", \"reprotect\", \"modify\", \"nest\", \"answer\" or \"refuse\" is expected");
    rule.upstream         = table.text("upstream", {});
    rule.approve_by_hand  = table.flag("approve_by_hand", false);
    rule.poll_seconds     = table.duration("poll_after", rule.poll_seconds);
    rule.keep_original    = table.flag("keep_original", false);
    rule.archive          = table.flag("archive", false);
    rule.implicit_confirm = table.flag("implicit_confirm", false);
    read_names(table, reader, rule);
    return rule;
}

// ---------------------------------------------------------------- upstreams

void read_peer_of(Table& table, const Reader& reader, UpstreamConfiguration& config) {
    const std::string name = table.text("peer", {});
    if (name.empty()) return;
    const auto from_file = [&]() -> Result<PeerProfile> {
        auto text = read_file(below(reader.folder(), name));
        return text ? read_peer(text_of(*text)) : text.error();
    };
    const auto profile = name.ends_with(".toml") ? from_file() : peer_named(name);
    if (!profile) return table.fail("peer", "it cannot be taken", &profile.error());
    config.upstream.trust.peer = profile->peer;
    config.options             = transport::options_for(profile->transport, config.url);
}

void read_answers_trust(Table& table, Reader& reader, operations::PeerTrust& trust) {
    trust.pinned = reader.certificates(table, "pinned", table.texts("pinned", {}));
    const crypto::Trust anchors = read_trust(table, reader);
    if (anchors.anchors.empty()) return;
    auto verifier = crypto::Verifier::make(anchors);
    if (verifier) trust.anchors = std::move(*verifier);
    else table.fail("trust", "it cannot be taken", &verifier.error());
}

ra::BatchLimits read_batch(Table& table) {
    ra::BatchLimits limits;
    limits.count      = static_cast<std::size_t>(table.number("count", 100, 1, 1000));
    limits.octets     = static_cast<std::size_t>(table.number("octets", 1 << 20, 1024, 1 << 24));
    limits.seconds    = table.duration("after", limits.seconds);
    limits.lost_after = table.duration("lost_after", limits.lost_after);
    if (limits.seconds < 1 || limits.lost_after < 1) table.fail("after", "a second at least is expected");
    return limits;
}

void read_times(Table& table, UpstreamConfiguration& config) {
    ra::Upstream& upstream = config.upstream;
    const std::string late = table.text("late", "wait");
    if (late != "wait" && late != "refuse") table.fail("late", "\"wait\" or \"refuse\" is expected");
    upstream.patience        = late == "wait" ? ra::Patience::wait : ra::Patience::refuse;
    upstream.answer_seconds  = table.duration("patience", upstream.answer_seconds);
    config.exchange          = std::chrono::seconds(table.duration("exchange", 30));
    upstream.retry_seconds   = table.duration("retry", 5) + config.exchange.count();
    upstream.give_up_seconds = table.duration("give_up", upstream.give_up_seconds);
    config.connections       = static_cast<unsigned>(table.number("connections", 8, 1, 256));
    if (config.exchange.count() < 1 || upstream.answer_seconds < 0 || upstream.give_up_seconds < 1) table.fail("exchange", "a second at least is expected");
}

UpstreamConfiguration read_upstream(Table& table, Reader& reader) {
    UpstreamConfiguration config;
    config.upstream.name = table.required_text("name");
    if (is_for_adapter(table)) {
        read_adapter(table, reader, config);
        read_answers_trust(table, reader, config.upstream.trust);
        if (!config.upstream.trust.anchors) table.fail("trust", "it is required: the certificates that come back are judged by it");
        read_times(table, config);
        return config;
    }
    config.url           = table.required_text("url");
    read_credentials(table, reader, config.upstream.credentials);
    read_peer_of(table, reader, config);
    read_answers_trust(table, reader, config.upstream.trust);
    if (table.has("recipient")) {
        der::Arena arena;
        const auto name = name_from_text(table.text("recipient", {}), arena);
        if (name) config.upstream.recipient = der::encode(*name);
        else table.fail("recipient", "a name is expected", &name.error());
    }
    read_times(table, config);
    table.table("batch", [&](Table& t) { config.upstream.batch = read_batch(t); });
    table.table("tls", [&](Table& t) { config.tls = read_tls(t, reader); });
    table.table("options", [&](Table& t) {
        for (const std::string& option : t.keys()) config.options[option] = t.required_text(option.c_str());
    });
    return config;
}

// ---------------------------------------------------------------- the RA itself

void read_support(Table& table, Reader& reader, ra::Support& support) {
    read_site_information(table, reader, support);
    table.tables("root_update", [&](Table& t) {
        ra::RootUpdate update;
        update.new_with_new = reader.certificate(t, "new_with_new");
        update.new_with_old = reader.certificate(t, "new_with_old");
        update.old_with_new = reader.certificate(t, "old_with_new");
        if (update.new_with_new && update.new_with_old && update.old_with_new) support.root_updates.push_back(std::move(update));
    });
}

void read_own(Table& table, Reader& reader, RaConfiguration& config) {
    ra::Settings& settings = config.settings;
    OwnSigner     own;
    if (table.has("certificate")) {
        own.chain          = reader.certificates(table, "certificate", table.texts("certificate", {}));
        own.key            = reader.key(table, "key");
        const auto issuers = reader.certificates(table, "chain", table.texts("chain", {}));
        own.chain.insert(own.chain.end(), issuers.begin(), issuers.end());
    }
    table.table("enroll", [&](Table& t) { config.enroll = read_signer_enrollment(t, reader, own); });
    if (config.enroll && config.enroll->current) own = config.enroll->current;
    settings.signer           = own.key;
    settings.chain            = own.chain;
    settings.entities         = table.texts("entities", {});
    const std::string answers = table.text("answers", "upstream");
    if (answers != "upstream" && answers != "own") table.fail("answers", "\"upstream\" or \"own\" is expected");
    settings.answers_protected_here = answers == "own";
    const std::string nonce         = table.text("final_nonce", "request");
    if (nonce != "request" && nonce != "last_poll") table.fail("final_nonce", "\"request\" or \"last_poll\" is expected");
    settings.final_nonce = nonce == "request" ? ra::FinalNonce::request : ra::FinalNonce::last_poll;
    responder::Doorway& doorway     = config.doorway;
    doorway.time_window             = table.duration("time_window", doorway.time_window);
    doorway.keep_seconds            = table.duration("keep_transactions", doorway.keep_seconds);
    doorway.poll_seconds            = table.duration("poll_after", doorway.poll_seconds);
    doorway.undecided_seconds       = table.duration("poll_wait", doorway.undecided_seconds);
    doorway.answer_wait             = table.duration("answer_wait", doorway.answer_wait);
    doorway.mac_limits.max_iterations = table.number("max_iterations", doorway.mac_limits.max_iterations, 100, 10'000'000);
}

}  // namespace

const UpstreamConfiguration* RaConfiguration::upstream_for(const SignerEnrollment& which) const {
    const auto found = which.upstream.empty() ? upstreams.begin() : std::ranges::find(upstreams, which.upstream, [](const auto& each) { return each.upstream.name; });
    return found == upstreams.end() ? nullptr : &*found;
}

SignerEnrollment RaConfiguration::asked_by_ra(SignerEnrollment wanted) const {
    const UpstreamConfiguration* upstream = upstream_for(wanted);
    if (wanted.can_begin() || !upstream) return wanted;
    const operations::Credentials& there = upstream->upstream.credentials;
    wanted.first = there;
    if (!there.signer && !there.secret) wanted.first.signer = settings.signer, wanted.first.chain = settings.chain;
    return wanted;
}

RaConfiguration read_ra(Table& table, Reader& reader) {
    RaConfiguration config;
    table.table("ra", [&](Table& t) { read_own(t, reader, config); });
    table.table("pki", [&](Table& t) { config.settings.pki = read_trust(t, reader); });
    table.table("external", [&](Table& t) { config.settings.external = read_trust(t, reader); });
    table.table("support", [&](Table& t) { read_support(t, reader, config.settings.support); });
    table.tables("secret", [&](Table& t) { config.settings.secrets.push_back(read_secret(t, reader)); });
    table.tables("upstream", [&](Table& t) { config.upstreams.push_back(read_upstream(t, reader)); });
    table.tables("rule", [&](Table& t) { config.settings.rules.push_back(read_rule(t, reader)); });
    if (config.upstreams.empty()) table.fail("upstream", "an RA needs one");
    if (config.enroll && !config.enroll->upstream.empty() && !config.upstream_for(*config.enroll)) table.fail("ra", "enroll.upstream: there is no upstream of that name");
    if (const auto* asked = config.enroll && !config.enroll->by_others ? config.upstream_for(*config.enroll) : nullptr; asked && asked->upstream.converts)
        table.fail("ra", "enroll.upstream: \"" + escaped(asked->upstream.name) + "\" knows PKCS#10 alone; the name of another is needed");
    return config;
}

}  // namespace cmpkit::service

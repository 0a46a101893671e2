#include "service/edition.hpp"

#include "service/files.hpp"

namespace cmpkit::service {
namespace {

responder::Member member_of(ca::CertificationAuthority& authority, const AuthorityConfiguration& config) {
    responder::Member member{.name = config.ca.name, .authority = &authority, .policy = config.policy};
    for (const ca::Profile& profile : config.ca.profiles) member.profiles.push_back(profile.name);
    return member;
}

Error failure_of(const AuthorityConfiguration& config, const Error& cause) {
    return config.ca.name.empty() ? cause : Error{.code = cause.code, .detail = "the CA \"" + escaped(config.ca.name) + "\""}.because_of(cause);
}

Result<void> renew_crl(const Edition::Office& office, std::int64_t now) {
    auto due = office.authority.is_crl_due(now);
    if (!due) return due.error();
    if (!*due) return {};
    auto crl = office.authority.issue_crl(now);
    // Another node was faster: its CRL is as good as ours.
    if (!crl) return crl.error().code == Code::conflict ? Result<void>() : crl.error();
    return write_crl(crl->der, office.configuration);
}

}  // namespace

Result<void> write_crl(Bytes crl, const AuthorityConfiguration& configuration) {
    if (configuration.crl_file.empty()) return {};
    return write_file(configuration.crl_file, bytes_of(crypto::write_pem("X509 CRL", crl)), 0644);
}

Result<std::shared_ptr<const Edition>> Edition::make(Configuration configuration, store::Store& store, responder::Log log, transport::Registry* registry) {
    std::shared_ptr<Edition> edition(new Edition);
    edition->configuration_ = std::move(configuration);
    const Configuration&           config = edition->configuration_;
    const operations::Random       random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
    if (config.tls) {
        auto tls = crypto::TlsServer::make(*config.tls);
        if (!tls) return Error{.code = tls.error().code, .detail = "[tls]"}.because_of(tls.error());
        edition->tls_ = std::move(*tls);
    }
    auto audit = edition->open_files(log);
    if (!audit) return audit.error();
    auto made = config.ra ? edition->make_registration(store, random, std::move(log), std::move(*audit), registry)
                          : edition->make_authorities(store, random, std::move(log), std::move(*audit));
    if (!made) return made.error();
    return std::shared_ptr<const Edition>(std::move(edition));
}

// An answer does not leave where the audit log cannot have it. Events hold up nobody: one that is lost is told in the log.
Result<responder::Audit> Edition::open_files(responder::Log log) {
    std::shared_ptr<LineFile> lines;
    for (const auto& [path, file] : {std::pair(&configuration_.audit_file, &audit_), std::pair(&configuration_.events_file, &lines)}) {
        if (path->empty()) continue;
        auto opened = LineFile::open(*path);
        if (!opened) return opened.error();
        *file = std::move(*opened);
    }
    events_ = std::make_shared<const Events>(std::move(lines), configuration_.audience);
    return responder::Audit([file = audit_, events = events_, log = std::move(log)](const responder::Incident& incident, std::int64_t now) {
        auto kept = file ? file->write(audit_line(incident, now)) : Result<void>();
        auto told = events->tell(incident, now);
        if (!told && log) log({.transaction_id = incident.transaction_id, .requester = {}, .address = {}, .body = {}, .outcome = "event lost", .problem = told.error()});
        return kept;
    });
}

Result<void> Edition::audit(const responder::Incident& incident, std::int64_t now) const {
    auto kept = audit_ ? audit_->write(audit_line(incident, now)) : Result<void>();
    auto told = events_->tell(incident, now);
    return kept ? told : kept;
}

Result<void> Edition::make_authorities(store::Store& store, const operations::Random& random, responder::Log log, responder::Audit audit) {
    std::vector<responder::Member> members;
    for (const AuthorityConfiguration& each : configuration_.authorities) {
        auto authority = ca::CertificationAuthority::make(each.ca, store, random);
        if (!authority) return failure_of(each, authority.error());
        members.push_back(member_of(**authority, each));
        authorities_.push_back(std::move(*authority));
    }
    responder_ = std::make_unique<responder::Responder>(std::move(members), configuration_.standard, store, random, std::move(log), std::move(audit));
    return {};
}

Result<void> Edition::make_registration(store::Store& store, const operations::Random& random, responder::Log log, responder::Audit audit, transport::Registry* registry) {
    if (!registry) return Error{.code = Code::bad_configuration, .detail = "an RA needs transports to its upstreams"};
    auto standing = standing_of(*configuration_.ra);
    if (!standing) return standing.error();
    standing_                 = std::move(*standing);
    const RaConfiguration& ra = standing_.ra;
    auto couriers = Couriers::make(*registry, ra.upstreams, configuration_.fetching, ra.adapter);
    if (!couriers) return couriers.error();
    ra::Settings settings = ra.settings;
    for (const UpstreamConfiguration& each : ra.upstreams) {
        settings.upstreams.push_back(each.upstream);
        settings.upstreams.back().is_offline = (*couriers)->is_offline(each.upstream.name);
    }
    auto registration = ra::RegistrationAuthority::make(std::move(settings), store);
    if (!registration) return registration.error();
    registration_ = std::move(*registration);
    relay_        = std::make_unique<responder::Relay>(*registration_, ra.doorway, store, random, std::move(log), std::move(audit));
    couriers_     = std::move(*couriers);
    return {};
}

std::vector<std::shared_ptr<crypto::Verifier>> Edition::verifiers_of_others() const {
    std::vector<std::shared_ptr<crypto::Verifier>> all;
    if (registration_) all = registration_->verifiers();
    for (const auto& authority : authorities_)
        if (auto external = authority->external()) all.push_back(std::move(external));
    if (tls_) all.push_back(tls_->peers()->verifier());
    return all;
}

Result<Edition::Office> Edition::office(std::string_view name) const {
    std::size_t i = configuration_.standard;
    if (!name.empty()) {
        const auto found = std::ranges::find(configuration_.authorities, name, [](const AuthorityConfiguration& each) { return std::string_view(each.ca.name); });
        i = static_cast<std::size_t>(found - configuration_.authorities.begin());
    }
    if (i < authorities_.size()) return Office{*authorities_[i], configuration_.authorities[i]};
    std::string names;
    for (const AuthorityConfiguration& each : configuration_.authorities)
        if (!each.ca.name.empty()) names += (names.empty() ? "" : ", ") + each.ca.name;
    const std::string there = names.empty() ? "the one that is here has no name" : "there are: " + escaped(names);
    return Error{.code = Code::not_found, .detail = "no CA is called \"" + escaped(name) + "\"; " + there};
}

Result<void> Edition::renew_crls(std::int64_t now) const {
    Result<void> first;
    for (std::size_t i = 0; i < authorities_.size(); ++i) {
        auto renewed = renew_crl({*authorities_[i], configuration_.authorities[i]}, now);
        if (!renewed && first) first = renewed;
    }
    return first;
}

Result<void> Edition::forget_expired(std::int64_t now) const {
    Result<void> first;
    for (const auto& authority : authorities_) {
        auto done = authority->forget_expired(now);
        if (!done && first) first = done;
    }
    return first;
}

}  // namespace cmpkit::service

// What one enrollment costs inside a relay: a new device, signed for by its maker, sends ir and certConf through an RA to the embedded CA. Only what the
// relay does is measured, beside its floor: the verifications and signatures that RFC 9483 5.2 asks of it, done bare with OpenSSL on the same octets and
// kind of key. Under callgrind each part leaves its own count of instructions; else the times are told. relay.sh makes a table of both.
#include "ca/founding.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/end_entity.hpp"
#include "responder/relay.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <openssl/evp.h>
#include <valgrind/callgrind.h>

namespace {

using namespace cmpkit;
using namespace cmpkit::operations;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t now = 1748779200;

void require(bool is_so, const std::string& what) {
    if (!is_so) std::fprintf(stderr, "%s\n", what.c_str()), std::exit(1);
}
template <class T> T sure(Result<T> result) {
    require(static_cast<bool>(result), result ? "" : result.error().text());
    return *std::move(result);
}

const Random& random_source() {
    static const Random source = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
    return source;
}

crypto::Trust trust_in(const crypto::Cert& root) {
    crypto::Trust trust;
    trust.anchors = {root};
    return trust;
}

// ---------------------------------------------------------------- what is measured

/// Time, and under callgrind instructions, of some calls and of nothing between them.
class Meter {
public:
    explicit Meter(std::string label) : label_(std::move(label)) {}
    template <class Call> auto operator()(const Call& call) {
        CALLGRIND_ZERO_STATS;
        const auto begin = Clock::now();
        auto       done  = call();
        spent_ += std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
        CALLGRIND_DUMP_STATS_AT(label_.c_str());
        return done;
    }
    double microseconds() const { return spent_; }

private:
    std::string label_;
    double      spent_ = 0;
};

/// P-256 by OpenSSL alone, with nothing around it.
class Bare {
public:
    Octets sign(Bytes octets) const {
        std::size_t   size = 80;  // more than a DER signature of P-256 has
        Octets        signature(size);
        EVP_MD_CTX*   context = EVP_MD_CTX_new();
        const bool is_good = EVP_DigestSignInit(context, nullptr, sha256_, nullptr, key_) == 1 && EVP_DigestSign(context, signature.data(), &size, octets.data(), octets.size()) == 1;
        EVP_MD_CTX_free(context);
        require(is_good, "OpenSSL does not sign");
        signature.resize(size);
        return signature;
    }
    bool verify(Bytes octets, Bytes signature) const {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        const bool  is_good = EVP_DigestVerifyInit(context, nullptr, sha256_, nullptr, key_) == 1 && EVP_DigestVerify(context, signature.data(), signature.size(), octets.data(), octets.size()) == 1;
        EVP_MD_CTX_free(context);
        return is_good;
    }

private:
    EVP_PKEY*     key_    = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");  // both until the process ends
    const EVP_MD* sha256_ = EVP_MD_fetch(nullptr, "SHA256", nullptr);
};

// ---------------------------------------------------------------- who takes part

/// A CA with its records in memory; the maker's makes device certificates for whoever knows the secret of the line.
struct Ca {
    ca::Founded                                 founded;
    std::unique_ptr<store::Store>               records = store::open_memory();
    std::unique_ptr<ca::CertificationAuthority> authority;
    std::unique_ptr<responder::Responder>       responder;

    Ca(const char* subject, const crypto::Cert& external) : founded(sure(ca::found({.subject = subject, .ra_signer = true}, random_source(), now - 86400))) {
        ca::Settings settings;
        settings.issuing_certificate = founded.issuing.certificate;
        settings.issuing_key         = founded.issuing.key;
        settings.chain               = {founded.root.certificate};
        settings.cmp_certificate     = founded.cmp.certificate;
        settings.cmp_key             = founded.cmp.key;
        settings.profiles            = {ca::Profile{}};
        if (external) settings.external = trust_in(external);
        else settings.secrets.push_back({.reference = "line", .value = secret(), .profile = {}, .subjects = {"*"}, .sans = {}, .uses = 0});
        authority = sure(ca::CertificationAuthority::make(std::move(settings), *records, random_source()));
        responder = std::make_unique<responder::Responder>(responder::Member{.name = {}, .authority = authority.get(), .policy = {}, .profiles = {"default"}}, *records, random_source(), responder::Log());
    }
    static std::shared_ptr<const crypto::Secret> secret() {
        static const auto shared = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("secret of the line")));
        return shared;
    }
    Octets answer(Bytes message) const { return responder->answer(message, {.address = "bench", .profile = {}}, now).message; }
    PeerTrust trust() const {
        PeerTrust peers;
        peers.anchors = peers.new_certificate = sure(crypto::Verifier::make(trust_in(founded.root.certificate)));
        return peers;
    }
};

template <class Exchange> crypto::Cert enrolled(const std::shared_ptr<const crypto::Signer>& key, Credentials who, PeerTrust trust, const Exchange& exchange) {
    Enrollment wanted;
    der::Arena arena;
    wanted.key     = key;
    wanted.subject = der::encode(sure(name_from_text("CN=dev1", arena)));
    EndEntity operation({std::move(wanted), {}}, std::move(who), std::move(trust));
    Action    next = operation.step(Begin{}, now, random_source());
    for (;;) {
        if (const auto* send = std::get_if<Send>(&next)) next = operation.step(Received{exchange(send->message)}, now, random_source());
        else if (std::holds_alternative<Decide>(next)) next = operation.step(Decided{}, now, random_source());
        else if (std::holds_alternative<Keep>(next)) next = operation.step(Stored{}, now, random_source());
        else break;
    }
    if (const auto* failed = std::get_if<Failed>(&next)) require(false, failed->error.text());
    return std::get<Done>(next).certificate;
}

std::shared_ptr<crypto::PrivateKey> fresh_key() { return sure(crypto::generate_key("ec:P-256")); }

/// A device as its maker sends it out.
Credentials device_of(const Ca& maker) {
    Credentials on_the_line, device;
    on_the_line.secret     = Ca::secret();
    on_the_line.reference  = "line";
    on_the_line.iterations = 100;
    const auto key = fresh_key();
    device.signer  = key;
    device.chain   = {enrolled(key, on_the_line, {}, [&](const Octets& message) { return maker.answer(message); }), maker.founded.issuing.certificate};
    return device;
}

// ---------------------------------------------------------------- one row of the table

struct Row {
    const char* name;
    ra::Action  action;
    bool        answers_protected_here = false;
    std::size_t signatures;  // that the relay cannot do without
};
constexpr Row rows[] = {
    {"both-ways", ra::Action::reprotect, true, 4},   // ir, certConf, ip and pkiconf under the RA's signature
    {"requests", ra::Action::reprotect, false, 2},   // ir and certConf
    {"nested", ra::Action::nest, false, 1},          // around the ir
    {"unchanged", ra::Action::unchanged, false, 0},
};

struct Office {
    std::unique_ptr<store::Store>              store;
    std::unique_ptr<ra::RegistrationAuthority> authority;
    std::unique_ptr<responder::Relay>          relay;

    Office(const Row& row, const Ca& plant, const Ca& maker, std::unique_ptr<store::Store> records) : store(std::move(records)) {
        ra::Settings settings;
        settings.signer   = plant.founded.ra->key;
        settings.chain    = {plant.founded.ra->certificate, plant.founded.issuing.certificate};
        settings.external = trust_in(maker.founded.root.certificate);
        settings.pki      = trust_in(plant.founded.root.certificate);
        settings.rules    = {{.name = row.name, .reason = "it is measured", .about = {.bodies = {BodyType::ir}}, .action = row.action}};
        settings.answers_protected_here = row.answers_protected_here;
        settings.upstreams.resize(1);
        settings.upstreams[0].name  = "ca";
        settings.upstreams[0].trust = plant.trust();
        authority = sure(ra::RegistrationAuthority::make(std::move(settings), *store));
        relay     = std::make_unique<responder::Relay>(*authority, responder::Doorway{}, *store, random_source(), responder::Log());
    }
};

/// What is verified and, the first of it, signed: ir, certConf, ip, pkiconf, and the request that the proof of possession is about.
std::vector<Octets> signed_parts(const std::vector<Octets>& asked, const std::vector<Octets>& told) {
    require(asked.size() == 2 && told.size() == 2, "an enrollment has four messages");
    const auto ir = sure(der::parse<PKIMessage>(asked[0]));
    return {asked[0], asked[1], told[0], told[1], copy_of(cert_requests(ir->body)->front().certReq.received)};
}

void run_floor(const Bare& bare, const std::vector<Octets>& parts, std::size_t signatures, Meter& meter) {
    std::vector<Octets> before;
    for (const Octets& part : parts) before.push_back(bare.sign(part));
    meter([&] {
        for (std::size_t i = 0; i < parts.size(); ++i) require(bare.verify(parts[i], before[i]), "OpenSSL does not verify");
        for (std::size_t i = 0; i < signatures; ++i) bare.sign(parts[i]);
        return true;
    });
}

struct Times {
    double relay, floor;  // microseconds
};

/// One enrollment through the relay, then its floor. @param label  of callgrind's counts
Times run_once(const Row& row, const Office& office, const Ca& plant, const Ca& maker, const Bare& bare, const std::string& label) {
    Meter               relay(label + " relay"), floor(label + " floor");
    std::vector<Octets> asked, told;
    enrolled(fresh_key(), device_of(maker), plant.trust(), [&](const Octets& message) {
        responder::Step step = relay([&] { return office.relay->arrived(message, {.address = "bench", .profile = {}}, now); });
        require(step.parcel.has_value(), "the relay forwards nothing");
        const Octets answer = plant.answer(step.parcel->message);
        step = relay([&] { return office.relay->returned(*step.parcel, answer, now); });
        require(step.reply.has_value(), "the relay does not believe the CA");
        asked.push_back(message);
        told.push_back(answer);
        return step.reply->message;
    });
    run_floor(bare, signed_parts(asked, told), row.signatures, floor);
    return {relay.microseconds(), floor.microseconds()};
}

/// The fastest: what others on the machine do to it only adds.
double least(const std::vector<Times>& all, double Times::*which) { return (*std::ranges::min_element(all, {}, which)).*which; }

/// The first enrollments fill what a relay knows of makers and CAs; the others are counted.
void measure(const Row& row, const std::string& where, std::unique_ptr<store::Store> records, const Ca& plant, const Ca& maker, const Bare& bare) {
    const Office      office(row, plant, maker, std::move(records));
    const std::string label = row.name + (" " + where);
    for (int i = 0; i < 2; ++i) run_once(row, office, plant, maker, bare, "first runs");
    std::vector<Times> all;
    for (int i = RUNNING_ON_VALGRIND ? 1 : 100; i > 0; --i) all.push_back(run_once(row, office, plant, maker, bare, label));
    std::printf("%s 5 %zu %.0f %.0f\n", label.c_str(), row.signatures, least(all, &Times::relay), least(all, &Times::floor));
    std::fflush(stdout);
}

}  // namespace

/// @param arguments  a folder for SQLite's files
int main(int count, char** arguments) {
    require(count == 2, "usage: bench_relay FOLDER");
    const Ca   maker("/CN=Maker", {}), plant("/CN=Plant", maker.founded.root.certificate);
    const Bare bare;
    for (const Row& row : rows) {
        measure(row, "memory", store::open_memory(), plant, maker, bare);
        measure(row, "sqlite", sure(store::open_sqlite(arguments[1] + std::string("/") + row.name)), plant, maker, bare);
    }
}

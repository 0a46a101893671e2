// enroll and update: a certificate for a key (ir, cr, p10cr, kur).
#include "files.hpp"
#include "get.hpp"
#include "json.hpp"
#include "keys.hpp"
#include "new_key.hpp"
#include "options.hpp"
#include "pem.hpp"
#include "report.hpp"
#include "trace.hpp"

#include <ctime>
#include <iostream>
#include <optional>

namespace tool {
namespace {

struct Enrollment {
    Common&                  common;
    Peer                     peer;
    Identity                 identity;
    TrustOptions             trust;
    NewKeyOptions            key;
    cmpkit_enroll_kind       kind = CMPKIT_ENROLL_IR;
    std::string              op = "ir", csr, subject, profile, out, chain_out;
    std::vector<std::string> sans;
    unsigned                 days = 0;
    bool                     implicit_confirm = false, use_template = false;
};

// Certificate and chain find their places before the CA hears that all is well.
struct Keeper {
    const Enrollment&      order;
    NewKey*                key;
    std::optional<Failure> failure;
    std::optional<Summary> kept;

    static cmpkit_rc keep(void* user, const uint8_t* certificate, size_t size, const uint8_t* const* chain, const size_t* chain_sizes, size_t chain_count) {
        auto& keeper = *static_cast<Keeper*>(user);
        try {
            std::string issuers;
            for (size_t i = 0; i < chain_count; ++i) issuers += certificate_pem(chain[i], chain_sizes[i]);
            keeper.write(certificate_pem(certificate, size), issuers);
            keeper.kept = summary_of(certificate, size);
            return CMPKIT_OK;
        } catch (const Failure& failure) {
            keeper.failure = failure;
        } catch (const std::exception& problem) {
            keeper.failure = Failure(Exit::failed, problem.what());
        }
        return CMPKIT_E_IO;
    }

private:
    void write(const std::string& certificate, const std::string& issuers) {
        Draft                own(order.out, certificate, Mode::open);
        std::optional<Draft> chain;
        if (!order.chain_out.empty()) chain.emplace(order.chain_out, issuers, Mode::open);
        if (key) key->settle();
        if (chain) chain->replace();
        own.replace();
    }
};

void check(const Enrollment& order) {
    if (order.trust.anchors.empty() && order.trust.pins.empty() && order.identity.reference.empty())
        throw Failure(Exit::usage, "whom to trust? Give the CA's root with --trust, or the signer of its answers with --pin");
    require_place(order.out);
    if (!order.chain_out.empty()) require_place(order.chain_out);
    // The old key must last until the new certificate is there.
    if (!order.key.kind.empty() && are_same_file(order.key.path, order.identity.key_place()))
        throw Failure(Exit::usage, "--new-key names the file of the old key, which is needed until the new certificate is there");
    if (are_same_file(order.out, order.identity.key_place())) throw Failure(Exit::usage, "--out names a file with our private key, which would be lost");
}

Operation operation_of(const Enrollment& order, const Context& context, const Presented& who, const Octets& request_template, const cmpkit_key* key) {
    const Octets             csr = order.csr.empty() ? Octets() : read_file(order.csr);
    std::vector<const char*> sans;
    for (const std::string& san : order.sans) sans.push_back(san.c_str());
    sans.push_back(nullptr);
    cmpkit_enroll_options want = CMPKIT_ENROLL_OPTIONS_INIT;
    want.kind             = order.kind;
    want.key              = key;
    want.csr              = csr.empty() ? nullptr : csr.data();
    want.csr_size         = csr.size();
    want.subject          = given(order.subject);
    want.sans             = order.sans.empty() ? nullptr : sans.data();
    want.profile          = given(order.profile);
    want.recipient        = given(order.peer.recipient);
    want.implicit_confirm = order.implicit_confirm;
    want.not_after        = order.days ? std::time(nullptr) + std::int64_t{order.days} * 86400 : 0;
    want.request_template      = request_template.empty() ? nullptr : request_template.data();
    want.request_template_size = request_template.size();
    const Trust       trust = order.trust.trust();
    return make<Operation>(cmpkit_operation_new_enroll, context.get(), static_cast<const cmpkit_enroll_options*>(&want), static_cast<const cmpkit_credentials*>(who.credentials.get()),
                           static_cast<const cmpkit_trust*>(trust.get()));
}

void tell(const Enrollment& order, const Operation& operation, const Summary& summary) {
    const std::string words = cmpkit_operation_peer_text(operation.get());
    const bool        mods  = cmpkit_operation_with_mods(operation.get()) != 0;
    if (order.common.json) {
        JsonObject result;
        result.add("result", "issued").add_raw("certificate", summary.json).add("certificateFile", order.out);
        result.add_given("keyFile", shown(order.key.path)).add_given("chainFile", order.chain_out).add_raw("withMods", mods ? "true" : "false").add_given("caText", words);
        std::cout << result.text() << '\n';
        return;
    }
    std::cout << "The CA issued " << in_words(summary) << "; certificate in " << order.out;
    if (!order.key.path.empty()) std::cout << ", key in " << shown(order.key.path);
    if (!order.chain_out.empty()) std::cout << ", chain in " << order.chain_out;
    std::cout << ".\n";
    if (mods) std::cout << "It differs from what was asked for" << (words.empty() ? "." : ": " + words) << '\n';
    else if (!words.empty()) std::cout << "The CA says: " << words << '\n';
}

/// What the CA wants a request to say, where we follow it; --gen-key auto becomes the first kind of key that it names.
Octets template_for(Enrollment& order, const Context& context, const Presented& who) {
    const bool   is_auto = order.key.kind == "auto";
    const Octets wanted  = order.use_template ? fetch_template(order.common, order.peer, context, who, order.trust, order.profile) : Octets();
    if (!is_auto) return wanted;
    const std::string first = wanted.empty() ? std::string() : first_key_kind(wanted);
    order.key.kind          = first.empty() ? "ec:P-256" : first;
    return wanted;
}

void run(Enrollment& order) {
    if (!order.csr.empty()) order.kind = CMPKIT_ENROLL_P10CR;
    else if (order.kind != CMPKIT_ENROLL_KUR && order.op == "cr") order.kind = CMPKIT_ENROLL_CR;
    if (order.csr.empty() && order.key.path.empty()) throw Failure(Exit::usage, "which key? Give --new-key FILE, with --gen-key KIND for a new one");
    check(order);
    const Context         context = make_context(order.common);
    const Presented       who     = order.identity.present();
    const Octets          wanted  = template_for(order, context, who);
    std::optional<NewKey> key;
    if (order.csr.empty()) key.emplace(order.key);
    const Operation operation = operation_of(order, context, who, wanted, key ? key->get() : nullptr);
    const Tls       tls       = order.peer.tls();
    Trace           trace(order.peer.trace_folder, order.common.verbose);
    trace.attach_to(operation);
    tell_when_waiting(operation);
    Keeper keeper{.order = order, .key = key ? &*key : nullptr, .failure = {}, .kept = {}};
    call(cmpkit_operation_set_keep, operation.get(), &Keeper::keep, static_cast<void*>(&keeper), static_cast<cmpkit_destroy_fn>(nullptr));
    call(cmpkit_operation_set_timeouts, operation.get(), 0u, 0u, order.peer.timeout_seconds * 1000);
    try {
        if (key) key->secure();
        call(cmpkit_operation_run, operation.get(), order.peer.url.c_str(), static_cast<const cmpkit_tls*>(tls.get()));
    } catch (Failure& failure) {
        if (keeper.failure) throw *keeper.failure;
        if (key) key->give_up(failure);
        if (keeper.kept) failure.hint = "the certificate in " + order.out + " was not confirmed to the CA, which may revoke it";
        throw;
    }
    tell(order, operation, *keeper.kept);
}

void add_results_to(CLI::App& command, Enrollment& order) {
    const std::string group = "What we get";
    command.add_option("--out", order.out, "Where the certificate goes (PEM)")->type_name("FILE")->required()->group(group);
    command.add_option("--chain-out", order.chain_out, "Where its issuers go (PEM)")->type_name("FILE")->group(group);
}

void add_verify_new(CLI::App& command, Enrollment& order) {
    command.add_option("--verify-new", order.trust.verify_new, "Roots of the new certificate, if not those of --trust")->type_name("FILE")->allow_extra_args(false)->group("Whom we trust");
}

constexpr const char* wishes = "What we ask for";

void add_wishes_to(CLI::App& command, Enrollment& order) {
    command.add_option("--subject", order.subject, "Its name: /O=Plant/CN=dev1 or CN=dev1,O=Plant")->type_name("DN")->group(wishes);
    command.add_option("--san", order.sans, "Another name: dns:…, ip:…, uri:… or email:…; may be repeated")->type_name("NAME")->allow_extra_args(false)->group(wishes);
    command.add_option("--profile", order.profile, "The CA's profile for it")->type_name("NAME")->group(wishes);
    command.add_option("--days", order.days, "How long it shall be valid")->type_name("DAYS")->check(CLI::Range(1, 36500))->group(wishes);
    command.add_flag("--use-template", order.use_template, "Ask the CA first what a request shall say, and follow it")->group(wishes);
    command.add_flag("--implicit-confirm", order.implicit_confirm, "Ask the CA to need no confirmation")->group(wishes);
}

constexpr const char* enroll_examples = R"(
Examples:
  A first certificate with a shared secret, the key made here:
    cmpkit enroll http://127.0.0.1:8829 --ref dev1 --secret file:dev1.secret --trust root.pem \
           --gen-key ec:P-256 --new-key dev1.key --subject /CN=dev1 --san dns:dev1.plant --out dev1.pem --chain-out chain.pem
  With the certificate that the manufacturer gave the device:
    cmpkit enroll http://127.0.0.1:8829 --cert factory.pem --key factory.key --cert-chain factory-ca.pem --trust root.pem \
           --gen-key ec:P-256 --new-key dev1.key --subject /CN=dev1 --out dev1.pem
  As the CA wants it: its template says which kind of key and which names:
    cmpkit enroll http://127.0.0.1:8829 --ref dev1 --secret file:dev1.secret --trust root.pem --use-template \
           --gen-key auto --new-key dev1.key --out dev1.pem
  For a PKCS#10 request that another program made:
    cmpkit enroll http://127.0.0.1:8829 --ref dev1 --secret prompt --trust root.pem --csr dev1.csr --out dev1.pem

A new key is on the disk before the first message leaves, and is never written over a file without --force; the certificate is there
before it is confirmed to the CA. If the operation fails, older results stay as they were.)";

constexpr const char* update_examples = R"(
Examples:
  cmpkit update http://127.0.0.1:8829 --cert dev1.pem --key dev1.key --trust root.pem \
         --gen-key rsa:3072 --new-key dev1-2.key --out dev1-2.pem

The new certificate has the names of the old one, which the CA then takes for replaced.)";

}  // namespace

void add_enroll(CLI::App& app, Common& common) {
    auto  order   = std::make_shared<Enrollment>(common);
    auto& command = *app.add_subcommand("enroll", "Get a certificate (ir, cr or p10cr)");
    order->identity.add_secret_to(command);
    order->identity.add_certificate_to(command);
    order->trust.add_to(command);
    add_verify_new(command, *order);
    const auto keys = order->key.add_to(command);
    add_wishes_to(command, *order);
    auto* op  = command.add_option("--op", order->op, "ir: the first certificate of a PKI; cr: another one [ir]")->type_name("ir|cr")->check(CLI::IsMember({"ir", "cr"}))->group(wishes);
    auto* csr = command.add_option("--csr", order->csr, "A PKCS#10 request that says it all (p10cr)")->type_name("FILE")->group(wishes);
    csr->excludes(op)->excludes("--use-template")->excludes("--subject")->excludes("--san")->excludes("--days");
    for (auto* key : keys) csr->excludes(key);
    add_results_to(command, *order);
    order->peer.add_to(command, common);
    command.footer(enroll_examples);
    command.callback([order] { run(*order); });
}

void add_update(CLI::App& app, Common& common) {
    auto  order   = std::make_shared<Enrollment>(common);
    auto& command = *app.add_subcommand("update", "Replace a certificate before it expires (kur)");
    order->kind   = CMPKIT_ENROLL_KUR;
    order->identity.add_certificate_to(command);
    order->trust.add_to(command);
    add_verify_new(command, *order);
    order->key.add_to(command);
    add_wishes_to(command, *order);
    add_results_to(command, *order);
    order->peer.add_to(command, common);
    command.footer(update_examples);
    command.callback([order] { run(*order); });
}

}  // namespace tool

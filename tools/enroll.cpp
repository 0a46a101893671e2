// enroll and update: a certificate for a key (ir, cr, p10cr, kur).
#include "enrollment.hpp"

namespace tool {
namespace {

void add_results_to(CLI::App& command, Enrollment& order) {
    const std::string group = "What we get";
    command.add_option("--out", order.out, "Where the certificate goes (PEM)")->type_name("FILE")->required()->group(group);
    command.add_option("--chain-out", order.chain_out, "Where its issuers go (PEM)")->type_name("FILE")->group(group);
}

void add_verify_new(CLI::App& command, Enrollment& order) {
    command.add_option("--verify-new", order.trust.verify_new.names, "Roots of the new certificate, if not those of --trust")->type_name("FILE")->allow_extra_args(false)->group("Whom we trust");
}

void add_state_to(CLI::App& command, Enrollment& order) {
    auto* state = add_state(command, order.state);
    command.add_option("--state-with-key", order.key.carried_pass, "Keep the new key in it too, encrypted, so that it can go on elsewhere; the passphrase: file:PATH, env:NAME or prompt")
        ->type_name("SOURCE")->needs(state)->needs("--new-key")->group("What survives");
}

constexpr const char* wishes = "What we ask for";

void add_wishes_to(CLI::App& command, Enrollment& order) {
    command.add_option("--subject", order.subject, "Its name: /O=Plant/CN=dev1 or CN=dev1,O=Plant")->type_name("DN")->group(wishes);
    command.add_option("--san", order.sans, "Another name: dns:…, ip:…, uri:… or email:…; may be repeated")->type_name("NAME")->allow_extra_args(false)->group(wishes);
    command.add_option("--profile", order.profile, "The CA's profile for it, also in the path of a URL that has none")->type_name("NAME")->group(wishes);
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
    add_state_to(command, *order);
    command.footer(enroll_examples);
    command.callback([order] { order->begin(); });
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
    add_state_to(command, *order);
    command.footer(update_examples);
    command.callback([order] { order->begin(); });
}

}  // namespace tool

// revoke: a certificate is no longer to be trusted (rr).
#include "files.hpp"
#include "json.hpp"
#include "options.hpp"
#include "report.hpp"
#include "trace.hpp"

#include <iostream>

namespace tool {
namespace {

struct Revocation {
    Common&      common;
    Peer         peer;
    Identity     identity;
    TrustOptions trust;
    std::string  target, issuer, serial, reason = "unspecified";
};

Operation operation_of(const Revocation& order, const Context& context, const Octets& target, const Credentials& who) {
    cmpkit_revoke_options want = CMPKIT_REVOKE_OPTIONS_INIT;
    want.certificate      = target.empty() ? nullptr : target.data();
    want.certificate_size = target.size();
    want.issuer           = given(order.issuer);
    want.serial           = given(order.serial);
    want.reason           = order.reason.c_str();
    want.recipient        = given(order.peer.recipient);
    const Trust trust     = order.trust.trust();
    return make<Operation>(cmpkit_operation_new_revoke, context.get(), static_cast<const cmpkit_revoke_options*>(&want), static_cast<const cmpkit_credentials*>(who.get()),
                           static_cast<const cmpkit_trust*>(trust.get()));
}

void tell(const Revocation& order, const Operation& operation, const Octets& certificate) {
    const std::string words = cmpkit_operation_peer_text(operation.get());
    Summary           gone{.json = {}, .subject = {}, .issuer = order.issuer, .serial = order.serial, .not_after = {}};
    if (order.serial.empty()) gone = summary_of(certificate);
    if (order.common.json) {
        JsonObject result;
        result.add("result", "revoked").add("issuer", gone.issuer).add("serial", gone.serial).add_given("subject", gone.subject).add("reason", order.reason).add_given("caText", words);
        std::cout << result.text() << '\n';
        return;
    }
    std::cout << "The CA revoked " << (gone.subject.empty() ? "the certificate" : gone.subject) << ", serial " << gone.serial << ", reason " << order.reason << ".\n";
    if (!words.empty()) std::cout << "The CA says: " << words << '\n';
}

void run(const Revocation& order) {
    const Context   context   = make_context(order.common);
    const Octets    target    = order.target.empty() ? Octets() : read_file(order.target);
    const Presented who       = order.identity.present();
    const Operation operation = operation_of(order, context, target, who.credentials);
    const Tls       tls       = order.peer.tls();
    Trace           trace(order.peer.trace_folder, order.common.verbose);
    trace.attach_to(operation);
    tell_when_waiting(operation);
    call(cmpkit_operation_set_timeouts, operation.get(), 0u, 0u, order.peer.timeout_seconds * 1000);
    call(cmpkit_operation_run, operation.get(), order.peer.url.c_str(), static_cast<const cmpkit_tls*>(tls.get()));
    tell(order, operation, target.empty() ? octets_of(who.certificates) : target);
}

constexpr const char* examples = R"(
Examples:
  A device's own certificate, whose key may have leaked:
    cmpkit revoke http://127.0.0.1:8829 --cert dev1.pem --key dev1.key --trust root.pem --reason keyCompromise
  An older one of the same device:
    cmpkit revoke http://127.0.0.1:8829 --cert dev1.pem --key dev1.key --trust root.pem --target dev1-old.pem --reason superseded

Reasons: unspecified keyCompromise cACompromise affiliationChanged superseded cessationOfOperation certificateHold removeFromCRL
         privilegeWithdrawn aACompromise)";

}  // namespace

void add_revoke(CLI::App& app, Common& common) {
    auto  order   = std::make_shared<Revocation>(common);
    auto& command = *app.add_subcommand("revoke", "Have a certificate revoked (rr)");
    order->identity.add_certificate_to(command);
    order->trust.add_to(command);
    const std::string group = "What is revoked";
    auto* file   = command.add_option("--target", order->target, "The certificate; without it the one of --cert")->type_name("FILE")->group(group);
    auto* issuer = command.add_option("--target-issuer", order->issuer, "Or: the name of its issuer")->type_name("DN")->excludes(file)->group(group);
    auto* serial = command.add_option("--target-serial", order->serial, "and its serial number, decimal or 0x…")->type_name("N")->excludes(file)->group(group);
    issuer->needs(serial);
    serial->needs(issuer);
    command.add_option("--reason", order->reason, "Why, as listed below [unspecified]")->type_name("REASON")->group(group);
    order->peer.add_to(command, common);
    command.footer(examples);
    command.callback([order] { run(*order); });
}

}  // namespace tool

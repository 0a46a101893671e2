// revoke: a certificate is no longer to be trusted (rr).
#include "revocation.hpp"

namespace tool {
namespace {

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
    auto* file   = command.add_option("--target", order->target.names, "The certificate; without it the one of --cert")->type_name("FILE")->expected(1)->group(group);
    auto* issuer = command.add_option("--target-issuer", order->issuer, "Or: the name of its issuer")->type_name("DN")->excludes(file)->group(group);
    auto* serial = command.add_option("--target-serial", order->serial, "and its serial number, decimal or 0x…")->type_name("N")->excludes(file)->group(group);
    issuer->needs(serial);
    serial->needs(issuer);
    command.add_option("--reason", order->reason, "Why, as listed below [unspecified]")->type_name("REASON")->group(group);
    command.add_option("--invalid-since", order->invalid_since, "Since when it was not good, such as the day its key leaked")->type_name("DATE")->group(group);
    order->peer.add_to(command, common);
    add_state(command, order->state);
    command.footer(examples);
    command.callback([order] { order->begin(); });
}

}  // namespace tool

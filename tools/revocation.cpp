#include "revocation.hpp"

#include "date.hpp"
#include "json.hpp"
#include "report.hpp"
#include "trace.hpp"

#include <filesystem>
#include <iostream>

namespace tool {

Operation Revocation::operation(const Context& context, const Credentials& who) const {
    cmpkit_revoke_options want = CMPKIT_REVOKE_OPTIONS_INIT;
    const Octets certificate = octets_of(target.texts.empty() ? "" : target.texts.front());
    want.certificate      = certificate.empty() ? nullptr : certificate.data();
    want.certificate_size = certificate.size();
    want.issuer           = given(issuer);
    want.serial           = given(serial);
    want.reason           = reason.c_str();
    want.recipient        = given(peer.recipient);
    want.invalid_since    = unix_time(invalid_since, "--invalid-since");
    const Trust peers     = trust.trust();
    return make<Operation>(cmpkit_operation_new_revoke, context.get(), static_cast<const cmpkit_revoke_options*>(&want), static_cast<const cmpkit_credentials*>(who.get()),
                           static_cast<const cmpkit_trust*>(peers.get()));
}

void Revocation::tell(const Operation& operation) const {
    const std::string words = cmpkit_operation_peer_text(operation.get());
    Summary           gone{.json = {}, .subject = {}, .issuer = issuer, .serial = serial, .not_after = {}};
    if (serial.empty()) gone = summary_of(octets_of(target.empty() ? identity.certificates : target.texts.front()));
    if (common.json) {
        JsonObject result;
        result.add("result", "revoked").add("issuer", gone.issuer).add("serial", gone.serial).add_given("subject", gone.subject).add("reason", reason).add_given("caText", words);
        std::cout << result.text() << '\n';
        return;
    }
    std::cout << "The CA revoked " << (gone.subject.empty() ? "the certificate" : gone.subject) << ", serial " << gone.serial << ", reason " << reason << ".\n";
    if (!words.empty()) std::cout << "The CA says: " << words << '\n';
}

std::string Revocation::memo() {
    MemoWriter memo;
    memo.field("command", std::string("revoke"));
    memo.field("folder", std::filesystem::current_path().string());
    remember(memo);
    return memo.text();
}

void Revocation::carry_out(const Context& context, const Operation& running, StateFile& file) {
    Trace trace(peer.trace_folder, common.verbose);
    trace.attach_to(running);
    tell_when_waiting(running);
    file.run(running, context, peer, memo());
    tell(running);
}

void Revocation::begin() {
    StateFile file = StateFile::fresh(state);
    if (!state.empty())
        for (const std::string& place : {identity.certificate, identity.key}) refuse_pin_in(place);
    trust.read();
    peer.read();
    target.read();
    const Context   context = peer.context(common);
    const Presented who     = identity.present();
    identity.certificates   = who.certificates;
    carry_out(context, operation(context, who.credentials), file);
}

void Revocation::go_on(const Octets& saved, StateFile file) {
    const Context   context = peer.context(common);
    const Presented who     = identity.present();
    const Trust     peers   = trust.trust();
    carry_out(context, make<Operation>(cmpkit_operation_new_saved, context.get(), saved.data(), saved.size(), static_cast<const cmpkit_credentials*>(who.credentials.get()),
                                       static_cast<const cmpkit_trust*>(peers.get()), static_cast<const cmpkit_key*>(nullptr)),
              file);
}

}  // namespace tool

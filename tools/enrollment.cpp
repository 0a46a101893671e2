#include "enrollment.hpp"

#include "get.hpp"
#include "json.hpp"
#include "keys.hpp"
#include "pem.hpp"
#include "trace.hpp"

#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>

namespace tool {
namespace {

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

}  // namespace

void Enrollment::check() const {
    if (trust.anchors.empty() && trust.pins.empty() && identity.reference.empty())
        throw Failure(Exit::usage, "whom to trust? Give the CA's root with --trust, or the signer of its answers with --pin");
    require_place(out);
    if (!chain_out.empty()) require_place(chain_out);
    // The old key must last until the new certificate is there.
    if (!key.kind.empty() && are_same_file(key.path, identity.key_place()))
        throw Failure(Exit::usage, "--new-key names the file of the old key, which is needed until the new certificate is there");
    if (are_same_file(out, identity.key_place())) throw Failure(Exit::usage, "--out names a file with our private key, which would be lost");
    if (state.empty()) return;
    for (const std::string& place : {identity.certificate, identity.key, key.path}) refuse_pin_in(place);
}

void Enrollment::choose_kind() {
    if (!csr.empty()) kind = CMPKIT_ENROLL_P10CR;
    else if (kind != CMPKIT_ENROLL_KUR && op == "cr") kind = CMPKIT_ENROLL_CR;
    if (csr.empty() && key.path.empty()) throw Failure(Exit::usage, "which key? Give --new-key FILE, with --gen-key KIND for a new one");
}

/// What the CA wants a request to say, where we follow it; --gen-key auto becomes the first kind of key that it names.
Octets Enrollment::template_for(const Context& context, const Presented& who) {
    Octets wanted = use_template ? fetch_template(common, peer, context, who, trust, profile) : Octets();
    if (key.kind != "auto") return wanted;
    const std::string first = wanted.empty() ? std::string() : first_key_kind(wanted);
    key.kind                = first.empty() ? "ec:P-256" : first;
    return wanted;
}

Operation Enrollment::operation(const Context& context, const Presented& who, const Octets& request_template, const cmpkit_key* certified) {
    const Octets             request = csr.empty() ? Octets() : read_file(csr);
    std::vector<const char*> names;
    for (const std::string& san : sans) names.push_back(san.c_str());
    names.push_back(nullptr);
    cmpkit_enroll_options want = CMPKIT_ENROLL_OPTIONS_INIT;
    want.kind             = kind;
    want.key              = certified;
    want.csr              = request.empty() ? nullptr : request.data();
    want.csr_size         = request.size();
    want.subject          = given(subject);
    want.sans             = sans.empty() ? nullptr : names.data();
    want.profile          = given(profile);
    want.recipient        = given(peer.recipient);
    want.implicit_confirm = implicit_confirm;
    want.not_after        = days ? std::time(nullptr) + std::int64_t{days} * 86400 : 0;
    want.request_template      = request_template.empty() ? nullptr : request_template.data();
    want.request_template_size = request_template.size();
    const Trust peers     = trust.trust();
    identity.certificates = who.certificates;
    return make<Operation>(cmpkit_operation_new_enroll, context.get(), static_cast<const cmpkit_enroll_options*>(&want), static_cast<const cmpkit_credentials*>(who.credentials.get()),
                           static_cast<const cmpkit_trust*>(peers.get()));
}

void Enrollment::tell(const Operation& operation, const Summary& summary) const {
    const std::string words = cmpkit_operation_peer_text(operation.get());
    const bool        mods  = cmpkit_operation_with_mods(operation.get()) != 0;
    if (common.json) {
        JsonObject result;
        result.add("result", "issued").add_raw("certificate", summary.json).add("certificateFile", out);
        result.add_given("keyFile", shown(key.path)).add_given("chainFile", chain_out).add_raw("withMods", mods ? "true" : "false").add_given("caText", words);
        std::cout << result.text() << '\n';
        return;
    }
    std::cout << "The CA issued " << in_words(summary) << "; certificate in " << out;
    if (!key.path.empty()) std::cout << ", key in " << shown(key.path);
    if (!chain_out.empty()) std::cout << ", chain in " << chain_out;
    std::cout << ".\n";
    if (mods) std::cout << "It differs from what was asked for" << (words.empty() ? "." : ": " + words) << '\n';
    else if (!words.empty()) std::cout << "The CA says: " << words << '\n';
}

std::string Enrollment::memo() {
    MemoWriter memo;
    memo.field("command", std::string("enroll"));
    memo.field("folder", std::filesystem::current_path().string());
    remember(memo);
    return memo.text();
}

void Enrollment::carry_out(const Context& context, const Operation& running, NewKey* certified, StateFile& file) {
    Trace trace(peer.trace_folder, common.verbose);
    trace.attach_to(running);
    tell_when_waiting(running);
    Keeper keeper{.order = *this, .key = certified, .failure = {}, .kept = {}};
    call(cmpkit_operation_set_keep, running.get(), &Keeper::keep, static_cast<void*>(&keeper), static_cast<cmpkit_destroy_fn>(nullptr));
    try {
        if (certified) certified->secure(), certified->note(key);
        file.run(running, context, peer, memo());
    } catch (Failure& failure) {
        if (certified && file.is_kept()) certified->leave();
        if (keeper.failure) throw *keeper.failure;
        if (file.is_kept()) throw;
        if (certified) certified->give_up(failure);
        if (keeper.kept) failure.hint = "the certificate in " + out + " was not confirmed to the CA, which may revoke it";
        throw;
    }
    // One that was kept before the operation was saved is not kept again.
    if (!keeper.kept) keeper.kept = summary_of(octets_of(text_of(make<Buffer>(cmpkit_operation_certificate, static_cast<const cmpkit_operation*>(running.get())))));
    tell(running, *keeper.kept);
}

void Enrollment::begin() {
    choose_kind();
    check();
    StateFile file = StateFile::fresh(state);
    trust.read();
    peer.read();
    const Context         context = peer.context(common);
    const Presented       who     = identity.present();
    const Octets          wanted  = template_for(context, who);
    std::optional<NewKey> certified;
    if (csr.empty()) certified.emplace(key);
    const Operation running = operation(context, who, wanted, certified ? certified->get() : nullptr);
    carry_out(context, running, certified ? &*certified : nullptr, file);
}

void Enrollment::go_on(const Octets& saved, StateFile file) {
    const Context         context = peer.context(common);
    const Presented       who     = identity.present();
    const Trust           peers   = trust.trust();
    std::optional<NewKey> certified;
    if (!key.path.empty()) certified.emplace(NewKey::found(key));
    const Operation running = make<Operation>(cmpkit_operation_new_saved, context.get(), saved.data(), saved.size(), static_cast<const cmpkit_credentials*>(who.credentials.get()),
                                              static_cast<const cmpkit_trust*>(peers.get()), certified ? certified->get() : nullptr);
    carry_out(context, running, certified ? &*certified : nullptr, file);
}

}  // namespace tool

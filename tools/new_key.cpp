#include "new_key.hpp"

#include "keys.hpp"
#include "secret_source.hpp"

namespace tool {
namespace {

Key key_of(const NewKeyOptions& options) {
    if (options.kind.empty()) return load_key(options.path, options.passphrase);
    if (is_uri(options.path)) throw Failure(Exit::usage, "--gen-key makes keys in files", "a key in a token is made with the token's own tool, and used without --gen-key");
    if (exists(options.path) && !options.force) throw Failure(Exit::failed, options.path + " exists already", "leave out --gen-key to use the key in it, or replace it with --force");
    return make<Key>(cmpkit_key_generate, options.kind.c_str());
}

}  // namespace

std::vector<CLI::Option*> NewKeyOptions::add_to(CLI::App& command) {
    const std::string group = "The key to be certified";
    auto* file = command.add_option("--new-key", path, "Its file; without --gen-key it is read from there, or opened at a URI (pkcs11:…)")->type_name("FILE")->group(group);
    auto* make = command.add_option("--gen-key", kind, "Make it: ec:P-256, ec:P-384, ec:P-521, ec:brainpoolP256r1 (P384r1, P512r1), rsa:2048 … rsa:8192, ed25519 or ed448; auto: what the CA's template names, else ec:P-256")->type_name("KIND")->needs(file)->group(group);
    auto* pass = command.add_option("--new-key-pass", passphrase, "Its passphrase or PIN: file:PATH, env:NAME or prompt")->type_name("SOURCE")->needs(file)->group(group);
    auto* over = command.add_flag("--force", force, "Let a key that is made take the place of an older file")->needs(make)->group(group);
    return {file, make, pass, over};
}

NewKey::NewKey(const NewKeyOptions& options) : NewKey(options, exists(options.path), key_of(options)) {}

NewKey NewKey::found(const NewKeyOptions& options) {
    const bool waits = !options.draft.empty() && exists(options.draft);
    if (waits || is_uri(options.path) || exists(options.path)) {
        NewKey key(options, !options.draft.empty(), load_key(waits ? options.draft : options.path, options.passphrase));
        const bool was_published = !options.kind.empty() && options.draft.empty();
        if (waits || was_published) key.draft_ = std::make_unique<Draft>(options.path, options.draft);
        key.is_safe_ = true;
        return key;
    }
    if (options.carried.empty()) throw Failure(Exit::failed, options.path + " is gone, and with it the key of the operation");
    const Secret passphrase = read_secret(options.carried_pass, "passphrase of the key in the state file");
    const Octets pem        = octets_of(options.carried);
    return {options, false, make<Key>(cmpkit_key_load, pem.data(), pem.size(), passphrase.data(), passphrase.size())};
}

void NewKey::secure() {
    if (options_.kind.empty() || is_safe_) return;
    const Secret passphrase = options_.passphrase.empty() ? Secret() : read_secret(options_.passphrase, "passphrase of " + options_.path);
    const Buffer pem        = make<Buffer>(cmpkit_key_pem, get(), passphrase.empty() ? nullptr : passphrase.data(), passphrase.size());
    draft_ = std::make_unique<Draft>(options_.path, text_of(pem), Mode::secret);
    if (!takes_anothers_place_) draft_->publish();
    is_safe_ = true;
}

void NewKey::leave() {
    if (draft_) draft_->leave();
}

void NewKey::note(NewKeyOptions& options) const {
    if (draft_ && takes_anothers_place_) options.draft = draft_->name();
    if (options.carried_pass.empty() || !options.carried.empty()) return;
    const Secret passphrase = read_secret(options.carried_pass, "passphrase of the key in the state file");
    options.carried         = text_of(make<Buffer>(cmpkit_key_pem, get(), passphrase.data(), passphrase.size()));
}

void NewKey::settle() {
    if (draft_ && takes_anothers_place_) draft_->replace();
}

void NewKey::give_up(Failure& failure) {
    if (!draft_ || takes_anothers_place_) return;  // a draft without a place goes by itself
    const bool was_never_certified = failure.exit == Exit::usage || failure.rc == CMPKIT_E_REJECTED || failure.rc == CMPKIT_E_BAD_URL || failure.rc == CMPKIT_E_NO_PLUGIN;
    if (was_never_certified) draft_->take_back();
    else failure.hint += (failure.hint.empty() ? "" : "; ") + ("the new key stays in " + options_.path + ", a next try without --gen-key uses it");
}

}  // namespace tool

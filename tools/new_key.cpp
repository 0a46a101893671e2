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

NewKey::NewKey(const NewKeyOptions& options) : options_(options), takes_anothers_place_(exists(options.path)), key_(key_of(options)) {}

void NewKey::secure() {
    if (options_.kind.empty()) return;
    const Secret passphrase = options_.passphrase.empty() ? Secret() : read_secret(options_.passphrase, "passphrase of " + options_.path);
    const Buffer pem        = make<Buffer>(cmpkit_key_pem, get(), passphrase.empty() ? nullptr : passphrase.data(), passphrase.size());
    draft_.emplace(options_.path, text_of(pem), Mode::secret);
    if (!takes_anothers_place_) draft_->publish();
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

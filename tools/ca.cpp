// ca: founding a CA, and its operator's desk.
#include "date.hpp"
#include "files.hpp"
#include "json.hpp"
#include "keys.hpp"
#include "options.hpp"
#include "secret_source.hpp"

#include <ctime>
#include <iostream>

namespace tool {
namespace {

struct Founding {
    Common&                  common;
    std::string              folder, subject, key, listen, reference, secret, key_pass, external_revocation;
    std::vector<std::string> external;
    bool                     ra_signer = false, kga_signer = false;
};

struct Desk {
    explicit Desk(Common& of_all) : common(of_all) {}

    Common&     common;
    std::string folder, ca, serial, reason = "unspecified", invalid_since, out, request, words;
    std::string state, subject, requester, expires_before;  // what list looks for
};

struct Rollover {
    explicit Rollover(Common& of_all) : desk(of_all) {}

    Desk        desk;
    std::string root_key, root_key_pass, new_key_pass, new_key, kind = "ec:P-256";
    unsigned    days = 0;
};

/// As the configuration is to name it; what was typed in is handed over itself.
Secret source_for_configuration(const Founding& order) {
    if (order.secret.starts_with("file:") || order.secret.starts_with("env:")) return Secret(order.secret);
    Secret value = read_secret(order.secret, "secret of " + order.reference);
    if (value.text().starts_with("file:") || value.text().starts_with("env:")) throw Failure(Exit::usage, "a secret cannot begin with file: or env:");
    return value;
}

void check_passphrase_source(const Founding& order) {
    const bool can_be_named = order.key_pass.starts_with("file:") || order.key_pass.starts_with("env:");
    if (!order.key_pass.empty() && !can_be_named) throw Failure(Exit::usage, "--key-pass: the server must find the passphrase again: file:PATH or env:NAME is needed");
}

void init(const Founding& order) {
    check_passphrase_source(order);
    const Context context    = make_context(order.common);
    Secret        source     = order.secret.empty() ? Secret() : source_for_configuration(order);
    const Secret  passphrase = order.key_pass.empty() ? Secret() : read_secret(order.key_pass, "passphrase of the CA's keys");
    std::vector<const char*> external;
    for (const std::string& file : order.external) external.push_back(file.c_str());
    external.push_back(nullptr);
    source.append({"\0", 1});  // it goes as a C string
    cmpkit_ca_options want = CMPKIT_CA_OPTIONS_INIT;
    want.subject           = order.subject.c_str();
    want.key               = given(order.key);
    want.listen            = given(order.listen);
    want.reference         = given(order.reference);
    want.secret            = order.secret.empty() ? nullptr : source.text().data();
    want.trust_external    = external.data();
    want.passphrase        = passphrase.empty() ? nullptr : passphrase.data();
    want.passphrase_size   = passphrase.size();
    want.passphrase_source = given(order.key_pass);
    want.ra_signer         = order.ra_signer;
    want.kga_signer        = order.kga_signer;
    want.external_revocation = given(order.external_revocation);
    call(cmpkit_ca_init, context.get(), order.folder.c_str(), static_cast<const cmpkit_ca_options*>(&want), std::int64_t{std::time(nullptr)});
    const std::string& f = order.folder;
    if (order.common.json) {
        std::cout << JsonObject().add("result", "founded").add("folder", f).add("root", f + "/root.pem").add("configuration", f + "/cmpkit.toml").text() << '\n';
        return;
    }
    std::cout << "The CA stands in " << f << ".\n  " << f << "/root.pem      the root, for those who trust this CA\n  " << f
              << "/ca-chain.pem  its issuing certificate and the root\n  " << f << "/cmpkit.toml   how it serves and whom it serves\nStart it: cmpkit serve -c " << f << "/cmpkit.toml\n";
}

Responder open(const Desk& desk, const Context& context) {
    const std::string text(text_of(read_file(desk.folder + "/cmpkit.toml")));
    Responder responder = make<Responder>(cmpkit_responder_new, context.get(), text.c_str(), desk.folder.c_str());
    call(cmpkit_ca_select, responder.get(), given(desk.ca));
    return responder;
}

/// A requester's certificate is told by its hash, whose beginning is enough to tell two apart.
std::string shortened(const std::string& requester) {
    constexpr std::size_t enough = 28;
    return requester.size() <= enough ? requester : requester.substr(0, enough) + "…";
}

void tell(const Json& certificate) {
    std::cout << certificate["serial"].text() << "  " << certificate["state"].text() << "  until " << certificate["notAfter"].text() << "  " << certificate["subject"].text()
              << "  (asked by " << shortened(certificate["requester"].text()) << ")\n";
}

cmpkit_ca_search search_of(const Desk& desk) {
    cmpkit_ca_search search = CMPKIT_CA_SEARCH_INIT;
    search.state            = given(desk.state);
    search.subject          = given(desk.subject);
    search.requester        = given(desk.requester);
    search.serial           = given(desk.serial);
    search.expires_before   = unix_time(desk.expires_before, "--expires-before");
    return search;
}

void list(const Desk& desk) {
    const cmpkit_ca_search search = search_of(desk);
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    const Buffer    json      = make<Buffer>(cmpkit_ca_find, responder.get(), &search);
    if (desk.common.json) {
        std::cout << text_of(json) << '\n';
        return;
    }
    const auto certificates = Json::parse(text_of(json));
    if (!certificates || certificates->members().empty()) std::cout << "There is no such certificate.\n";
    else
        for (const auto& [name, certificate] : certificates->members()) tell(certificate);
}

void revoke(const Desk& desk) {
    const std::int64_t since  = unix_time(desk.invalid_since, "--invalid-since");
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    call(cmpkit_ca_revoke_since, responder.get(), desk.serial.c_str(), desk.reason.c_str(), since, std::int64_t{std::time(nullptr)});
    if (desk.common.json) std::cout << JsonObject().add("result", "revoked").add("serial", desk.serial).add("reason", desk.reason).text() << '\n';
    else std::cout << "Revoked: serial " << desk.serial << ", reason " << desk.reason << ". The server's next CRL lists it; «cmpkit ca crl " << desk.folder << "» makes one now.\n";
}

void pending(const Desk& desk) {
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    const Buffer    json      = make<Buffer>(cmpkit_ca_pending, responder.get());
    if (desk.common.json) {
        std::cout << text_of(json) << '\n';
        return;
    }
    const auto requests = Json::parse(text_of(json));
    if (!requests || requests->members().empty()) std::cout << "No request waits.\n";
    else
        for (const auto& [name, request] : requests->members())
            std::cout << request["id"].text().substr(0, 8) << "  " << request["verdict"].text() << "  " << request["type"].text() << "  " << request["subject"].text() << "  ("
                      << request["details"].text() << "; asked by " << shortened(request["requester"].text()) << " at " << request["askedAt"].text() << ")\n";
}

void approve(const Desk& desk) {
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    call(cmpkit_ca_approve, responder.get(), desk.request.c_str());
    if (desk.common.json) std::cout << JsonObject().add("result", "approved").add("id", desk.request).text() << '\n';
    else std::cout << "Approved: request " << desk.request << ". The device gets its answer when it asks again.\n";
}

void reject(const Desk& desk) {
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    call(cmpkit_ca_reject, responder.get(), desk.request.c_str(), given(desk.words));
    if (desk.common.json) std::cout << JsonObject().add("result", "rejected").add("id", desk.request).text() << '\n';
    else std::cout << "Rejected: request " << desk.request << ". The device learns it when it asks again.\n";
}

void crl(const Desk& desk) {
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    const Buffer    pem       = make<Buffer>(cmpkit_ca_crl, responder.get(), std::int64_t{std::time(nullptr)});
    if (desk.out.empty()) {
        std::cout << text_of(pem);
        return;
    }
    write_file(desk.out, text_of(pem));
    std::cout << "A fresh CRL is in " << desk.out << ".\n";
}

void roll_over(const Rollover& order) {
    const Desk&     desk      = order.desk;
    const Context   context   = make_context(desk.common);
    const Responder responder = open(desk, context);
    const Key       old_key   = load_key(order.root_key.empty() ? desk.folder + "/root.key.pem" : order.root_key, order.root_key_pass);
    const Key       new_key   = make<Key>(cmpkit_key_generate, order.kind.c_str());
    const Secret    pass      = order.new_key_pass.empty() ? Secret() : read_secret(order.new_key_pass, "passphrase of the new root's key");
    const Buffer    pem       = make<Buffer>(cmpkit_key_pem, static_cast<const cmpkit_key*>(new_key.get()), pass.empty() ? nullptr : pass.data(), pass.size());
    require_place(desk.out);
    Draft draft(order.new_key, text_of(pem), Mode::secret);
    draft.publish();  // before anybody can hear of the root: a key that is lost is worse than one that is not used
    Buffer made;
    try {
        made = make<Buffer>(cmpkit_ca_rollover, responder.get(), static_cast<const cmpkit_key*>(old_key.get()), static_cast<const cmpkit_key*>(new_key.get()), order.days,
                            std::int64_t{std::time(nullptr)});
    } catch (const Failure&) {
        draft.take_back();
        throw;
    }
    write_file(desk.out, text_of(made));
    if (desk.common.json) std::cout << JsonObject().add("result", "rolled over").add("certificatesFile", desk.out).add("keyFile", order.new_key).text() << '\n';
    else
        std::cout << "A new root took the place of the old one: " << desk.out << " holds it, its links with the old one, and the CA below it; its key is in " << order.new_key
                  << ", which belongs in a safe place.\nDevices learn it by «cmpkit get URL root-update». Restart the server, or send it SIGHUP, for the new chain.\n";
}

constexpr const char* init_examples = R"(
Examples:
  cmpkit ca init plant --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:8829 --ref dev1 --secret file:dev1.secret
  cmpkit ca init plant --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:0 --trust-external manufacturer-root.pem

It makes a root, an issuing CA, the signer of its answers, a first CRL and a commented cmpkit.toml.)";

void add_init(CLI::App& ca, Common& common) {
    auto  order   = std::make_shared<Founding>(common);
    auto& command = *ca.add_subcommand("init", "Found a CA in a new folder");
    command.add_option("DIR", order->folder, "The folder")->type_name("")->required();
    command.add_option("--subject", order->subject, "Name of the root")->type_name("DN")->required();
    command.add_option("--listen", order->listen, "Where it will serve; port 0: a free one [http://127.0.0.1:8080]")->type_name("URL");
    auto* ref    = command.add_option("--ref", order->reference, "Reference of a first shared secret")->type_name("NAME");
    auto* secret = command.add_option("--secret", order->secret, "That secret: file:PATH, env:NAME or prompt")->type_name("SOURCE")->needs(ref);
    ref->needs(secret);
    command.add_option("--trust-external", order->external, "Roots whose certificates may ask for a first one; may be repeated")->type_name("FILE")->allow_extra_args(false);
    command.add_option("--external-revocation", order->external_revocation, "Whether it must be known that certificates below those roots are not revoked [hard]")
        ->type_name("none|soft|hard")->check(CLI::IsMember({"none", "soft", "hard"}));
    command.add_option("--key", order->key, "Kind of its keys, as --gen-key of enroll [ec:P-256]")->type_name("KIND");
    command.add_option("--key-pass", order->key_pass, "Passphrase that its keys are encrypted with: file:PATH or env:NAME")->type_name("SOURCE");
    command.add_flag("--ra-signer", order->ra_signer, "Also make a signer for a registration authority");
    command.add_flag("--kga-signer", order->kga_signer, "Also make one for a key generation authority");
    add_json_flag(command, common);
    command.footer(init_examples);
    command.callback([order] { init(*order); });
}

CLI::App& add_desk(CLI::App& ca, const std::string& word, const std::string& help, const std::shared_ptr<Desk>& desk, void (*run)(const Desk&)) {
    auto& command = *ca.add_subcommand(word, help);
    command.add_option("DIR", desk->folder, "The folder of the CA")->type_name("")->required();
    command.add_option("--ca", desk->ca, "Which of its CAs, where there are several [the default one]")->type_name("NAME");
    command.callback([desk, run] { run(*desk); });
    return command;
}

void add_rollover(CLI::App& ca, Common& common) {
    auto  order   = std::make_shared<Rollover>(common);
    auto& command = *ca.add_subcommand("rollover", "Put a new root in the place of the old one, also while the server runs");
    command.add_option("DIR", order->desk.folder, "The folder of the CA")->type_name("")->required();
    command.add_option("--ca", order->desk.ca, "Which of its CAs, where there are several [the default one]")->type_name("NAME");
    command.add_option("--root-key", order->root_key, "Key of the old root: a file or URI [DIR/root.key.pem]")->type_name("FILE");
    command.add_option("--root-key-pass", order->root_key_pass, "Its passphrase or PIN: file:PATH, env:NAME or prompt")->type_name("SOURCE");
    command.add_option("--new-key", order->new_key, "Where the key of the new root goes")->type_name("FILE")->required();
    command.add_option("--new-key-pass", order->new_key_pass, "A passphrase that it is encrypted with: file:PATH, env:NAME or prompt")->type_name("SOURCE");
    command.add_option("--gen-key", order->kind, "Kind of that key, as --gen-key of enroll [ec:P-256]")->type_name("KIND");
    command.add_option("--days", order->days, "How long the new root is valid [20 years]")->type_name("DAYS")->check(CLI::Range(1, 36500));
    command.add_option("--out", order->desk.out, "Where the certificates go (PEM): the new root first")->type_name("FILE")->required();
    add_json_flag(command, common);
    command.callback([order] { roll_over(*order); });
}

}  // namespace

const char* const purpose     = "cmpkit gets, renews and revokes certificates (CMP, RFC 9810 and RFC 9483), and runs a CA that gives them.";
const char* const first_round = R"(
A first round, on one machine:
  cmpkit ca init plant --subject "/O=Plant/CN=Plant Root" --listen http://127.0.0.1:8829 --ref dev1 --secret file:dev1.secret
  cmpkit serve -c plant/cmpkit.toml &
  cmpkit enroll http://127.0.0.1:8829 --ref dev1 --secret file:dev1.secret --trust plant/root.pem \
         --gen-key ec:P-256 --new-key dev1.key --subject /CN=dev1 --out dev1.pem
)";

void add_ca(CLI::App& app, Common& common) {
    auto& ca   = *app.add_subcommand("ca", "Found a CA; list and revoke what it issued");
    auto  desk = std::make_shared<Desk>(common);
    ca.require_subcommand(1);
    add_init(ca, common);
    auto& listing = add_desk(ca, "list", "List the certificates, or those that all options fit", desk, list);
    listing.add_option("--state", desk->state, "In this state")->type_name("unconfirmed|valid|updated|revoked");
    listing.add_option("--subject", desk->subject, "With this in the subject")->type_name("TEXT");
    listing.add_option("--requester", desk->requester, "Asked for by this one, such as secret:dev1")->type_name("ID");
    listing.add_option("--serial", desk->serial, "With this serial number, decimal or 0x…")->type_name("NUMBER");
    listing.add_option("--expires-before", desk->expires_before, "Valid no longer than until then")->type_name("DATE");
    add_json_flag(listing, common);
    auto& revoking = add_desk(ca, "revoke", "Revoke a certificate, also while the server runs", desk, revoke);
    revoking.add_option("SERIAL", desk->serial, "Its serial number, as list shows it")->type_name("")->required();
    revoking.add_option("--reason", desk->reason, "Why: keyCompromise, superseded, … [unspecified]")->type_name("REASON");
    revoking.add_option("--invalid-since", desk->invalid_since, "Since when it was not good, told on the CRL")->type_name("DATE");
    add_json_flag(revoking, common);
    add_json_flag(add_desk(ca, "pending", "List the requests that wait for the operator", desk, pending), common);
    auto& approving = add_desk(ca, "approve", "Grant a request that waits, also while the server runs", desk, approve);
    approving.add_option("REQUEST", desk->request, "Its identifier, as pending shows it")->type_name("")->required();
    add_json_flag(approving, common);
    auto& rejecting = add_desk(ca, "reject", "Refuse a request that waits", desk, reject);
    rejecting.add_option("REQUEST", desk->request, "Its identifier, as pending shows it")->type_name("")->required();
    rejecting.add_option("--reason", desk->words, "Words for the device")->type_name("TEXT");
    add_json_flag(rejecting, common);
    add_rollover(ca, common);
    add_desk(ca, "crl", "Make a fresh CRL", desk, crl).add_option("--out", desk->out, "Where it goes (PEM); without it to standard output")->type_name("FILE");
}

}  // namespace tool

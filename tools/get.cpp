// get: what the CA has to tell (genm): its certificates, a new root, a template for requests, CRLs, information of its own.
#include "get.hpp"

#include "files.hpp"
#include "json.hpp"
#include "report.hpp"
#include "trace.hpp"

#include <iostream>

namespace tool {
namespace {

struct Question {
    Common&         common;
    Peer            peer;
    Identity        identity;
    TrustOptions    trust;
    cmpkit_get_kind kind = CMPKIT_GET_ALL;
    std::string     what, root, crl, issuer, point, type, value, profile, out, links;
};

constexpr struct {
    const char*     word;
    cmpkit_get_kind kind;
} words[] = {{"ca-certs", CMPKIT_GET_CA_CERTIFICATES}, {"root-update", CMPKIT_GET_ROOT_UPDATE}, {"template", CMPKIT_GET_TEMPLATE},
             {"crl", CMPKIT_GET_CRL},                  {"info", CMPKIT_GET_INFORMATION},         {"all", CMPKIT_GET_ALL}};

Operation ask(const Question& question) {
    const Octets root  = question.root.empty() ? Octets() : read_file(question.root);
    const Octets crl   = question.crl.empty() ? Octets() : read_file(question.crl);
    const Octets value = question.value.empty() ? Octets() : read_file(question.value);
    cmpkit_get_options want = CMPKIT_GET_OPTIONS_INIT;
    want.kind               = question.kind;
    want.root               = root.empty() ? nullptr : root.data();
    want.root_size          = root.size();
    want.crl                = crl.empty() ? nullptr : crl.data();
    want.crl_size           = crl.size();
    want.issuer             = given(question.issuer);
    want.distribution_point = given(question.point);
    want.info_type          = given(question.type);
    want.info_value         = value.empty() ? nullptr : value.data();
    want.info_value_size    = value.size();
    want.profile            = given(question.profile);
    want.recipient          = given(question.peer.recipient);
    const Context context   = question.peer.context(question.common);
    return ask(want, question.common, question.peer, context, question.identity.present(), question.trust);
}

std::size_t count_of(std::string_view pem) {
    std::size_t count = 0;
    for (auto at = pem.find("-----BEGIN "); at != pem.npos; at = pem.find("-----BEGIN ", at + 1)) ++count;
    return count;
}

// A line on standard error, so that standard output is the thing alone.
void say(const Question& question, const std::string& line) {
    if (!question.common.json) std::cerr << line << '\n';
}

void put(const Question& question, std::string_view octets) {
    if (!question.out.empty()) write_file(question.out, octets);
    else if (!question.common.json) std::cout << octets;
}

void tell_pem(const Question& question, const Operation& operation) {
    const Buffer      found = make<Buffer>(cmpkit_operation_found_pem, static_cast<const cmpkit_operation*>(operation.get()));
    const std::size_t count = count_of(text_of(found));
    const char* const thing = question.kind == CMPKIT_GET_CRL ? "CRL" : question.kind == CMPKIT_GET_ROOT_UPDATE ? "new root" : "CA certificate";
    if (count) put(question, text_of(found));
    if (question.kind == CMPKIT_GET_ROOT_UPDATE && count && !question.links.empty())
        write_file(question.links, text_of(make<Buffer>(cmpkit_operation_links_pem, static_cast<const cmpkit_operation*>(operation.get()))));
    if (question.common.json) {
        JsonObject result;
        result.add("result", count ? "found" : "nothing").add("what", question.what).add_raw("count", std::to_string(count)).add_given("file", question.out);
        result.add("pem", text_of(found));
        std::cout << result.text() << '\n';
    }
    if (!count) say(question, std::string("The CA has no ") + (question.kind == CMPKIT_GET_CRL ? "newer CRL." : thing + std::string(" to tell.")));
    else say(question, "The CA told " + std::to_string(count) + " " + thing + (count > 1 ? "s" : "") + (question.out.empty() ? "." : "; in " + question.out + "."));
    if (count && question.kind == CMPKIT_GET_ROOT_UPDATE) say(question, "The old root has signed it (newWithOld). Trust it by giving it with --trust from now on.");
}

std::string in_words(const Json& content) {
    std::string text;
    for (const auto& [name, value] : content.members()) {
        text += "  " + name + ": ";
        if (value.is_list()) {
            std::string list;
            for (const auto& [none, each] : value.members()) list += (list.empty() ? "" : ", ") + each.text();
            text += list + "\n";
        } else {
            text += value.text() + "\n";
        }
    }
    return text;
}

void tell_template(const Question& question, const Operation& operation) {
    const Buffer content = make<Buffer>(cmpkit_operation_template, static_cast<const cmpkit_operation*>(operation.get()));
    const bool   is_some = cmpkit_buf_size(content.get()) > 0;
    Buffer       summary;
    if (is_some) summary = make<Buffer>(cmpkit_template_summary, cmpkit_buf_data(content.get()), cmpkit_buf_size(content.get()));
    if (is_some && !question.out.empty()) write_file(question.out, text_of(content));
    if (question.common.json) {
        JsonObject result;
        result.add("result", is_some ? "found" : "nothing").add("what", question.what).add_given("file", question.out);
        if (is_some) result.add_raw("template", text_of(summary));
        std::cout << result.text() << '\n';
    } else if (!is_some) {
        std::cout << "The CA asks for nothing in particular.\n";
    } else {
        std::cout << "The CA wants of a request (what ends in = or : is yours to fill in):\n" << in_words(Json::parse(text_of(summary)).value_or(Json()));
    }
}

void tell_octets(const Question& question, const Operation& operation) {
    const auto*  asked = static_cast<const cmpkit_operation*>(operation.get());
    const Buffer value = question.kind == CMPKIT_GET_ALL ? make<Buffer>(cmpkit_operation_information, asked) : make<Buffer>(cmpkit_operation_information_value, asked, question.type.c_str());
    if (!question.out.empty()) write_file(question.out, text_of(value));
    if (question.common.json) std::cout << JsonObject().add("result", "found").add("what", question.what).add_given("file", question.out).add("der", hex(text_of(value))).text() << '\n';
    else if (question.out.empty()) std::cout << hex(text_of(value)) << '\n';
}

void run(Question& question) {
    for (const auto& [word, kind] : words)
        if (question.what == word) question.kind = kind;
    if (question.trust.anchors.empty() && question.trust.pins.empty() && question.identity.reference.empty())
        throw Failure(Exit::usage, "whom to trust? Give the CA's root with --trust, or the signer of its answers with --pin");
    if (!question.out.empty()) require_place(question.out);
    if (!question.links.empty()) require_place(question.links);
    question.trust.read();
    question.peer.read();
    const Operation operation = ask(question);
    if (question.kind == CMPKIT_GET_TEMPLATE) tell_template(question, operation);
    else if (question.kind == CMPKIT_GET_ALL || question.kind == CMPKIT_GET_INFORMATION) tell_octets(question, operation);
    else tell_pem(question, operation);
}

constexpr const char* examples = R"(
Examples:
  Issuing and intermediate CAs, to standard output:
    cmpkit get http://127.0.0.1:8829 ca-certs --ref dev1 --secret file:dev1.secret --trust root.pem
  The root that follows ours, believed only if ours has signed it:
    cmpkit get http://127.0.0.1:8829 root-update --cert dev1.pem --key dev1.key --trust root.pem --root root.pem --out new-root.pem
  What a request shall say, in words; «cmpkit enroll --use-template» follows it:
    cmpkit get http://127.0.0.1:8829 template --cert dev1.pem --key dev1.key --trust root.pem
  The CRL, if it is newer than ours:
    cmpkit get http://127.0.0.1:8829 crl --cert dev1.pem --key dev1.key --trust root.pem --newer-than ca.crl.pem --out ca.crl.pem
  An infoType of the site's own, as DER:
    cmpkit get http://127.0.0.1:8829 info --type 1.3.6.1.4.1.32473.1 --cert dev1.pem --key dev1.key --trust root.pem --out site.der)";

}  // namespace

Operation ask(const cmpkit_get_options& want, const Common& common, const Peer& peer, const Context& context, const Presented& who, const TrustOptions& trusted) {
    const Trust trust     = trusted.trust();
    Operation   operation = make<Operation>(cmpkit_operation_new_get, context.get(), &want, static_cast<const cmpkit_credentials*>(who.credentials.get()),
                                            static_cast<const cmpkit_trust*>(trust.get()));
    const Tls   tls       = peer.tls();
    Trace       trace(peer.trace_folder, common.verbose);
    trace.attach_to(operation);
    tell_when_waiting(operation);
    call(cmpkit_operation_set_timeouts, operation.get(), 0u, 0u, peer.total_ms(context));
    call(cmpkit_operation_run, operation.get(), peer.url.c_str(), static_cast<const cmpkit_tls*>(tls.get()));
    call(cmpkit_operation_set_trace, operation.get(), static_cast<cmpkit_trace_fn>(nullptr), static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
    return operation;
}

Octets fetch_template(const Common& common, const Peer& peer, const Context& context, const Presented& who, const TrustOptions& trust, const std::string& profile) {
    cmpkit_get_options want   = CMPKIT_GET_OPTIONS_INIT;
    want.kind                 = CMPKIT_GET_TEMPLATE;
    want.profile              = given(profile);
    want.recipient            = given(peer.recipient);
    const Operation operation = ask(want, common, peer, context, who, trust);
    return octets_of(text_of(make<Buffer>(cmpkit_operation_template, static_cast<const cmpkit_operation*>(operation.get()))));
}

std::string first_key_kind(const Octets& content) {
    const Buffer summary = make<Buffer>(cmpkit_template_summary, content.data(), content.size());
    const auto   read    = Json::parse(text_of(summary)).value_or(Json());
    const Json&  keys    = read["keys"];
    return keys.members().empty() ? std::string() : keys.members().front().second.text();
}

void add_get(CLI::App& app, Common& common) {
    auto  question = std::make_shared<Question>(common);
    auto& command  = *app.add_subcommand("get", "Ask the CA for certificates, a new root, a template, CRLs (genm)");
    question->identity.add_secret_to(command);
    question->identity.add_certificate_to(command);
    question->trust.add_to(command);
    const std::string group = "What we ask for";
    question->peer.add_to(command, common);
    std::vector<std::string> kinds;
    for (const auto& each : words) kinds.emplace_back(each.word);
    command.add_option("WHAT", question->what, "ca-certs, root-update, template, crl, info or all")->type_name("")->required()->check(CLI::IsMember(kinds));
    command.add_option("--root", question->root, "root-update: the root that we have; without it the path of the URL tells which")->type_name("FILE")->group(group);
    command.add_option("--newer-than", question->crl, "crl: the newest that we have")->type_name("FILE")->group(group);
    command.add_option("--issuer", question->issuer, "crl: whose [that of --newer-than, else of --cert]")->type_name("DN")->group(group);
    command.add_option("--distribution-point", question->point, "crl: by the URI of a certificate's distribution point")->type_name("URI")->group(group);
    command.add_option("--type", question->type, "info: the OID of the infoType")->type_name("OID")->group(group);
    command.add_option("--value", question->value, "info: the value that goes with it (DER)")->type_name("FILE")->group(group);
    command.add_option("--profile", question->profile, "The CA's profile, also in the path of a URL that has none")->type_name("NAME")->group(group);
    command.add_option("--out", question->out, "Where the answer goes; without it to standard output")->type_name("FILE")->group("What we get");
    command.add_option("--links-out", question->links, "root-update: where newWithOld and oldWithNew go (PEM)")->type_name("FILE")->group("What we get");
    command.footer(examples);
    command.callback([question] { run(*question); });
}

}  // namespace tool

// doctor: what does this server speak, and what is wrong with the set-up. From the URL to the CA's own words, layer by layer; a layer that fails
// ends the walk. Credentials go out only to a server that has answered a question without them, and a refusal is not tried again.
#include "checkup.hpp"
#include "get.hpp"
#include "probe.hpp"
#include "reach.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace tool {
namespace {

struct Patient {
    Common&      common;
    Peer         peer;
    Identity     identity;
    TrustOptions trust;
    std::string  profile;

    std::chrono::milliseconds patience() const { return std::chrono::seconds(peer.timeout_seconds ? std::min(peer.timeout_seconds, 5u) : 5u); }
    bool                      has_credentials() const { return !identity.reference.empty() || !identity.certificate.empty(); }
};

// -- the way to the server

bool is_served(const Context& context, const std::string& scheme) {
    const Buffer list    = make<Buffer>(cmpkit_context_transports, context.get());
    const Json   plugins = Json::parse(text_of(list)).value_or(Json());
    for (const auto& [none, plugin] : plugins.members())
        for (const auto& [nothing, served] : plugin["schemes"].members())
            if (served.text() == scheme) return true;
    return false;
}

bool look_at_url(Checkup& checkup, const Context& context, const Patient& patient) {
    const auto  place   = place_in(patient.peer.url);
    const char* example = "a URL looks like http://ca.plant:8080/.well-known/cmp";
    if (!place || (place->is_http() && !place->has_authority())) {
        checkup.problem("url", "a scheme, a host and a port, if any, were expected, and no user name", "RFC 9811 3.4", example, Exit::network);
        return false;
    }
    if (!is_served(context, place->scheme)) {
        checkup.problem("url", "no transport plugin serves " + place->scheme + ":", "", "«cmpkit transports» lists what is at hand", Exit::network);
        return false;
    }
    checkup.ok("url", "a transport serves " + place->scheme + ":");
    return true;
}

bool look_at_addresses(Checkup& checkup, const Place& place, const Patient& patient) {
    std::string known, reached, unreached;
    for (const Address& address : resolve(place, patient.patience())) {
        known += (known.empty() ? "" : ", ") + address.text;
        const std::string why = why_unreachable(address, patient.patience());
        if (why.empty()) reached += (reached.empty() ? "" : ", ") + address.text;
        else unreached += (unreached.empty() ? "" : "; ") + address.text + ": " + why;
    }
    checkup.ok("dns", place.host + " has the address" + (known.find(',') == known.npos ? " " : "es ") + known);
    if (reached.empty()) {
        checkup.problem("tcp", "a connection to port " + place.port + " was expected; " + unreached, "", "is a server running there, and does a firewall let it be reached?", Exit::network);
        return false;
    }
    checkup.ok("tcp", "port " + place.port + " is open at " + reached + (unreached.empty() ? "" : ", but not at " + unreached));
    return true;
}

bool look_at_network(Checkup& checkup, const Patient& patient) {
    const auto place = place_in(patient.peer.url);
    if (!place->is_http()) return true;  // others have no host, or no connection
    try {
        return look_at_addresses(checkup, *place, patient);
    } catch (const Failure& failure) {
        checkup.problem("dns", failure);
        return false;
    }
}

// -- what answers there

Buffer exchange(const Context& context, const Patient& patient, const std::string& url, const Probe& probe, unsigned ms) {
    const Tls   tls  = patient.peer.tls();
    const Trust ways = make<Trust>(cmpkit_trust_new);  // of the peer: whom we trust is no question yet
    patient.trust.peer.apply_to(ways);
    return make<Buffer>(cmpkit_context_exchange, context.get(), url.c_str(), static_cast<const cmpkit_tls*>(tls.get()), static_cast<const cmpkit_trust*>(ways.get()), probe.message.data(),
                        probe.message.size(), ms);
}

/// How far an exchange came that failed so.
std::string step_of(cmpkit_rc rc) {
    if (rc == CMPKIT_E_TLS_FAILED) return "tls";
    if (rc == CMPKIT_E_BAD_URL || rc == CMPKIT_E_NO_PLUGIN || rc == CMPKIT_E_BAD_PLUGIN) return "url";
    if (rc == CMPKIT_E_CONTENT_TYPE) return "content-type";
    return "http";
}

void tell_layers_below(Checkup& checkup, const Place& place, const std::string& failed) {
    const bool has_answered = failed == "content-type" || failed.empty();
    if (place.scheme == "https" && has_answered) checkup.ok("tls", "the server's certificate leads to --tls-trust and is for " + place.host);
    if (place.is_http() && has_answered) checkup.ok("http", "a message was posted, and answered");
    if (failed.empty()) checkup.ok(place.is_http() ? "content-type" : "exchange", place.is_http() ? "application/pkixcmp" : "a message was sent, and answered");
}

bool speaks_cmp(const Context& context, const Patient& patient, const std::string& url) {
    try {
        (void)seen_in(exchange(context, patient, url, make_probe(), static_cast<unsigned>(patient.patience().count())));
        return true;
    } catch (const Failure&) {
        return false;
    }
}

// Where servers are met in the field; RFC 9811 3.4 names the first.
std::vector<std::string> usual_paths(const Patient& patient) {
    std::vector<std::string> paths = {"/.well-known/cmp", "/cmp", "/pkix/", "/ejbca/publicweb/cmp"};
    if (!patient.profile.empty()) paths.insert(paths.begin() + 1, "/.well-known/cmp/p/" + patient.profile);
    return paths;
}

void look_at_other_paths(Checkup& checkup, const Context& context, const Patient& patient, const Place& place) {
    std::string tried;
    for (const std::string& path : usual_paths(patient)) {
        const bool is_given = path == place.path || (path == "/.well-known/cmp" && (place.path.empty() || place.path == "/"));
        if (is_given) continue;
        if (speaks_cmp(context, patient, place.origin() + path)) return checkup.ok("paths", "CMP is spoken at another path", "use " + place.origin() + path);
        tried += (tried.empty() ? "" : ", ") + path;
    }
    checkup.problem("paths", "CMP was expected at one of the usual paths, and is spoken at none of " + tried, "RFC 9811 3.4",
                    "ask the operator of the CA for the path", Exit::network);
}

// -- the answer

/// @param claim  whether it holds  @param rule  what the profile asks for
void require(Checkup& checkup, bool claim, const char* rule, const std::string& came) {
    if (claim) return;
    checkup.problem("header", std::string(rule) + " was expected; " + (came.empty() ? "nothing" : came) + " came", "RFC 9483 3.1",
                    "the server, or a proxy that answers for it, does not keep to CMP: tell its operator", Exit::failed);
}

void look_at_header(Checkup& checkup, const Json& header, const Probe& probe) {
    constexpr std::size_t least_nonce = 32;  // 16 octets, in hexadecimal
    const std::string     version = header["pvno"].text(), id = header["transactionID"].text(), nonce = header["recipNonce"].text(), fresh = header["senderNonce"].text();
    require(checkup, version.starts_with("cmp2000") || version.starts_with("cmp2021"), "pvno cmp2000 or cmp2021", version);
    require(checkup, id == probe.transaction_id, "the transactionID of the request", id);
    require(checkup, nonce == probe.sender_nonce, "the senderNonce of the request as recipNonce", nonce);
    require(checkup, fresh.size() >= least_nonce, "a senderNonce of 16 octets or more", fresh);
    if (!checkup.has("header")) checkup.ok("header", version + ", transactionID and nonces as they must be; the sender calls itself " + header["sender"].text());
}

void look_at_clock(Checkup& checkup, const Json& header) {
    constexpr std::int64_t tolerable = 300;
    const std::string      text = header["messageTime"].text();
    const auto             told = time_in(text);
    if (!told) return checkup.unknown("clock", "the answer has no messageTime");
    const std::int64_t  ahead = *told - static_cast<std::int64_t>(std::time(nullptr));
    const std::string   words = "the server's clock is " + std::to_string(std::abs(ahead)) + " s " + (ahead < 0 ? "behind" : "ahead of") + " ours";
    if (std::abs(ahead) <= tolerable) checkup.ok("clock", words);
    else checkup.problem("clock", "a messageTime within " + std::to_string(tolerable) + " s of our time was expected; " + text + " came: " + words, "RFC 9483 3.1",
                         "set the clock that is wrong", Exit::failed);
}

bool look_at_answer(Checkup& checkup, const Buffer& answer, const Probe& probe) {
    try {
        const Seen seen = seen_in(answer);
        const std::string what = seen.body + (seen.status.empty() ? "" : ", " + seen.status);
        checkup.ok("der", "a PKIMessage of " + std::to_string(cmpkit_buf_size(answer.get())) + " octets: " + what + ", to a genm without protection");
        look_at_header(checkup, seen.header, probe);
        look_at_clock(checkup, seen.header);
        return true;
    } catch (const Failure& failure) {
        checkup.problem("der", "a PKIMessage was expected: " + std::string(failure.what()), failure.clause, "is it the path of a CMP server?", Exit::network);
        return false;
    }
}

bool look_at_server(Checkup& checkup, const Context& context, const Patient& patient) {
    const Place place = *place_in(patient.peer.url);
    const Probe probe = make_probe();
    bool        is_elsewhere = false;
    try {
        const Buffer answer = exchange(context, patient, patient.peer.url, probe, patient.peer.total_ms(context));
        tell_layers_below(checkup, place, {});
        if (look_at_answer(checkup, answer, probe)) return true;
        is_elsewhere = true;
    } catch (const Failure& failure) {
        const std::string step = step_of(failure.rc);
        tell_layers_below(checkup, place, step);
        checkup.problem(step, failure);
        is_elsewhere = failure.rc == CMPKIT_E_HTTP_STATUS || failure.rc == CMPKIT_E_CONTENT_TYPE;
    }
    if (is_elsewhere && place.is_http()) look_at_other_paths(checkup, context, patient, place);
    return false;
}

// -- with credentials

Operation ask(const Patient& patient, const Context& context, const Presented& who, cmpkit_get_kind kind) {
    cmpkit_get_options want = CMPKIT_GET_OPTIONS_INIT;
    want.kind               = kind;
    want.profile            = given(patient.profile);
    want.recipient          = given(patient.peer.recipient);
    return ask(want, patient.common, patient.peer, context, who, patient.trust);
}

/// Whether the CA refused what was asked for, and not who asked.
bool refuses_the_question(const Failure& failure) {
    return failure.rc == CMPKIT_E_REJECTED && (failure.fail_info == "badRequest" || failure.fail_info == "unsupportedVersion" || failure.fail_info.empty());
}

void look_at_template(Checkup& checkup, const Patient& patient, const Context& context, const Presented& who) {
    try {
        const Operation operation = ask(patient, context, who, CMPKIT_GET_TEMPLATE);
        const Buffer    content   = make<Buffer>(cmpkit_operation_template, static_cast<const cmpkit_operation*>(operation.get()));
        checkup.ok("template", cmpkit_buf_size(content.get()) ? "the CA says what a request shall say" : "the CA asks for nothing in particular");
    } catch (const Failure& failure) {
        checkup.unknown("template", std::string("the CA does not tell: ") + failure.what());
    }
}

void look_at_protection(Checkup& checkup, const Patient& patient, const Context& context, const Presented& who) {
    try {
        const Operation operation = ask(patient, context, who, CMPKIT_GET_CA_CERTIFICATES);
        const Buffer    found     = make<Buffer>(cmpkit_operation_found_pem, static_cast<const cmpkit_operation*>(operation.get()));
        checkup.ok("protection", "the CA took our protection, and that of its answer is right and trusted");
        checkup.ok("ca-certs", cmpkit_buf_size(found.get()) ? "the CA tells its certificates" : "the CA has no certificate to tell");
    } catch (const Failure& failure) {
        if (!refuses_the_question(failure)) return checkup.problem("protection", failure);
        checkup.unknown("protection", std::string("the CA refused the question: ") + failure.what());
    }
    look_at_template(checkup, patient, context, who);
}

void look_at_credentials(Checkup& checkup, const Patient& patient, const Context& context) {
    if (!patient.has_credentials())
        return checkup.unknown("protection", "nothing was proved to the CA, nor by it", "give --ref and --secret, or --cert, --key and --trust");
    if (patient.identity.reference.empty() && patient.trust.anchors.empty() && patient.trust.pins.empty())
        return checkup.problem("protection", "somebody to trust was expected, and none is given", "", "give the CA's root with --trust, or the signer of its answers with --pin", Exit::usage);
    look_at_protection(checkup, patient, context, patient.identity.present());
}

void examine(Checkup& checkup, const Patient& patient) {
    const Context context = patient.peer.context(patient.common);
    const bool    speaks  = look_at_url(checkup, context, patient) && look_at_network(checkup, patient) && look_at_server(checkup, context, patient);
    if (speaks && !checkup.has_problem("header")) look_at_credentials(checkup, patient, context);
    for (const char* step : {"dns", "tcp", "tls", "http", "content-type", "der", "header", "clock", "protection"}) {
        const bool is_absent = !place_in(patient.peer.url) || (std::string_view(step) == "tls" && !patient.peer.url.starts_with("https:"));
        if (checkup.exit() != Exit::ok && !is_absent && !checkup.has(step)) checkup.unknown(step, "not reached");
    }
}

void run(Patient& patient) {
    Checkup checkup(patient.peer.url, patient.common.json ? Checkup::Form::json : Checkup::Form::lines);
    try {
        patient.trust.read();
        patient.trust.peer.apply_to(make<Trust>(cmpkit_trust_new));  // a profile that nobody knows is a fault of the set-up
        patient.peer.read();
        examine(checkup, patient);
    } catch (const Failure& failure) {  // of what was given to us: no file, no key
        checkup.problem("set-up", failure);
    }
    checkup.tell();
    if (checkup.exit() != Exit::ok) throw CLI::RuntimeError(static_cast<int>(checkup.exit()));
}

constexpr const char* examples = R"(
Examples:
  What answers there; nothing is proved, no secret is sent:
    cmpkit doctor http://127.0.0.1:8829
  The whole way, with what a device would use:
    cmpkit doctor https://ca.plant/.well-known/cmp --tls-trust tls-root.pem --cert dev1.pem --key dev1.key --trust root.pem
  A wrong secret counts as a failed try at the CA, once.)";

}  // namespace

void add_doctor(CLI::App& app, Common& common) {
    auto  patient = std::make_shared<Patient>(common);
    auto& command = *app.add_subcommand("doctor", "Find out what a server speaks, and what is wrong with the set-up");
    patient->identity.add_secret_to(command);
    patient->identity.add_certificate_to(command);
    patient->trust.add_to(command);
    patient->peer.add_to(command, common);
    command.add_option("--profile", patient->profile, "The CA's profile, also in the path of a URL that has none")->type_name("NAME")->group("What we ask for");
    command.footer(examples);
    command.callback([patient] { run(*patient); });
}

}  // namespace tool

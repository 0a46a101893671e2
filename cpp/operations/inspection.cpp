#include "operations/inspection.hpp"

#include "der/print.hpp"
#include "operations/findings.hpp"
#include "operations/summary.hpp"

namespace cmpkit::operations {
namespace {

std::vector<Finding> findings_in(const Shown& shown) {
    if (const auto* message = shown.get<PKIMessage>()) return findings_of(*message);
    if (const auto* requests = shown.get<CertReqMessages>()) return findings_of(*requests);
    if (const auto* request = shown.get<CertificationRequest>()) return findings_of(*request);
    return {};
}

std::string head_of(const Shown& shown) {
    std::string       head    = in_words(shown) + "\n";
    const PKIMessage* message = shown.get<PKIMessage>();
    if (!message) return head;
    const PKIHeader& header = message->header;
    head += "from " + name_in_words(header.sender) + " to " + name_in_words(header.recipient) + "\n";
    head += message->protection || header.protectionAlg ? "protected by " + protection_in_words(*message) + "\n" : "unprotected\n";
    head += "transactionID " + (header.transactionID ? to_hex(header.transactionID->content.first(std::min<std::size_t>(header.transactionID->content.size(), 64))) : "absent");
    head += ", messageTime " + (header.messageTime ? der::shown_time(header.messageTime->content) : "absent") + "\n";
    return head;
}

std::string line_of(const Finding& finding) {
    std::string line(name_of(finding.level));
    line.append(9 - line.size(), ' ').append(finding.path).append(finding.path.empty() ? "" : ": ").append(finding.text);
    return line + " (" + finding.clause + ")\n";
}

std::string brief_of(const Shown& shown) {
    std::string text = head_of(shown);
    for (const Finding& finding : findings_in(shown)) text += line_of(finding);
    return text;
}

std::string member(std::string_view name, std::string_view text) { return der::json_string(name) + ":" + der::json_string(text); }

std::string json_of(const Finding& finding) {
    return "{" + member("level", name_of(finding.level)) + "," + member("path", finding.path) + "," + member("text", finding.text) + "," + member("clause", finding.clause) + "}";
}

std::string json_of(const std::vector<Finding>& findings) {
    std::string list;
    for (const Finding& finding : findings) list += (list.empty() ? "" : ",") + json_of(finding);
    return "[" + list + "]";
}

}  // namespace

Result<std::string> inspect_text(Bytes octets) {
    const auto shown = Shown::from(octets);
    if (!shown) return shown.error();
    return brief_of(*shown) + "\n" + shown->text();
}

Result<std::string> inspect_brief(Bytes octets) {
    const auto shown = Shown::from(octets);
    if (!shown) return shown.error();
    return brief_of(*shown);
}

Result<std::string> inspect_json(Bytes octets) {
    const auto shown = Shown::from(octets);
    if (!shown) return shown.error();
    const PKIMessage* message    = shown->get<PKIMessage>();
    const std::string protection = message ? member("protection", protection_in_words(*message)) : "\"protection\":null";
    return "{" + member("type", shown->type()) + ",\"size\":" + std::to_string(shown->size()) + "," + member("summary", in_words(*shown)) + "," + protection +
           ",\"findings\":" + json_of(findings_in(*shown)) + ",\"value\":" + shown->json() + "}";
}

}  // namespace cmpkit::operations

#include "message.hpp"

#include "base64.hpp"

#include <boost/json/src.hpp>

namespace ocpp {

namespace json = boost::json;

namespace {

constexpr std::string_view content_type = "application/pkixcmp";

/// What we say in statusInfo.reasonCode when there is no message to send, and the contract's word for it. OCPP leaves these to the vendor.
constexpr struct {
    std::int32_t     status;
    std::string_view reason;
} reasons[] = {
    {CMPKIT_TRANSPORT_BAD, "NoMessage"}, {CMPKIT_TRANSPORT_BUSY, "Busy"},       {CMPKIT_TRANSPORT_BROKEN, "Failed"},
    {CMPKIT_TRANSPORT_STORED, "Stored"}, {CMPKIT_TRANSPORT_ACCEPTED, "Later"}, {CMPKIT_TRANSPORT_NOT_OFFERED, "NotOffered"},
};

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

/// A member that is a text; empty: it is absent, or something else. With a NUL it could not cross to the host.
std::string text_of(const json::object* object, std::string_view name) {
    const json::value* member = object ? object->if_contains(name) : nullptr;
    const auto*        text   = member ? member->if_string() : nullptr;
    return text && text->find('\0') == text->npos ? std::string(view_of(*text)) : std::string();
}

const json::object* object_of(const json::object* object, std::string_view name) {
    const json::value* member = object ? object->if_contains(name) : nullptr;
    return member ? member->if_object() : nullptr;
}

/// CALLRESULT of a DataTransfer that brings nothing. @param reason  may be empty
std::string empty_result(std::string_view id, std::string_view status, std::string_view reason = {}) {
    json::object payload{{"status", status}};
    if (!reason.empty()) payload["statusInfo"] = json::object{{"reasonCode", reason}};
    return json::serialize(json::array{3, id, std::move(payload)});
}

/// The PKIMessage in "data". @return nothing: there is none
std::optional<std::string> message_of(const json::object* data) {
    const json::value* b64 = data ? data->if_contains("b64") : nullptr;
    if (!b64 || !b64->is_string() || text_of(data, "ct") != content_type) return std::nullopt;
    auto der = from_base64(view_of(b64->get_string()));
    return der && !der->empty() ? der : std::nullopt;
}

void read_call(const json::array& frame, const Options& options, Incoming& in) {
    in.type = Incoming::Type::call;
    const auto* payload = frame.size() == 4 ? frame[3].if_object() : nullptr;
    if (!payload || !frame[2].is_string()) return void(in.refusal = error(in.id, "FormatViolation", "[2,id,action,{…}] is expected"));
    if (frame[2].get_string() != "DataTransfer") return void(in.refusal = error(in.id, "NotImplemented", "DataTransfer alone is known here"));
    if (text_of(payload, "vendorId") != options.vendor_id) return void(in.refusal = empty_result(in.id, "UnknownVendorId"));
    const std::string message_id = text_of(payload, "messageId");
    if (message_id != "cmp" && !message_id.starts_with("cmp/")) return void(in.refusal = empty_result(in.id, "UnknownMessageId"));
    const auto* data = object_of(payload, "data");
    auto        der  = message_of(data);
    if (!der) return void(in.refusal = empty_result(in.id, "Rejected", "NoMessage"));
    if (der->size() > options.max_message) return void(in.refusal = empty_result(in.id, "Rejected", "TooLarge"));
    in.request = {std::move(*der), message_id.size() > 4 ? message_id.substr(4) : "", text_of(data, "p")};
}

/// An Accepted without a message: the word for an announcement, or nothing that we know.
void read_word(const std::string& reason, Incoming& in) {
    for (const auto& known : reasons)
        if (known.reason == reason && (known.status == CMPKIT_TRANSPORT_STORED || known.status == CMPKIT_TRANSPORT_ACCEPTED))
            in.rc = CMPKIT_TRANSPORT_OK, in.status = known.status;
    in.detail = "Accepted, but without a message";
}

void read_result(const json::array& frame, const Options& options, Incoming& in) {
    in.type = Incoming::Type::answer;
    const auto*       payload = frame.size() == 3 ? frame[2].if_object() : nullptr;
    const std::string status  = text_of(payload, "status"), reason = text_of(object_of(payload, "statusInfo"), "reasonCode");
    if (status == "Rejected" || status == "UnknownVendorId" || status == "UnknownMessageId") {
        in.rc     = reason == "TooLarge" ? CMPKIT_TRANSPORT_TOO_LARGE : CMPKIT_TRANSPORT_STATUS;
        in.detail = "the other side says " + status + (reason.empty() ? "" : ": " + reason);
    } else if (status != "Accepted") {
        in.detail = "a CALLRESULT without a status of DataTransfer";
    } else if (!payload->contains("data")) {
        read_word(reason, in);
    } else if (auto der = message_of(object_of(payload, "data")); !der) {
        in.detail = "data of a CALLRESULT is no application/pkixcmp in Base64";
    } else {
        in.rc  = der->size() > options.max_message ? CMPKIT_TRANSPORT_TOO_LARGE : CMPKIT_TRANSPORT_OK;
        in.der = std::move(*der);
    }
}

void read_error(const json::array& frame, Incoming& in) {
    in.type = Incoming::Type::answer;
    if (frame.size() < 4 || !frame[2].is_string() || !frame[3].is_string()) return void(in.detail = "a CALLERROR without code and description");
    in.rc     = CMPKIT_TRANSPORT_STATUS;
    in.detail = "CALLERROR ";
    in.detail.append(view_of(frame[2].get_string())).append(": ").append(view_of(frame[3].get_string()));
}

}  // namespace

Incoming read(std::string_view text, const Options& options) {
    Incoming            in;
    json::error_code    failure;
    json::parse_options shallow;
    shallow.max_depth   = 16;  // ours needs 4; vendors may put more into customData
    const auto  parsed  = json::parse(text, failure, {}, shallow);
    const auto* frame   = failure ? nullptr : parsed.if_array();
    const bool  is_rpc  = frame && frame->size() >= 3 && (*frame)[0].is_int64() && (*frame)[1].is_string();
    const auto* id      = is_rpc ? &(*frame)[1].get_string() : nullptr;
    const auto  type    = is_rpc ? (*frame)[0].get_int64() : 0;
    in.detail           = "this is no message of OCPP";
    if (id && id->size() <= 36) in.id = view_of(*id);  // OCPP-J 2.0.1 4.1.4
    if (!id || id->size() > 36) in.refusal = error("-1", "RpcFrameworkError", "[type,id,…] is expected");
    else if (type == 2) read_call(*frame, options, in);
    else if (type == 3) read_result(*frame, options, in);
    else if (type == 4) read_error(*frame, in);
    else in.refusal = error(in.id, "MessageTypeNotSupported", "2, 3 or 4 is expected");
    return in;
}

std::string call(std::string_view id, const Request& request, const Options& options) {
    json::object data{{"ct", content_type}, {"b64", to_base64(request.der)}};
    if (!request.profile.empty()) data["p"] = request.profile;
    const std::string message_id = request.operation.empty() ? "cmp" : "cmp/" + request.operation;
    return json::serialize(json::array{2, id, "DataTransfer", json::object{{"vendorId", options.vendor_id}, {"messageId", message_id}, {"data", std::move(data)}}});
}

std::string result(std::string_view id, std::string_view der, std::int32_t status) {
    if (!der.empty())
        return json::serialize(json::array{3, id, json::object{{"status", "Accepted"}, {"data", json::object{{"ct", content_type}, {"b64", to_base64(der)}}}}});
    const bool was_taken = status == CMPKIT_TRANSPORT_STORED || status == CMPKIT_TRANSPORT_ACCEPTED;
    for (const auto& known : reasons)
        if (known.status == status) return empty_result(id, was_taken ? "Accepted" : "Rejected", known.reason);
    return empty_result(id, "Rejected", "Failed");
}

std::string error(std::string_view id, std::string_view code, std::string_view description) {
    return json::serialize(json::array{4, id, code, description, json::object{}});
}

}  // namespace ocpp

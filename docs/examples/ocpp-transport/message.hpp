// OCPP-J 2.0.1 as far as CMP rides on it: CALL, CALLRESULT and CALLERROR of DataTransfer, JSON text to values and back.
// It looks into no PKIMessage, and knows no socket; what a carrier's word means to the host is decided here and nowhere else.
//
//     [2,"cmp-1","DataTransfer",{"vendorId":"dev.cmpkit","messageId":"cmp/initialization","data":{"ct":"application/pkixcmp","b64":"MII…","p":"plant"}}]
//     [3,"cmp-1",{"status":"Accepted","data":{"ct":"application/pkixcmp","b64":"MII…"}}]
#pragma once
#include "settings.hpp"

namespace ocpp {

/// A request as it crosses. Texts that are empty are absent.
struct Request {
    std::string der, operation, profile;
};

/// What came.
struct Incoming {
    enum class Type { call, answer, nonsense };

    Type        type = Type::nonsense;
    std::string id   = "-1";  // what OCPP-J writes where none could be read
    std::string refusal;      // of a call that is not for the host, and of nonsense: the text to send back
    Request     request;      // of a call
    // Of an answer:
    cmpkit_transport_rc rc     = CMPKIT_TRANSPORT_CONTENT;
    std::int32_t        status = CMPKIT_TRANSPORT_ANSWERED;
    std::string         der;     // empty: it brought no message
    std::string         detail;  // for the operator, unless rc is OK
};

Incoming    read(std::string_view text, const Options& options);
std::string call(std::string_view id, const Request& request, const Options& options);
/// CALLRESULT. @param status  of the contract; counts where there is no message
std::string result(std::string_view id, std::string_view der, std::int32_t status);
/// CALLERROR. @param code  of OCPP-J 2.0.1, such as "NotSupported"
std::string error(std::string_view id, std::string_view code, std::string_view description);

/// No text around a message of `max_message` octets is longer.
inline std::size_t longest_text(const Options& options) { return options.max_message / 3 * 4 + 8192; }

}  // namespace ocpp

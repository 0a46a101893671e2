// Content types of messages in mails, and the extensions of their files (RFC 2510 5.3; RFC 5273 3 as revised).
// One table for both ways. It refuses to guess from a file's name alone.
#pragma once
#include "contract.h"

#include <string_view>

namespace cmpkit_mime {

struct Medium {
    std::int32_t     kind;
    std::string_view type;
    std::string_view smime_type;  // empty: the type alone tells
    std::string_view extension;
};

inline constexpr Medium media[] = {
    {CMPKIT_TRANSPORT_CMP, "application/pkixcmp", "", ".PKI"},
    {CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST, "application/pkcs10", "", ".p10"},
    {CMPKIT_TRANSPORT_CMC_FULL_REQUEST, "application/pkcs7-mime", "CMC-request", ".p7m"},
    {CMPKIT_TRANSPORT_CMC_FULL_RESPONSE, "application/pkcs7-mime", "CMC-response", ".p7m"},
    {CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE, "application/pkcs7-mime", "certs-only", ".p7c"},
};

/// Announcements are messages of CMP as well.
constexpr const Medium& medium_of(std::int32_t kind) {
    for (const Medium& medium : media)
        if (medium.kind == kind) return medium;
    return media[0];
}

}  // namespace cmpkit_mime

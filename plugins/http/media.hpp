// How HTTP names each kind of content.
#pragma once
#include "contract.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_http {

/// Whether a client can ask with it.
bool is_request(std::int32_t kind);
/// Content-Type of its POST; null: nothing is sent, it is a GET.
const char* request_type(std::int32_t kind);
/// What a server got: CMP under any name that it ever had, or a CMC request. Nothing: another type.
std::optional<std::int32_t> request_kind(std::string_view content_type);

/// Content-Type of an answer of that kind.
const char* answer_type(std::int32_t kind);
/// What a client got in answer to `asked`. Nothing: not an answer to that.
/// Of CRLs and OCSP answers the type is not judged: who issued them signed them, and servers of files tell all kinds of types.
std::optional<std::int32_t> answer_kind(std::int32_t asked, std::string_view content_type);
/// What an answer to `asked` should have been called, for the operator.
std::string expected_types(std::int32_t asked);

/// application/pkixcmp, whatever its case and parameters (RFC 9811 3.4), and by no name that it had in drafts.
bool is_pkixcmp(std::string_view content_type);

}  // namespace cmpkit_http

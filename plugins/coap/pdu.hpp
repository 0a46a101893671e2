// CoAP messages, read and written.
// It refuses to keep state: which block is whose is for those who exchange them.
#pragma once
#include "library.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_coap {

constexpr std::uint32_t pkixcmp     = 259;  // application/pkixcmp (RFC 9482 4)
constexpr std::uint32_t link_format = 40;   // application/link-format (RFC 6690 7.3)
constexpr std::uint16_t request_tag = 292;  // RFC 9175 3.2

/// The value of a Block1 or Block2 option (RFC 7959 2.2).
struct Block {
    std::uint32_t num  = 0;
    bool          more = false;
    unsigned      szx  = 6;

    std::size_t size() const { return std::size_t{16} << szx; }
    std::size_t offset() const { return num * size(); }
    bool        is_reserved() const { return szx == 7; }
};
/// The block of `body` at that place.
std::string_view cut(std::string_view body, const Block& block);
/// The place at `offset` of a body of `size` octets.
Block block_at(std::size_t offset, std::size_t size, unsigned szx);

std::optional<std::uint32_t> number_in(const coap_pdu_t* pdu, std::uint16_t option);
std::string                  octets_in(const coap_pdu_t* pdu, std::uint16_t option);  // empty: it has none
std::optional<Block>         block_in(const coap_pdu_t* pdu, std::uint16_t option);
std::string_view             body_of(const coap_pdu_t* pdu);
std::string_view             token_of(const coap_pdu_t* pdu);
std::string                  path_of(const coap_pdu_t* pdu);   // escaped, beginning with a slash
std::string                  query_of(const coap_pdu_t* pdu);
/// "4.04"
std::string name_of(coap_pdu_code_t code);
inline unsigned class_of(coap_pdu_code_t code) { return static_cast<unsigned>(code) >> 5; }

/// Options go in by rising numbers, the body last. @throws std::bad_alloc  it does not fit
void add(coap_pdu_t* pdu, std::uint16_t option, std::string_view octets);
void add(coap_pdu_t* pdu, std::uint16_t option, std::uint32_t number);
void add(coap_pdu_t* pdu, std::uint16_t option, const Block& block);
void add_body(coap_pdu_t* pdu, std::string_view body);

/// A message of our own. @throws std::bad_alloc
PduPointer make(coap_session_t* session, coap_pdu_type_t type, coap_pdu_code_t code, std::string_view token);
/// What acknowledges the message of that ID; empty without a code. @throws std::bad_alloc
PduPointer make_acknowledgement(coap_session_t* session, coap_mid_t mid, coap_pdu_code_t code, std::string_view token);
/// @return COAP_INVALID_MID: it did not go
coap_mid_t send(coap_session_t* session, PduPointer pdu);

}  // namespace cmpkit_coap

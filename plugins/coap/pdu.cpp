#include "pdu.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace cmpkit_coap {

namespace {

const std::uint8_t* octets(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::string_view    view(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

const coap_opt_t* option_in(const coap_pdu_t* pdu, std::uint16_t option) {
    coap_opt_iterator_t at;
    return coap_check_option(pdu, option, &at);
}

std::string text_of(StringPointer text) { return text ? std::string(view(text->s, text->length)) : std::string(); }

void demand(bool done) {
    if (!done) throw std::bad_alloc();
}

}  // namespace

std::string_view cut(std::string_view body, const Block& block) { return body.substr(std::min(block.offset(), body.size()), block.size()); }

Block block_at(std::size_t offset, std::size_t size, unsigned szx) {
    Block block{.num = static_cast<std::uint32_t>(offset >> (szx + 4)), .more = false, .szx = szx};
    block.more = block.offset() + block.size() < size;
    return block;
}

std::optional<std::uint32_t> number_in(const coap_pdu_t* pdu, std::uint16_t option) {
    const auto* const found = option_in(pdu, option);
    if (!found) return std::nullopt;
    return coap_decode_var_bytes(coap_opt_value(found), coap_opt_length(found));
}

std::string octets_in(const coap_pdu_t* pdu, std::uint16_t option) {
    const auto* const found = option_in(pdu, option);
    return found ? std::string(view(coap_opt_value(found), coap_opt_length(found))) : std::string();
}

std::optional<Block> block_in(const coap_pdu_t* pdu, std::uint16_t option) {
    const auto value = number_in(pdu, option);
    if (!value) return std::nullopt;
    return Block{.num = *value >> 4, .more = (*value & 8) != 0, .szx = *value & 7};
}

std::string_view body_of(const coap_pdu_t* pdu) {
    std::size_t         size = 0;
    const std::uint8_t* data = nullptr;
    return coap_get_data(pdu, &size, &data) ? view(data, size) : std::string_view();
}

std::string_view token_of(const coap_pdu_t* pdu) {
    const auto token = coap_pdu_get_token(pdu);
    return view(token.s, token.length);
}

std::string path_of(const coap_pdu_t* pdu) { return "/" + text_of(StringPointer(coap_get_uri_path(pdu))); }
std::string query_of(const coap_pdu_t* pdu) { return text_of(StringPointer(coap_get_query(pdu))); }

std::string name_of(coap_pdu_code_t code) {
    const unsigned detail = static_cast<unsigned>(code) & 31;
    return std::to_string(class_of(code)) + "." + (detail < 10 ? "0" : "") + std::to_string(detail);
}

void add(coap_pdu_t* pdu, std::uint16_t option, std::string_view value) { demand(coap_add_option(pdu, option, value.size(), octets(value)) != 0); }

void add(coap_pdu_t* pdu, std::uint16_t option, std::uint32_t number) {
    std::array<std::uint8_t, 4> value{};
    const auto                  size = coap_encode_var_safe(value.data(), value.size(), number);
    add(pdu, option, view(value.data(), size));
}

void add(coap_pdu_t* pdu, std::uint16_t option, const Block& block) { add(pdu, option, block.num << 4 | (block.more ? 8u : 0u) | block.szx); }

void add_body(coap_pdu_t* pdu, std::string_view body) {
    if (!body.empty()) demand(coap_add_data(pdu, body.size(), octets(body)) == 1);
}

PduPointer make(coap_session_t* session, coap_pdu_type_t type, coap_pdu_code_t code, std::string_view token) {
    PduPointer pdu(coap_new_pdu(type, code, session));
    demand(pdu && coap_add_token(pdu.get(), token.size(), octets(token)) == 1);
    return pdu;
}

PduPointer make_acknowledgement(coap_session_t* session, coap_mid_t mid, coap_pdu_code_t code, std::string_view token) {
    PduPointer pdu(coap_pdu_init(COAP_MESSAGE_ACK, code, mid, coap_session_max_pdu_size(session)));
    demand(pdu && (token.empty() || coap_add_token(pdu.get(), token.size(), octets(token)) == 1));
    return pdu;
}

coap_mid_t send(coap_session_t* session, PduPointer pdu) { return coap_send(session, pdu.release()); }

}  // namespace cmpkit_coap

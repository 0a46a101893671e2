#include "caller.hpp"

#include <algorithm>

namespace cmpkit_coap {

bool Caller::is_repeated(const coap_pdu_t* request) const {
    return std::ranges::any_of(noted_, [&](const auto& noted) { return noted.first == coap_pdu_get_mid(request) && noted.second == token_of(request); });
}

void Caller::note(const coap_pdu_t* request) {
    noted_.emplace_back(coap_pdu_get_mid(request), token_of(request));
    if (noted_.size() > most_noted) noted_.pop_front();
    strikes_ = 0;
}

Caller::Upload Caller::take(const std::string& key, const Block& block, std::string_view octets, std::size_t most) {
    if (block.is_reserved() || octets.size() > block.size() || (block.more && octets.size() != block.size())) return Upload::malformed;
    const std::size_t end = block.offset() + octets.size();
    if (end > most) return Upload::too_large;
    if (block.num == 0) {
        upload_key_ = key;
        upload_.assign(octets);
    } else if (key != upload_key_) {
        return Upload::unfit;
    } else if (block.offset() == upload_.size()) {
        upload_.append(octets);
    } else if (!block.more || end != upload_.size()) {  // else it came again, as its acknowledgement was lost
        return Upload::unfit;
    }
    if (block.more) return Upload::more;
    upload_key_.clear();
    return Upload::complete;
}

namespace {

std::string four_octets(std::uint32_t number) {
    std::string octets;
    for (int shift = 24; shift >= 0; shift -= 8) octets += static_cast<char>(number >> shift & 0xff);
    return octets;
}

}  // namespace

void Caller::put_first(coap_pdu_t* pdu, const std::string& key, Reply reply, unsigned szx, std::optional<std::uint32_t> observe, const std::optional<Block>& up) {
    const Block       first = block_at(0, reply.body.size(), szx);
    const std::string etag  = first.more ? four_octets(next_etag_++) : "";
    if (first.more) add(pdu, COAP_OPTION_ETAG, etag);
    if (observe) add(pdu, COAP_OPTION_OBSERVE, *observe);
    if (!reply.body.empty()) add(pdu, COAP_OPTION_CONTENT_FORMAT, reply.format);
    if (first.more) add(pdu, COAP_OPTION_BLOCK2, first);
    if (up) add(pdu, COAP_OPTION_BLOCK1, *up);
    if (first.more) add(pdu, COAP_OPTION_SIZE2, static_cast<std::uint32_t>(reply.body.size()));
    add_body(pdu, cut(reply.body, first));
    if (!first.more) return;
    std::erase_if(kept_, [&](const Kept& kept) { return kept.key == key; });
    kept_.push_back({.key = key, .etag = etag, .reply = std::move(reply)});
    if (kept_.size() > most_kept) kept_.pop_front();
}

bool Caller::put_later(coap_pdu_t* pdu, const std::string& key, const Block& wanted, unsigned szx) {
    const auto kept = std::ranges::find(kept_, key, &Kept::key);
    if (kept == kept_.end() || wanted.is_reserved() || wanted.offset() >= kept->reply.body.size()) return false;
    const Block block = block_at(wanted.offset(), kept->reply.body.size(), std::min(wanted.szx, szx));
    coap_pdu_set_code(pdu, kept->reply.code);
    add(pdu, COAP_OPTION_ETAG, kept->etag);
    add(pdu, COAP_OPTION_CONTENT_FORMAT, kept->reply.format);
    add(pdu, COAP_OPTION_BLOCK2, block);
    add_body(pdu, cut(kept->reply.body, block));
    kept->fetched = kept->fetched || !block.more;
    strikes_ = 0;
    return true;
}

bool Caller::owes_blocks() const {
    return std::ranges::any_of(kept_, [](const Kept& kept) { return !kept.fetched; });
}

}  // namespace cmpkit_coap

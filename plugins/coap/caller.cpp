#include "caller.hpp"

#include <algorithm>

namespace cmpkit_coap {

void First::put_into(coap_pdu_t* pdu) const {
    coap_pdu_set_code(pdu, code);
    if (down) add(pdu, COAP_OPTION_ETAG, etag);
    if (observe) add(pdu, COAP_OPTION_OBSERVE, *observe);
    if (!body.empty()) add(pdu, COAP_OPTION_CONTENT_FORMAT, format);
    if (down) add(pdu, COAP_OPTION_BLOCK2, *down);
    if (up) add(pdu, COAP_OPTION_BLOCK1, *up);
    if (down) add(pdu, COAP_OPTION_SIZE2, size);
    add_body(pdu, body);
}

void Caller::note(const coap_pdu_t* request) {
    noted_.push_back({.mid = coap_pdu_get_mid(request), .token = std::string(token_of(request))});
    if (noted_.size() > most_noted) noted_.pop_front();
    strikes_ = 0;
}

Caller::Noted* Caller::noted(coap_mid_t mid, std::string_view token) {
    const auto found = std::ranges::find_if(noted_, [&](const Noted& each) { return each.mid == mid && each.token == token; });
    return found == noted_.end() ? nullptr : &*found;
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

First Caller::begin(const std::string& key, Reply reply, unsigned szx, std::optional<std::uint32_t> observe, const std::optional<Block>& up) {
    const Block block = block_at(0, reply.body.size(), szx);
    First       first{.code = reply.code, .etag = {}, .down = {}, .observe = observe, .format = reply.format, .up = up, .body = std::string(cut(reply.body, block))};
    if (!block.more) return first;
    first.etag = four_octets(next_etag_++);
    first.down = block;
    first.size = static_cast<std::uint32_t>(reply.body.size());
    std::erase_if(kept_, [&](const Kept& kept) { return kept.key == key; });
    kept_.push_back({.key = key, .etag = first.etag, .reply = std::move(reply)});
    if (kept_.size() > most_kept) kept_.pop_front();
    return first;
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

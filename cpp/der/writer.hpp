// Fills octets back to front: when a header is written, the length of what follows is known.
#pragma once
#include "result.hpp"

#include <algorithm>
#include <cstring>

namespace cmpkit::der {

class Writer {
public:
    Writer() = default;
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    std::size_t size() const { return static_cast<std::size_t>(end_ - cursor_); }
    Bytes       written() const { return {cursor_, end_}; }
    Octets      finish() const { return copy_of(written()); }
    /// Begins anew in the memory that is there already.
    void clear() { cursor_ = end_; }

    void octet(std::uint8_t value) {
        std::uint8_t* at = room_for(1);
        *(cursor_ = at - 1) = value;
    }
    void octets(Bytes value) {
        std::uint8_t* at = room_for(value.size()) - value.size();
        cursor_ = at;
        if (!value.empty()) std::memcpy(at, value.data(), value.size());
    }
    /// Replaces as many of the octets written last.
    void overwrite(Bytes value) { std::ranges::copy(value, cursor_); }
    void header(std::uint8_t tag, std::size_t content_size) { cursor_ = put_header(room_for(longest_header), tag, content_size); }
    void element(std::uint8_t tag, Bytes content) {
        std::uint8_t* at = room_for(content.size() + longest_header) - content.size();
        if (!content.empty()) std::memcpy(at, content.data(), content.size());
        cursor_ = put_header(at, tag, content.size());
    }

private:
    static constexpr std::size_t longest_header = 2 + sizeof(std::size_t);

    static std::uint8_t* put_header(std::uint8_t* at, std::uint8_t tag, std::size_t content_size) {
        if (content_size < 0x80) {
            *--at = static_cast<std::uint8_t>(content_size);
        } else {
            std::uint8_t count = 0x80;
            for (; content_size; content_size >>= 8, ++count) *--at = static_cast<std::uint8_t>(content_size);
            *--at = count;
        }
        *--at = tag;
        return at;
    }
    /// Where the octet written last stands; `room` octets before it can be written.
    std::uint8_t* room_for(std::size_t room) {
        if (static_cast<std::size_t>(cursor_ - begin_) < room) [[unlikely]] grow(room);
        return cursor_;
    }
    [[gnu::noinline]] void grow(std::size_t room) {
        const std::size_t capacity = static_cast<std::size_t>(end_ - begin_), wanted = capacity + std::max(capacity, room), used = size();
        Octets larger(wanted);
        std::memcpy(larger.data() + wanted - used, cursor_, used);
        heap_   = std::move(larger);
        begin_  = heap_.data();
        end_    = begin_ + wanted;
        cursor_ = end_ - used;
    }

    std::uint8_t  first_[4096];
    Octets        heap_;
    std::uint8_t* begin_  = first_;
    std::uint8_t* end_    = first_ + sizeof first_;
    std::uint8_t* cursor_ = end_;
};

}  // namespace cmpkit::der

// Fills octets back to front: when a header is written, the length of what follows is known.
#pragma once
#include "result.hpp"

#include <algorithm>
#include <cstring>

namespace cmpkit::der {

class Writer {
public:
    Writer() : begin_(first_), cursor_(sizeof first_), capacity_(sizeof first_) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    std::size_t size() const { return capacity_ - cursor_; }
    Bytes       written() const { return {begin_ + cursor_, size()}; }
    Octets      finish() const { return copy_of(written()); }

    void octet(std::uint8_t value) {
        if (cursor_ == 0) grow(1);
        begin_[--cursor_] = value;
    }
    void octets(Bytes value) {
        if (value.empty()) return;
        if (cursor_ < value.size()) grow(value.size());
        cursor_ -= value.size();
        std::memcpy(begin_ + cursor_, value.data(), value.size());
    }
    /// Replaces as many of the octets written last.
    void overwrite(Bytes value) { std::ranges::copy(value, begin_ + cursor_); }
    void header(std::uint8_t tag, std::size_t content_size) {
        if (content_size < 0x80) {
            octet(static_cast<std::uint8_t>(content_size));
        } else {
            std::uint8_t count = 0;
            for (; content_size; content_size >>= 8, ++count) octet(static_cast<std::uint8_t>(content_size));
            octet(static_cast<std::uint8_t>(0x80 | count));
        }
        octet(tag);
    }

private:
    void grow(std::size_t room) {
        const std::size_t wanted = std::max(2 * capacity_, capacity_ + room);
        Octets larger(wanted);
        std::memcpy(larger.data() + wanted - size(), begin_ + cursor_, size());
        cursor_ += wanted - capacity_;
        capacity_ = wanted;
        heap_     = std::move(larger);
        begin_    = heap_.data();
    }

    std::uint8_t  first_[4096];
    Octets        heap_;
    std::uint8_t* begin_;
    std::size_t   cursor_;  // the octet written last; counted from begin_
    std::size_t   capacity_;
};

}  // namespace cmpkit::der

// Values under the SHA-256 of some octets, few enough to bound the memory: the oldest goes first. For crypto's own files.
#pragma once
#include "result.hpp"

#include <cstring>
#include <deque>
#include <unordered_map>

namespace cmpkit::crypto {

/// Not for several threads at once.
template <class V> class ByHash {
public:
    explicit ByHash(std::size_t capacity) : capacity_(capacity) { assert(capacity > 0); }

    /// Null: not known. Valid until the next insert.
    const V* find(Bytes sha256) const {
        const auto found = values_.find(key_of(sha256));
        return found == values_.end() ? nullptr : &found->second;
    }
    /// Replaces the value if there is one.
    void insert(Bytes sha256, V value) {
        const Key key = key_of(sha256);
        if (!values_.insert_or_assign(key, std::move(value)).second) return;
        order_.push_back(key);
        if (order_.size() <= capacity_) return;
        values_.erase(order_.front());
        order_.pop_front();
    }

private:
    using Key = std::array<std::uint8_t, 32>;
    struct Spread {  // a SHA-256 is spread already
        std::size_t operator()(const Key& key) const {
            std::size_t first;
            std::memcpy(&first, key.data(), sizeof first);
            return first;
        }
    };
    static Key key_of(Bytes sha256) {
        assert(sha256.size() == 32);
        Key key;
        std::ranges::copy(sha256, key.begin());
        return key;
    }

    std::size_t                        capacity_;
    std::unordered_map<Key, V, Spread> values_;
    std::deque<Key>                    order_;
};

}  // namespace cmpkit::crypto

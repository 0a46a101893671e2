// Memory that is given back all at once: lists, decoded open types and built octets of one message live in its arena.
// It refuses to grow beyond its budget, so that few hostile octets cannot claim much memory.
#pragma once
#include "result.hpp"

#include <cstring>
#include <new>
#include <type_traits>

namespace cmpkit::der {

class Arena {
public:
    static constexpr std::size_t no_budget = SIZE_MAX;

    explicit Arena(std::size_t budget = no_budget) : budget_(budget), left_(budget) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Room for any type of that size.
    /// @return null when the budget is spent
    void* allocate(std::size_t size) {
        if (size > room_ && !grow(size)) return nullptr;
        std::byte* place = next_;
        const std::size_t used = std::min(room_, (size + alignment - 1) / alignment * alignment);
        next_ += used;
        room_ -= used;
        return place;
    }

    /// `count` default values, or null when the budget is spent. Nothing in an arena is destroyed one by one.
    template <class T> T* make(std::size_t count = 1) {
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignment);
        if (count > SIZE_MAX / sizeof(T)) return nullptr;
        void* place = allocate(count * sizeof(T));
        return place ? new (place) T[count]() : nullptr;
    }

    /// A copy that lives as long as the arena. Only for arenas without a budget.
    Bytes keep(Bytes octets) {
        if (octets.empty()) return {};
        void* copy = allocate(octets.size());
        std::memcpy(copy, octets.data(), octets.size());
        return {static_cast<std::uint8_t*>(copy), octets.size()};
    }
    Bytes keep(std::string_view text) { return keep(bytes_of(text)); }

    /// Ends all values and begins anew in the last block there is, which the budget does not pay again.
    void reset() {
        if (blocks_.size() > 1) blocks_.erase(blocks_.begin(), blocks_.end() - 1);
        left_ = budget_;
        next_ = blocks_.empty() ? first_ : blocks_.back().get();
        room_ = blocks_.empty() ? sizeof first_ : block_size_;
    }

private:
    static constexpr std::size_t alignment = alignof(std::max_align_t);

    // Blocks are paid from the budget, not what is made in them.
    [[gnu::noinline]] bool grow(std::size_t size) {
        const std::size_t block = std::max(size, std::min(2 * block_size_, left_));
        if (block > left_) return false;
        if (budget_ != no_budget) left_ -= block;
        blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
        next_ = blocks_.back().get();
        room_ = block_size_ = block;
        return true;
    }

    std::size_t budget_, left_;
    alignas(std::max_align_t) std::byte       first_[2048];
    std::byte*                                next_       = first_;
    std::size_t                               room_       = sizeof first_;
    std::size_t                               block_size_ = sizeof first_;
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

}  // namespace cmpkit::der

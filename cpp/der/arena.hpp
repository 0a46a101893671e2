// Memory that is given back all at once: lists, decoded open types and built octets of one message live in its arena.
// It refuses to grow beyond its budget, so that few hostile octets cannot claim much memory.
#pragma once
#include "result.hpp"

#include <memory_resource>
#include <type_traits>

namespace cmpkit::der {

class Arena {
public:
    static constexpr std::size_t no_budget = SIZE_MAX;

    explicit Arena(std::size_t budget = no_budget) : budget_(budget), memory_(first_, sizeof first_) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// @return null when the budget is spent
    void* allocate(std::size_t size, std::size_t alignment) {
        if (size > budget_) return nullptr;
        if (budget_ != no_budget) budget_ -= size;
        return memory_.allocate(size, alignment);
    }

    /// `count` default values, or null when the budget is spent. Nothing in an arena is destroyed one by one.
    template <class T> T* make(std::size_t count = 1) {
        static_assert(std::is_trivially_destructible_v<T>);
        if (count > SIZE_MAX / sizeof(T)) return nullptr;
        void* place = allocate(count * sizeof(T), alignof(T));
        return place ? new (place) T[count]() : nullptr;
    }

    /// A copy that lives as long as the arena. Only for arenas without a budget.
    Bytes keep(Bytes octets) {
        auto* copy = static_cast<std::uint8_t*>(allocate(octets.size(), 1));
        std::copy(octets.begin(), octets.end(), copy);
        return {copy, octets.size()};
    }
    Bytes keep(std::string_view text) { return keep(bytes_of(text)); }

private:
    std::size_t                         budget_;
    alignas(std::max_align_t) std::byte first_[2048];
    std::pmr::monotonic_buffer_resource memory_;
};

}  // namespace cmpkit::der

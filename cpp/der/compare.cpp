#include "der/compare.hpp"

#include "der/encode.hpp"

namespace cmpkit::der {
namespace {

bool same_octets(const Type& type, const void* a, const void* b) {
    Writer left, right;
    rebuild(type, a, left);
    rebuild(type, b, right);
    return equal(left.written(), right.written());
}

std::optional<Path> differing_member(const Type& type, const void* a, const void* b) {
    for (const Field& field : type.fields) {
        const void *left = field.peek(a), *right = field.peek(b);
        if (!left && !right) continue;
        std::optional<Path> difference = left && right ? first_difference(*field.type, left, right) : Path();
        if (!difference) continue;
        difference->push_front(field.name);
        return difference;
    }
    return std::nullopt;
}

std::optional<Path> differing_element(const Type& type, const void* a, const void* b) {
    const Elements left = type.elements(a), right = type.elements(b);
    for (std::size_t i = 0; i < std::max(left.count, right.count); ++i) {
        const bool both = i < std::min(left.count, right.count);
        std::optional<Path> difference = both ? first_difference(*type.element, left.first + i * type.stride, right.first + i * type.stride) : Path();
        if (!difference) continue;
        difference->push_front(i);
        return difference;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Path> first_difference(const Type& type, const void* a, const void* b) {
    switch (type.kind) {
    case Kind::sequence:
    case Kind::choice: return differing_member(type, a, b);
    case Kind::list: return differing_element(type, a, b);
    case Kind::view:
    case Kind::leaf: break;
    case Kind::open: {
        const auto &left = *static_cast<const Open*>(a), &right = *static_cast<const Open*>(b);
        if (left.type && left.type == right.type) return first_difference(*left.type, left.value, right.value);
    }
    }
    return same_octets(type, a, b) ? std::nullopt : std::optional(Path());
}

}  // namespace cmpkit::der

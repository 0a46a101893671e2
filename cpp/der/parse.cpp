#include "der/parse.hpp"

namespace cmpkit::der {
namespace {

// The call stack is the error path: each constructed value stands in a place of its parent's, and moves its own place along its members.
struct Place {
    static constexpr std::size_t nowhere = SIZE_MAX;

    const Place* up     = nullptr;
    int          depth  = 0;
    const void*  owner  = nullptr;  // whose member is here
    const Field* field  = nullptr;  // null: an element of a list, or nowhere
    std::size_t  index  = nowhere;

    Place inside(const void* owning = nullptr) const { return {this, depth + 1, owning}; }

    /// What an open type here holds, which may be an element of a member's list; null: unknown.
    const Type* chosen() const {
        if (!field) return up ? up->chosen() : nullptr;
        return field->chooser ? field->choices().find(field->chooser(owner)) : nullptr;
    }

    Path path() const {
        Path path;
        for (const Place* place = this; place; place = place->up) {
            if (place->field) path.push_front(place->field->name);
            else if (place->index != nowhere) path.push_front(place->index);
        }
        return path;
    }
};

// How many elements to make room for; a malformed one that ends the count is one of them, its turn brings the failure.
std::size_t count_elements(const Element& list, Element& first) {
    std::size_t count = 1;
    Code problem;
    if (!find_element(list.content, list.end, first, problem)) return count;
    Element each = first;
    for (; each.end != list.end; ++count)
        if (!find_element(each.end, list.end, each, problem)) return count + 1;
    return count;
}

class Parser {
public:
    Parser(Bytes input, Arena& arena) : start_(input.data()), arena_(arena) {}

    bool document(const Type& type, Bytes input, void* out) {
        if (input.size() > max_size) return fail(Code::too_large, start_, {});
        return only_element(type, input, out, {});
    }
    Error error() && { return std::move(error_); }

private:
    [[gnu::cold]] bool fail(Code code, const std::uint8_t* at, const Place& place) {
        if (!is_trial_) {  // a failed trial of an open type tells nobody
            error_ = Error{.code = code, .path = place.path(), .offset = static_cast<std::size_t>(at - start_), .fail_info = FailInfo::badDataFormat};
        }
        return false;
    }

    // One element of the type and nothing behind it.
    bool only_element(const Type& type, Bytes in, void* out, const Place& place) {
        Element element;
        const std::uint8_t *at = in.data(), *end = at + in.size();
        if (Code problem; !find_element(at, end, element, problem)) return fail(problem, at, place);
        return expected(type, element, out, place) && (element.end == end || fail(Code::unexpected, element.end, place));
    }
    bool expected(const Type& type, const Element& element, void* out, const Place& place) {
        if (type.tag && type.tag != element.tag()) return fail(Code::unexpected, element.start, place);
        return value(type, element, out, place);
    }

    bool value(const Type& type, const Element& element, void* out, const Place& place) {
        if (!type.is_leaf()) return constructed(type, element, out, place);
        return read_leaf(type, element, out) || fail(Code::bad_value, element.start, place);
    }
    static bool read_leaf(const Type& type, const Element& element, void* out) {
        if (type.kind == Kind::leaf) return type.read(element, out);
        const Bytes content = element.contents();
        *static_cast<Bytes*>(out) = content;
        return !type.valid || type.valid(content);
    }

    // Apart from value(), so that a leaf, which most elements are, costs no more than it must.
    [[gnu::noinline]] bool constructed(const Type& type, const Element& element, void* out, const Place& place) {
        if (place.depth > max_depth) return fail(Code::too_deep, element.start, place);
        if (type.received) *type.received(out) = element.whole();
        if (type.kind == Kind::sequence) return sequence(type, element, out, place);  // most are
        switch (type.kind) {
        case Kind::choice: return choice(type, element, out, place);
        case Kind::list: return list(type, element, out, place);
        default: return open(type, element, *static_cast<Open*>(out), place);
        }
    }

    bool sequence(const Type& type, const Element& element, void* out, const Place& place) {
        Place        here  = place.inside(out);
        const Field *field = type.fields.data(), *last = field + type.fields.size();
        Element      next;
        for (const std::uint8_t* at = element.content; at != element.end; at = next.end, ++field) {
            if (field == last) return fail(Code::unexpected, at, place);
            here.field = field;
            if (Code problem; !find_element(at, element.end, next, problem)) return fail(problem, at, here);
            while (!field->announced_by(next.tag())) {
                if (!field->omittable) return fail(Code::unexpected, at, here);
                if (++field == last) return fail(Code::unexpected, at, place);
                here.field = field;
            }
            if (!member(*field, next, out, here)) return false;
            if (field->has_default && !field->peek(out)) return fail(Code::default_encoded, at, here);
        }
        for (; field != last; ++field)
            if (!field->omittable) return here.field = field, fail(Code::missing, element.start, here);
        return true;
    }

    bool choice(const Type& type, const Element& element, void* out, const Place& place) {
        Place here = place.inside(out);
        for (const Field& field : type.fields) {
            if (!field.announced_by(element.tag())) continue;
            here.field = &field;
            return member(field, element, out, here);
        }
        return fail(Code::unexpected, element.start, place);
    }

    [[gnu::always_inline]] bool member(const Field& field, const Element& element, void* owner, const Place& place) {
        void* slot = field.slot(owner);
        if (field.is_explicit) return only_element(*field.type, element.contents(), slot, place);
        return value(*field.type, element, slot, place);
    }

    bool list(const Type& type, const Element& element, void* out, const Place& place) {
        if (element.content == element.end) return !type.non_empty || fail(Code::empty_list, element.start, place);
        Element           next;
        const std::size_t count = count_elements(element, next);
        const Type&       each  = *type.element;
        auto*             slot  = static_cast<std::byte*>(type.allocate(out, arena_, count));
        if (!slot) return fail(Code::too_large, element.start, place);
        Place                here = place.inside();
        const std::uint8_t *at = element.content, *previous = at;
        for (here.index = 0; here.index < count; ++here.index, slot += type.stride, at = next.end) {
            if (next.start != at)
                if (Code problem; !find_element(at, element.end, next, problem)) return fail(problem, at, here);
            if (type.tag == tag::set) {  // X.690 11.6: ascending
                if (here.index && std::ranges::lexicographical_compare(next.whole(), Bytes(previous, at))) return fail(Code::bad_value, at, here);
                previous = at;
            }
            if (!expected(each, next, slot, here)) return false;
        }
        return true;
    }

    // The type that the OID chooses is tried first: what is of that type needs no other check.
    bool open(const Type& type, const Element& element, Open& out, const Place& place) {
        const bool in_octets = type.tag == tag::octet_string;
        out.tlv = in_octets ? element.contents() : element.whole();
        if (const Type* chosen = place.chosen()) {
            void* slot = chosen->make(arena_);
            if (!slot) return fail(Code::too_large, element.start, place);
            if (is_of(*chosen, element, in_octets, slot, place)) return out.type = chosen, out.value = slot, true;
        }
        return in_octets || well_formed(out.tlv, max_depth - place.depth) || fail(Code::bad_value, element.start, place);
    }
    bool is_of(const Type& chosen, const Element& element, bool in_octets, void* slot, const Place& place) {
        const bool  was_trial = std::exchange(is_trial_, true);
        const Place here      = place.inside();
        const bool  is_so     = in_octets ? only_element(chosen, element.contents(), slot, here) : expected(chosen, element, slot, here);
        is_trial_ = was_trial;
        return is_so;
    }

    const std::uint8_t* start_;
    Arena&              arena_;
    Error               error_;
    bool                is_trial_ = false;
};

}  // namespace

Result<void> parse(const Type& type, Bytes input, void* out, Arena& arena) {
    Parser parser(input, arena);
    if (parser.document(type, input, out)) return {};
    return std::move(parser).error();
}

}  // namespace cmpkit::der

#include "der/parse.hpp"

namespace cmpkit::der {
namespace {

// The call stack is the error path: each level knows its name or index and its parent.
struct Frame {
    const Frame*     up;
    std::string_view name;
    std::int64_t     index;
    int              depth;

    Frame child(std::string_view field) const { return {this, field, -1, depth + 1}; }
    Frame child(std::size_t i) const { return {this, {}, static_cast<std::int64_t>(i), depth + 1}; }
};

class Parser {
public:
    Parser(Bytes input, Arena& arena) : start_(input.data()), arena_(arena) {}

    bool document(const Type& type, Bytes input, void* out) {
        const Frame root{nullptr, {}, -1, 0};
        if (input.size() > max_size) return fail(Code::too_large, start_, root);
        return whole_element(type, input, out, root);
    }
    Error error() && { return std::move(error_); }

private:
    bool fail(Code code, const std::uint8_t* at, const Frame& frame) {
        if (!is_trial_) {  // a failed trial of an open type tells nobody
            error_ = Error{.code = code, .path = path_of(frame), .offset = static_cast<std::size_t>(at - start_), .fail_info = FailInfo::badDataFormat};
        }
        return false;
    }
    static Path path_of(const Frame& frame) {
        Path path;
        for (const Frame* f = &frame; f; f = f->up) {
            if (f->index >= 0) path.push_front(static_cast<std::size_t>(f->index));
            else path.push_front(f->name);
        }
        return path;
    }

    bool next(Bytes& in, Tlv& out, const Frame& frame) {
        const auto problem = take(in, out);
        return problem ? fail(*problem, in.data(), frame) : true;
    }
    bool element(const Type& type, Bytes& in, void* out, const Frame& frame, const Field* field = nullptr, const void* owner = nullptr) {
        Tlv tlv;
        if (!next(in, tlv, frame)) return false;
        if (!type.accepts(tlv.tag)) return fail(Code::unexpected, tlv.whole.data(), frame);
        return value(type, tlv, out, frame, field, owner);
    }
    bool whole_element(const Type& type, Bytes in, void* out, const Frame& frame, const Field* field = nullptr, const void* owner = nullptr) {
        return element(type, in, out, frame, field, owner) && (in.empty() || fail(Code::unexpected, in.data(), frame));
    }

    // `field` and `owner` say where an open type finds the OID that chooses its content.
    bool value(const Type& type, const Tlv& tlv, void* out, const Frame& frame, const Field* field, const void* owner) {
        if (frame.depth > max_depth) return fail(Code::too_deep, tlv.whole.data(), frame);
        if (type.received) *type.received(out) = tlv.whole;
        switch (type.kind) {
        case Kind::leaf: return type.read(tlv, out) || fail(Code::bad_value, tlv.whole.data(), frame);
        case Kind::sequence: return sequence(type, tlv, out, frame);
        case Kind::choice: return choice(type, tlv, out, frame);
        case Kind::list: return list(type, tlv, out, frame, field, owner);
        case Kind::open: return open(type, tlv, *static_cast<Open*>(out), frame, field, owner);
        }
        return false;
    }

    bool sequence(const Type& type, const Tlv& tlv, void* out, const Frame& frame) {
        Bytes in = tlv.content;
        Tlv   pending;
        bool  is_pending = false;
        for (const Field& field : type.fields) {
            const Frame here = frame.child(field.name);
            if (!is_pending && !in.empty()) {
                if (!next(in, pending, here)) return false;
                is_pending = true;
            }
            if (!is_pending || !field.announced_by(pending.tag)) {
                if (field.omittable) continue;
                return is_pending ? fail(Code::unexpected, pending.whole.data(), here) : fail(Code::missing, tlv.whole.data(), here);
            }
            is_pending = false;
            if (!member(field, pending, out, here)) return false;
            if (field.omittable && !field.peek(out)) return fail(Code::default_encoded, pending.whole.data(), here);
        }
        if (is_pending) return fail(Code::unexpected, pending.whole.data(), frame);
        return in.empty() || fail(Code::unexpected, in.data(), frame);
    }

    bool choice(const Type& type, const Tlv& tlv, void* out, const Frame& frame) {
        for (const Field& field : type.fields)
            if (field.announced_by(tlv.tag)) return member(field, tlv, out, frame.child(field.name));
        return fail(Code::unexpected, tlv.whole.data(), frame);
    }

    bool member(const Field& field, const Tlv& tlv, void* owner, const Frame& frame) {
        void* slot = field.slot(owner);
        return field.is_explicit ? whole_element(field.type(), tlv.content, slot, frame, &field, owner) : value(field.type(), tlv, slot, frame, &field, owner);
    }

    bool list(const Type& type, const Tlv& tlv, void* out, const Frame& frame, const Field* field, const void* owner) {
        if (tlv.content.empty()) return !type.non_empty || fail(Code::empty_list, tlv.whole.data(), frame);
        std::size_t count = 0;
        Tlv each, previous;
        for (Bytes rest = tlv.content; !rest.empty(); ++count)
            if (!next(rest, each, frame.child(count))) return false;
        auto* place = static_cast<std::byte*>(type.allocate(out, arena_, count));
        if (!place) return fail(Code::too_large, tlv.whole.data(), frame);
        const Type& element_type = type.element();
        Bytes in = tlv.content;
        for (std::size_t i = 0; i < count; ++i, place += type.stride, previous = each) {
            const Frame here = frame.child(i);
            if (!next(in, each, here)) return false;
            if (!element_type.accepts(each.tag)) return fail(Code::unexpected, each.whole.data(), here);
            if (type.tag == tag::set && i && std::ranges::lexicographical_compare(each.whole, previous.whole))
                return fail(Code::bad_value, each.whole.data(), here);  // X.690 11.6: ascending
            if (!value(element_type, each, place, here, field, owner)) return false;
        }
        return true;
    }

    bool open(const Type& type, const Tlv& tlv, Open& out, const Frame& frame, const Field* field, const void* owner) {
        const bool in_octets = type.tag == tag::octet_string;
        out.tlv = in_octets ? tlv.content : tlv.whole;
        if (!in_octets && !well_formed(out.tlv, max_depth - frame.depth)) return fail(Code::bad_value, tlv.whole.data(), frame);
        const Type* chosen = field && field->chooser ? choose(field->chooser(owner), field->choices()) : nullptr;
        if (!chosen) return true;
        void* place = chosen->make(arena_);
        if (!place) return fail(Code::too_large, tlv.whole.data(), frame);
        const bool was_trial = std::exchange(is_trial_, true);
        if (whole_element(*chosen, out.tlv, place, frame.child(std::string_view{}))) out.type = chosen, out.value = place;
        is_trial_ = was_trial;
        return true;
    }
    static const Type* choose(Bytes oid, OpenTable table) {
        for (const OpenEntry& entry : table)
            if (entry.oid.size() == oid.size() && entry.oid.back() == oid.back() && equal(entry.oid, oid)) return &entry.type();
        return nullptr;
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

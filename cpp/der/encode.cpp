#include "der/encode.hpp"

namespace cmpkit::der {
namespace {

template <bool AsReceived> class Encoder {
public:
    explicit Encoder(Writer& out) : out_(out) {}

    // `identifier` replaces the type's own where a tag is implicit.
    void value(const Type& type, std::uint8_t identifier, const void* object) {
        if (AsReceived && splice(type, identifier, object)) return;
        const std::size_t mark = out_.size();
        switch (type.kind) {
        case Kind::leaf: type.write(object, out_); break;
        case Kind::list: list(type, object); break;
        case Kind::open: open(*static_cast<const Open*>(object)); break;
        case Kind::sequence:
        case Kind::choice:
            for (std::size_t i = type.fields.size(); i--;) member(type.fields[i], object);
        }
        if (identifier) out_.header(identifier, out_.size() - mark);
    }

private:
    bool splice(const Type& type, std::uint8_t identifier, const void* object) {
        if (!type.received) return false;
        const Bytes received = *type.received(const_cast<void*>(object));
        if (received.empty() || (identifier && received[0] != identifier)) return false;
        out_.octets(received);
        return true;
    }
    void member(const Field& field, const void* owner) {
        const void* object = field.peek(owner);
        if (!object) return;
        const std::size_t mark = out_.size();
        const Type& type = field.type();
        value(type, field.tag && !field.is_explicit ? field.tag : type.tag, object);
        if (field.is_explicit) out_.header(field.tag, out_.size() - mark);
    }
    void list(const Type& type, const void* object) {
        const Type&       element = type.element();
        const std::size_t mark = out_.size(), count = type.count(object);
        for (std::size_t i = count; i--;) value(element, element.tag, type.at(object, i));
        if (type.tag == tag::set && count > 1) order(out_.written().first(out_.size() - mark));
    }
    // X.690 11.6: the elements of a SET OF stand in the order of their encodings, in whatever order they were built.
    void order(Bytes content) {
        std::vector<Bytes> elements;
        Tlv each;
        for (Bytes rest = content; !rest.empty() && !take(rest, each);) elements.push_back(each.whole);
        if (std::ranges::is_sorted(elements, std::ranges::lexicographical_compare)) return;
        std::ranges::sort(elements, std::ranges::lexicographical_compare);
        Octets ordered;
        for (const Bytes element : elements) ordered.insert(ordered.end(), element.begin(), element.end());
        out_.overwrite(ordered);
    }
    void open(const Open& open) {
        if (open.type && (!AsReceived || open.tlv.empty())) value(*open.type, open.type->tag, open.value);
        else out_.octets(open.tlv);
    }

    Writer& out_;
};

}  // namespace

void encode(const Type& type, const void* value, Writer& out) { Encoder<true>(out).value(type, type.tag, value); }
void rebuild(const Type& type, const void* value, Writer& out) { Encoder<false>(out).value(type, type.tag, value); }

}  // namespace cmpkit::der

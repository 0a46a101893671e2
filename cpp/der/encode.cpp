#include "der/encode.hpp"

namespace cmpkit::der {
namespace {

template <bool AsReceived> class Encoder {
public:
    explicit Encoder(Writer& out) : out_(out) {}

    // `identifier` replaces the type's own where a tag is implicit.
    [[gnu::always_inline]] void value(const Type& type, std::uint8_t identifier, const void* object) {
        if (type.kind == Kind::view) out_.element(identifier, *static_cast<const Bytes*>(object));
        else built(type, identifier, object);
    }

private:
    // Apart from value(), so that a view, which most elements are, costs no more than it must.
    [[gnu::noinline]] void built(const Type& type, std::uint8_t identifier, const void* object) {
        if (AsReceived && splice(type, identifier, object)) return;
        const std::size_t mark = out_.size();
        switch (type.kind) {
        case Kind::sequence: sequence(type, object); break;
        case Kind::choice: choice(type, object); break;
        case Kind::list: list(type, object); break;
        case Kind::open: open(*static_cast<const Open*>(object)); break;
        default: type.write(object, out_);
        }
        if (identifier) out_.header(identifier, out_.size() - mark);
    }
    bool splice(const Type& type, std::uint8_t identifier, const void* object) {
        if (!type.received) return false;
        const Bytes received = *type.received(const_cast<void*>(object));
        if (received.empty() || (identifier && received[0] != identifier)) return false;
        out_.octets(received);
        return true;
    }
    void sequence(const Type& type, const void* object) {
        for (auto field = type.fields.rbegin(); field != type.fields.rend(); ++field)
            if (const void* part = field->peek(object)) member(*field, part);
    }
    void choice(const Type& type, const void* object) {
        const Field& field = type.fields[type.chosen(object)];
        member(field, field.peek(object));
    }
    [[gnu::always_inline]] void member(const Field& field, const void* object) {
        const Type& type = *field.type;
        if (!field.is_explicit) return value(type, field.tag, object);
        const std::size_t mark = out_.size();
        value(type, type.tag, object);
        out_.header(field.tag, out_.size() - mark);
    }
    void list(const Type& type, const void* object) {
        const Type&       each     = *type.element;
        const Elements    elements = type.elements(object);
        const std::size_t mark     = out_.size();
        for (std::size_t i = elements.count; i--;) value(each, each.tag, elements.first + i * type.stride);
        if (type.tag == tag::set && elements.count > 1) order(out_.written().first(out_.size() - mark));
    }
    // X.690 11.6: the elements of a SET OF stand in the order of their encodings, in whatever order they were built.
    // Apart from built(), which else would keep room for it in each of its frames: 1 % of encoding.
    [[gnu::noinline]] void order(Bytes content) {
        if (is_ordered(content)) return;
        std::vector<Bytes> elements;
        Tlv each;
        for (Bytes rest = content; !rest.empty() && !take(rest, each);) elements.push_back(each.whole);
        std::ranges::sort(elements, std::ranges::lexicographical_compare);
        Octets ordered;
        for (const Bytes element : elements) ordered.insert(ordered.end(), element.begin(), element.end());
        out_.overwrite(ordered);
    }
    static bool is_ordered(Bytes content) {
        Tlv each, previous;
        for (; !content.empty() && !take(content, each); previous = each)
            if (std::ranges::lexicographical_compare(each.whole, previous.whole)) return false;
        return true;
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

// Declare an ASN.1 type once; parse, encode, print and compare follow.
//
//     struct CertRequest {
//         std::int64_t            certReqId;
//         CertTemplate            certTemplate;
//         std::optional<Controls> controls;
//         static constexpr auto schema() {
//             return sequence(field<&CertRequest::certReqId>(), field<&CertRequest::certTemplate>(), field<&CertRequest::controls>());
//         }
//     };
//
// std::optional is OPTIONAL, a member initialiser with `with_default` is DEFAULT, List is SEQUENCE OF, SetOf is SET OF, Choice is
// CHOICE, Open is an open type chosen by an OID. Thin typed templates turn members into constant tables; ordinary functions walk the
// tables, so a new verb is one more walk, not one more function per message. Schemas carry no policy.
#pragma once
#include "der/arena.hpp"
#include "der/reader.hpp"
#include "der/writer.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace cmpkit::der {

// ---------------------------------------------------------------- the tables the walks read
struct Type;
struct OpenEntry {
    Bytes oid;  // content octets
    const Type* type;
};
/// Which type each OID chooses. Entries are chained by the OID's length and last octet.
class OpenTable {
public:
    constexpr OpenTable() = default;
    constexpr OpenTable(std::span<const OpenEntry> entries) : entries_(entries) {
        assert(entries.size() < kinds);
        for (std::size_t i = entries.size(); i--;) {
            std::uint8_t& first = first_[kind_of(entries[i].oid)];
            next_[i + 1] = std::exchange(first, static_cast<std::uint8_t>(i + 1));
        }
    }
    /// @return null for an OID that chooses nothing
    const Type* find(Bytes oid) const {
        for (std::size_t i = first_[kind_of(oid)]; i; i = next_[i]) {
            const OpenEntry& entry = entries_[i - 1];
            if (entry.oid.size() == oid.size() && !std::memcmp(entry.oid.data(), oid.data(), oid.size())) return entry.type;
        }
        return nullptr;
    }

private:
    static constexpr std::size_t kinds = 64;
    static constexpr std::size_t kind_of(Bytes oid) { return oid.empty() ? 0 : (oid.back() ^ oid.size() * 11) % kinds; }

    std::span<const OpenEntry>      entries_{};
    std::array<std::uint8_t, kinds> first_{}, next_{};  // of a kind, and after each entry: counted from 1; 0: none
};

struct Field {
    std::string_view name;
    std::uint8_t     tag;                // identifier octet that announces it; 0: ask the type
    bool             is_explicit;        // the tag wraps a complete inner element
    bool             omittable;          // OPTIONAL, or DEFAULT and equal to the member's initialiser
    bool             has_default;
    void* (*slot)(void*);                // where to parse into; engages the optional or the alternative
    const void* (*peek)(const void*);    // what to encode; null when absent
    const Type*      type;
    Bytes (*chooser)(const void*) = nullptr;  // open types: the OID that says what is inside
    const OpenTable& (*choices)() = nullptr;

    bool announced_by(std::uint8_t identifier) const;
};

enum class Kind : std::uint8_t { view, leaf, sequence, choice, list, open };  // view: a leaf that is its content octets
struct Elements {
    const std::byte* first;
    std::size_t      count;
};

struct Type {
    Kind                   kind;
    std::uint8_t           tag;       // identifier octet; 0 for CHOICE and ANY
    std::span<const Field> fields{};  // members, or the alternatives of a CHOICE
    Bytes* (*received)(void*)  = nullptr;  // where to keep the element as received, for types that want it
    void* (*make)(Arena&)      = nullptr;  // a fresh value in the arena
    // view, leaf
    bool (*valid)(Bytes)                    = nullptr;  // null: any octets
    bool (*read)(const Element&, void*)     = nullptr;
    void (*write)(const void*, Writer&)     = nullptr;
    bool is_bare                            = false;  // a JSON number, boolean or null
    std::string (*show)(const void*)        = nullptr;  // also types with a summary(): printed as one line
    // choice
    std::size_t (*chosen)(const void*) = nullptr;  // index into fields
    // list
    const Type* element                                 = nullptr;
    void* (*allocate)(void*, Arena&, std::size_t count) = nullptr;  // the first element, or null: no memory
    Elements (*elements)(const void*)                   = nullptr;
    std::size_t stride                                  = 0;
    bool        non_empty                               = false;  // SIZE (1..MAX)

    bool is_leaf() const { return kind <= Kind::leaf; }
    bool accepts(std::uint8_t identifier) const {
        if (kind != Kind::choice) return tag == 0 || tag == identifier;
        return std::ranges::any_of(fields, [identifier](const Field& f) { return f.announced_by(identifier); });
    }
};
inline bool Field::announced_by(std::uint8_t identifier) const { return tag ? tag == identifier : type->accepts(identifier); }

/// The table of a type. One that contains itself is declared `extern template` before what it contains.
template <class T> struct Described {
    static const Type type;
};
template <class T> constexpr const Type& describe() { return Described<T>::type; }

// ---------------------------------------------------------------- what members are made of
/// SEQUENCE OF: a view of elements that live in an arena, or wherever the builder keeps them.
enum class Size : std::uint8_t { any, non_empty };
inline constexpr Size non_empty = Size::non_empty;  // SIZE (1..MAX)

template <class T> class Items {
public:
    using value_type = T;
    constexpr Items() = default;
    constexpr Items(const T* first, std::size_t count) : first_(first), count_(count) {}
    constexpr Items(std::span<const T> elements) : first_(elements.data()), count_(elements.size()) {}
    constexpr Items(const std::vector<T>& elements) : first_(elements.data()), count_(elements.size()) {}
    static Items one(const T& element) { return {&element, 1}; }

    const T*    begin() const { return first_; }
    const T*    end() const { return first_ + count_; }
    std::size_t size() const { return count_; }
    bool        empty() const { return count_ == 0; }
    const T&    operator[](std::size_t i) const { return assert(i < count_), first_[i]; }
    const T&    front() const { return (*this)[0]; }

private:
    const T*    first_ = nullptr;
    std::size_t count_ = 0;
};
template <class T, Size S = Size::any> struct List : Items<T> {
    using Items<T>::Items;
    List() = default;
    List(Items<T> items) : Items<T>(items) {}
    static constexpr std::uint8_t tag  = der::tag::sequence;
    static constexpr Size         size_rule = S;
};
template <class T, Size S = Size::non_empty> struct SetOf : Items<T> {  // X.690 11.6: in the order of their encodings
    using Items<T>::Items;
    SetOf() = default;
    SetOf(Items<T> items) : Items<T>(items) {}
    static constexpr std::uint8_t tag  = der::tag::set;
    static constexpr Size         size_rule = S;
};

/// A value whose type an OID chooses. Octets that are not of the chosen type stay undecoded: whoever needs the value refuses them.
struct Open {
    Bytes       tlv;              // as received; empty: write `value`
    const Type* type  = nullptr;  // null: unknown OID, or not a value of the type
    const void* value = nullptr;

    template <class T> const T* get() const { return type == &describe<T>() ? static_cast<const T*>(value) : nullptr; }
    /// A value to be sent; it must outlive the message.
    template <class T> static Open of(const T& value) { return {{}, &describe<T>(), &value}; }
    template <class T> static Open of(const T&& temporary) = delete;
    static Open raw(Bytes tlv) { return {tlv}; }
};
/// The same inside an OCTET STRING (extnValue). `tlv` is the string's content, which need not be DER.
struct OpenOctets : Open {
    OpenOctets() = default;
    OpenOctets(Open open) : Open(open) {}
};

// ---------------------------------------------------------------- typed layer: members to tables
template <class T> struct Leaf;  // one primitive: identifier octet, content rules, printed form (types.hpp)

template <class T> concept IsLeaf   = requires { Leaf<T>::tag; };
template <class T> concept IsChoice = requires { typename T::Variant; };
template <class T> concept IsList   = requires { T::size_rule; };
template <class T> concept IsOpen   = std::is_base_of_v<Open, T>;

template <class T> consteval std::uint8_t tag_of() {
    if constexpr (IsLeaf<T>) return Leaf<T>::tag;
    else if constexpr (IsChoice<T> || std::is_same_v<T, Open>) return 0;
    else if constexpr (IsOpen<T>) return tag::octet_string;
    else if constexpr (IsList<T>) return T::tag;
    else return tag::sequence;
}

struct Tagging {
    std::uint8_t number      = 0xff;
    bool         is_explicit = false;
};
constexpr Tagging explicit_tag(std::uint8_t number) { return {number, true}; }
constexpr Tagging implicit_tag(std::uint8_t number) { return {number, false}; }

template <class T> constexpr std::uint8_t identifier(Tagging tagging) {
    if (tagging.number == 0xff) return tag_of<T>();
    if (tagging.is_explicit) return 0xa0 | tagging.number;
    return static_cast<std::uint8_t>(0x80 | (tag_of<T>() & tag::constructed) | tagging.number);
}

template <class M> struct Member;  // &Owner::name, split
template <class O, class V> struct Member<V O::*> {
    using Owner = O;
    using Value = V;
};
template <class T> struct Required {
    using type = T;
    static constexpr bool optional = false;
};
template <class T> struct Required<std::optional<T>> {
    using type = T;
    static constexpr bool optional = true;
};
template <auto M> consteval std::string_view member_name() {  // "… [with auto M = &cmpkit::PKIHeader::pvno; …]", so: pvno
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(text.find("M = &"));
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind("::") + 2);
}
static_assert(member_name<&Tlv::content>() == "content");  // fails on a compiler that spells it differently

struct Choosing {
    Bytes (*chooser)(const void*) = nullptr;
    const OpenTable& (*choices)() = nullptr;
};
/// An open type: the OID in member M chooses among `choices`.
template <auto M> constexpr Choosing chosen_by(const OpenTable& (*choices)()) {
    using O = typename Member<decltype(M)>::Owner;
    return {[](const void* o) { return (static_cast<const O*>(o)->*M).content; }, choices};
}

inline constexpr bool with_default = true;  // DEFAULT: the value the member's initialiser gives
template <auto M, bool Defaulted = false> constexpr Field field(Tagging tagging = {}, Choosing choosing = {}) {
    using O = typename Member<decltype(M)>::Owner;
    using V = typename Member<decltype(M)>::Value;
    using T = typename Required<V>::type;
    Field f{member_name<M>(), identifier<T>(tagging), tagging.is_explicit, Required<V>::optional || Defaulted, Defaulted, nullptr, nullptr, &describe<T>(),
            choosing.chooser, choosing.choices};
    if constexpr (Required<V>::optional) {
        f.slot = [](void* o) -> void* { return &(static_cast<O*>(o)->*M).emplace(); };
        f.peek = [](const void* o) -> const void* {
            const auto& v = static_cast<const O*>(o)->*M;
            return v ? &*v : nullptr;
        };
    } else {
        f.slot = [](void* o) -> void* { return &(static_cast<O*>(o)->*M); };
        f.peek = [](const void* o) -> const void* {
            const auto& v = static_cast<const O*>(o)->*M;
            if constexpr (Defaulted) return v == O{}.*M ? nullptr : &v;
            else return &v;
        };
    }
    return f;
}
template <auto M> constexpr Field field(Choosing choosing) { return field<M>(Tagging{}, choosing); }
template <class... F> constexpr auto sequence(F... fields) { return std::array<Field, sizeof...(F)>{fields...}; }

template <std::size_t N> struct Name {
    char text[N];
    consteval Name(const char (&literal)[N]) { std::copy_n(literal, N, text); }
};
template <Name N, class T, Tagging How = Tagging{}> struct Alternative {
    using Value = T;
    static constexpr auto    name    = N;
    static constexpr Tagging tagging = How;
};
template <Name N, std::uint8_t Number, class T> using Explicit = Alternative<N, T, explicit_tag(Number)>;
template <Name N, std::uint8_t Number, class T> using Implicit = Alternative<N, T, implicit_tag(Number)>;
template <Name N, class T> using Untagged = Alternative<N, T>;

/// CHOICE. Alternatives are read by name: message.body.get<"ir">() is null unless it is an ir.
template <class... A> struct Choice {
    using Variant = std::variant<typename A::Value...>;
    Variant value;

    template <Name N> static consteval std::size_t index_of() {
        constexpr std::array names{std::string_view(A::name.text)...};
        constexpr auto       index = static_cast<std::size_t>(std::ranges::find(names, std::string_view(N.text)) - names.begin());
        static_assert(index < sizeof...(A), "no alternative of this name");
        return index;
    }
    template <Name N> bool        is() const { return value.index() == index_of<N>(); }
    template <Name N> const auto* get() const { return std::get_if<index_of<N>()>(&value); }
    template <Name N> auto&       emplace() { return value.template emplace<index_of<N>()>(); }
    std::string_view name() const { return std::array{std::string_view(A::name.text)...}[value.index()]; }

    template <std::size_t I, class Alt> static constexpr Field alternative() {
        static_assert(!IsChoice<typename Alt::Value> || Alt::tagging.number == 0xff || Alt::tagging.is_explicit, "a tag on a CHOICE is explicit");
        return {Alt::name.text, identifier<typename Alt::Value>(Alt::tagging), Alt::tagging.is_explicit, true, false,
                [](void* c) -> void* { return &static_cast<Choice*>(c)->value.template emplace<I>(); },
                [](const void* c) -> const void* { return std::get_if<I>(&static_cast<const Choice*>(c)->value); },
                &describe<typename Alt::Value>()};
    }
    static constexpr auto schema() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<Field, sizeof...(A)>{alternative<I, A>()...};
        }(std::index_sequence_for<A...>{});
    }
};

// No two members that could stand at the same place may begin with the same octet (X.680 25.6).
consteval bool unambiguous(std::span<const Field> fields, bool is_choice) {
    for (std::size_t i = 0; i < fields.size(); ++i)
        for (std::size_t j = i + 1; j < fields.size() && (is_choice || fields[j - 1].omittable); ++j)
            if (fields[i].tag && fields[i].tag == fields[j].tag) return false;
    return true;
}

template <class T> constexpr auto fields_of = T::schema();

template <class T> concept IsView = IsLeaf<T> && requires { Leaf<T>::valid; };

template <class T> constexpr void describe_leaf(Type& type) {
    if constexpr (IsView<T>) {
        static_assert(sizeof(T) == sizeof(Bytes));  // the walks read and write it as its only member, the content octets
        type.kind  = Kind::view;
        type.valid = Leaf<T>::valid;
    } else {
        type.read  = [](const Element& element, void* v) { return Leaf<T>::read(element, *static_cast<T*>(v)); };
        type.write = [](const void* v, Writer& w) { Leaf<T>::write(*static_cast<const T*>(v), w); };
    }
    type.show    = [](const void* v) { return Leaf<T>::show(*static_cast<const T*>(v)); };
    type.is_bare = Leaf<T>::is_bare;
}
template <class T> constexpr void describe_list(Type& type) {
    using E       = typename T::value_type;
    type.element  = &describe<E>();
    type.allocate = [](void* list, Arena& arena, std::size_t count) -> void* {
        E* first = arena.make<E>(count);
        Items<E>& items = *static_cast<T*>(list);  // the elements alone: what was received stays
        items = Items<E>(first, first ? count : 0);
        return first;
    };
    type.elements  = [](const void* list) {
        const Items<E>& items = *static_cast<const T*>(list);
        return Elements{reinterpret_cast<const std::byte*>(items.begin()), items.size()};
    };
    type.stride    = sizeof(E);
    type.non_empty = T::size_rule == Size::non_empty;
}
template <class T> constexpr Type make_type() {
    Type type{Kind::leaf, tag_of<T>()};
    type.make = [](Arena& arena) -> void* { return arena.make<T>(); };
    if constexpr (requires(T& o) { o.received; }) type.received = [](void* o) { return &static_cast<T*>(o)->received; };
    if constexpr (requires(const T& o) { summary(o); }) type.show = [](const void* v) { return summary(*static_cast<const T*>(v)); };
    if constexpr (IsLeaf<T>) {
        describe_leaf<T>(type);
    } else if constexpr (IsOpen<T>) {
        type.kind = Kind::open;
    } else if constexpr (IsList<T>) {
        type.kind = Kind::list;
        describe_list<T>(type);
    } else {
        static_assert(unambiguous(fields_of<T>, IsChoice<T>), "two elements that may stand at one place share a tag");
        type.kind   = IsChoice<T> ? Kind::choice : Kind::sequence;
        type.fields = fields_of<T>;
        if constexpr (IsChoice<T>) type.chosen = [](const void* c) { return static_cast<const T*>(c)->value.index(); };
    }
    return type;
}
template <class T> constinit const Type Described<T>::type = make_type<T>();

}  // namespace cmpkit::der

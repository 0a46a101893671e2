#include "der/print.hpp"

#include "der/types.hpp"

namespace cmpkit::der {

std::string json_string(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') (json += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20) json += "\\u00" + to_hex(bytes_of({&c, 1}));
        else json += c;
    }
    return json + '"';
}

namespace {

// What the walk meets, in order; two forms of paper to write it on.
class Paper {
public:
    virtual ~Paper() = default;
    virtual void leaf(std::string_view name, std::size_t offset, const Type& type, const void* value, const std::string& shown) = 0;
    virtual void open(std::string_view name, std::size_t offset, Kind kind) = 0;
    virtual void close(Kind kind) = 0;
    std::string  text;
};

/// What fits a line: long keys and signatures are cut, JSON has them whole.
std::string shortened(const std::string& shown) {
    constexpr std::size_t longest = 160, kept = 64;
    if (shown.size() <= longest) return shown;
    const bool is_hex = shown.find_first_not_of("0123456789abcdef") == shown.npos;
    const std::string size = is_hex ? std::to_string(shown.size() / 2) : std::to_string(shown.size());
    std::size_t end = kept;
    while ((static_cast<unsigned char>(shown[end]) & 0xc0) == 0x80) ++end;  // no character is cut in two
    return shown.substr(0, end) + "… (" + size + " octets)";
}

/// A key identifier or reference is often a word.
std::string with_word(const OctetString& octets, const std::string& shown) {
    const bool is_word = std::ranges::all_of(octets.content, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
    return is_word ? shown + " \"" + std::string(text_of(octets.content)) + "\"" : shown;
}

// One element a line. A CHOICE joins the line of its alternative, «body.ir», as in an error's path; a sequence that begins with an OID
// (AlgorithmIdentifier, Extension …) shows it on its own line.
class TextPaper : public Paper {
public:
    void leaf(std::string_view name, std::size_t offset, const Type& type, const void* value, const std::string& shown) override {
        const bool is_headline = line_ == Line::sequence && type.tag == tag::oid;
        if (!is_headline) begin(name, offset);
        const bool is_octets = &type == &describe<OctetString>();
        text.append(": ").append(shown.empty() ? "(empty)" : shortened(is_octets ? with_word(*static_cast<const OctetString*>(value), shown) : shown));
        line_ = Line::full;
    }
    void open(std::string_view name, std::size_t offset, Kind kind) override {
        if (kind == Kind::choice) {
            prefix_.append(name).append(name.empty() ? "" : ".");
            return;
        }
        begin(name, offset);
        line_ = kind == Kind::list ? Line::list : Line::sequence;
        ++depth_;
    }
    void close(Kind kind) override {
        if (kind == Kind::choice) return;
        if (line_ != Line::full) text += " (empty)";
        line_ = Line::full;
        --depth_;
    }

private:
    enum class Line { full, sequence, list };  // full: nothing more belongs on it
    void begin(std::string_view name, std::size_t offset) {
        if (!text.empty()) text += '\n';
        const std::string digits = std::to_string(offset);
        text.append(digits.size() < 6 ? 6 - digits.size() : 0, ' ').append(digits).append(2 + 2 * depth_, ' ').append(prefix_).append(name);
        prefix_.clear();
    }
    std::size_t depth_ = 0;
    std::string prefix_;
    Line        line_ = Line::full;
};

class JsonPaper : public Paper {
public:
    void leaf(std::string_view name, std::size_t, const Type& type, const void*, const std::string& shown) override {
        key(name);
        text += type.is_bare ? shown : json_string(shown);
    }
    void open(std::string_view name, std::size_t offset, Kind kind) override {
        const bool is_list = kind == Kind::list;
        key(name);
        text += is_list ? "[" : "{\"@offset\":" + std::to_string(offset);
        levels_.push_back({is_list, is_list});
    }
    void close(Kind kind) override {
        text += kind == Kind::list ? ']' : '}';
        levels_.pop_back();
    }

private:
    struct Level {
        bool is_list, is_first;
    };
    void key(std::string_view name) {
        if (levels_.empty()) return;
        if (!std::exchange(levels_.back().is_first, false)) text += ',';
        if (!levels_.back().is_list) text += json_string(name) + ":";
    }
    std::vector<Level> levels_;
};

// Walks the value; the octets go along to tell the offsets: which elements are there, the value knows.
class Printer {
public:
    Printer(Bytes octets, const PrintStyle& style, Paper& paper) : start_(octets.data()), style_(style), paper_(paper) {}

    void element(std::string_view name, const Type& type, const void* value, Bytes& in) {
        Tlv tlv;
        if (take(in, tlv)) return;
        const auto offset = static_cast<std::size_t>(tlv.whole.data() - start_);
        if (type.show) return paper_.leaf(name, offset, type, value, shown(type, value));
        if (type.kind == Kind::open) return open(name, type, *static_cast<const Open*>(value), tlv, offset);
        paper_.open(name, offset, type.kind);
        Bytes rest = type.kind == Kind::choice ? tlv.whole : tlv.content;
        for (const Field& field : type.fields)
            if (const void* member = field.peek(value)) field_element(field, member, rest);
        const Elements elements = type.kind == Kind::list ? type.elements(value) : Elements{nullptr, 0};
        for (std::size_t i = 0; i < elements.count; ++i) element("[" + std::to_string(i) + "]", *type.element, elements.first + i * type.stride, rest);
        paper_.close(type.kind);
    }

private:
    void field_element(const Field& field, const void* member, Bytes& in) {
        Tlv tlv;
        if (!field.is_explicit) return element(field.name, *field.type, member, in);
        if (!take(in, tlv)) element(field.name, *field.type, member, tlv.content);
    }
    void open(std::string_view name, const Type& type, const Open& open, const Tlv& tlv, std::size_t offset) {
        Bytes inside = type.tag == tag::octet_string ? tlv.content : tlv.whole;
        if (open.type) return element(name, *open.type, open.value, inside);
        paper_.leaf(name, offset, type, &open, type.tag == tag::octet_string ? to_hex(inside) : shown_element(inside));
    }
    std::string shown(const Type& type, const void* value) {
        std::string text = type.show(value);
        if (type.tag != tag::oid || !style_.oid_name) return text;
        const std::string_view name = style_.oid_name(static_cast<const Oid*>(value)->content);
        return name.empty() ? text : std::string(name) + " (" + text + ")";
    }

    const std::uint8_t* start_;
    const PrintStyle&   style_;
    Paper&              paper_;
};

}  // namespace

std::string print(const Type& type, const void* value, Bytes octets, const PrintStyle& style) {
    TextPaper text;
    JsonPaper json;
    Paper& paper = style.json ? static_cast<Paper&>(json) : text;
    Printer printer(octets, style, paper);
    printer.element(style.name, type, value, octets);
    if (!style.json) paper.text += '\n';
    return std::move(paper.text);
}

std::string shown_time(std::int64_t seconds) {
    Arena arena;
    return shown_time(generalized_time(seconds, arena).content);
}

}  // namespace cmpkit::der

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
    virtual void leaf(std::string_view name, std::size_t offset, const std::string& shown, bool bare) = 0;
    virtual void open(std::string_view name, std::size_t offset, bool is_list) = 0;
    virtual void close() = 0;
    std::string  text;
};

class TextPaper : public Paper {
public:
    void leaf(std::string_view name, std::size_t offset, const std::string& shown, bool) override { line(name, offset, ": " + shown); }
    void open(std::string_view name, std::size_t offset, bool) override { line(name, offset, ""), ++depth_; }
    void close() override { --depth_; }

private:
    void line(std::string_view name, std::size_t offset, const std::string& rest) {
        const std::string digits = std::to_string(offset);
        text.append(digits.size() < 6 ? 6 - digits.size() : 0, ' ').append(digits).append(2 + 2 * depth_, ' ').append(name).append(rest) += '\n';
    }
    std::size_t depth_ = 0;
};

class JsonPaper : public Paper {
public:
    void leaf(std::string_view name, std::size_t, const std::string& shown, bool bare) override {
        key(name);
        text += bare ? shown : json_string(shown);
    }
    void open(std::string_view name, std::size_t offset, bool is_list) override {
        key(name);
        text += is_list ? "[" : "{\"@offset\":" + std::to_string(offset);
        levels_.push_back({is_list, is_list});
    }
    void close() override {
        text += levels_.back().is_list ? ']' : '}';
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
        if (type.show) return paper_.leaf(name, offset, shown(type, value), type.is_bare);
        if (type.kind == Kind::open) return open(name, type, *static_cast<const Open*>(value), tlv, offset);
        if (type.kind == Kind::choice) return choice(name, type, value, tlv);
        paper_.open(name, offset, type.kind == Kind::list);
        Bytes rest = tlv.content;
        for (const Field& field : type.fields)
            if (const void* member = field.peek(value)) field_element(field.name, field, member, rest);
        for (std::size_t i = 0; type.kind == Kind::list && i < type.count(value); ++i)
            element("[" + std::to_string(i) + "]", type.element(), type.at(value, i), rest);
        paper_.close();
    }

private:
    void field_element(std::string_view name, const Field& field, const void* member, Bytes& in) {
        Tlv tlv;
        if (!field.is_explicit) return element(name, field.type(), member, in);
        if (!take(in, tlv)) element(name, field.type(), member, tlv.content);
    }
    void choice(std::string_view name, const Type& type, const void* value, const Tlv& tlv) {
        for (const Field& field : type.fields) {
            const void* chosen = field.peek(value);
            if (!chosen) continue;
            Bytes whole = tlv.whole;
            paper_.open(name, static_cast<std::size_t>(tlv.whole.data() - start_), false);
            field_element(field.name, field, chosen, whole);
            paper_.close();
        }
    }
    void open(std::string_view name, const Type& type, const Open& open, const Tlv& tlv, std::size_t offset) {
        Bytes inside = type.tag == tag::octet_string ? tlv.content : tlv.whole;
        if (open.type) return element(name, *open.type, open.value, inside);
        paper_.leaf(name, offset, type.tag == tag::octet_string ? to_hex(inside) : shown_element(inside), false);
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
    printer.element("message", type, value, octets);
    return std::move(paper.text);
}

}  // namespace cmpkit::der

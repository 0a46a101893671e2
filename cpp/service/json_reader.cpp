#include "service/json_reader.hpp"

#include <algorithm>
#include <set>

namespace cmpkit::service {
namespace {

void append_utf8(std::string& text, unsigned c) {
    const auto last = [](unsigned bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
    if (c < 0x80) text += static_cast<char>(c);
    else if (c < 0x800) (text += static_cast<char>(0xc0 | c >> 6)) += last(c);
    else if (c < 0x10000) ((text += static_cast<char>(0xe0 | c >> 12)) += last(c >> 6)) += last(c);
    else (((text += static_cast<char>(0xf0 | c >> 18)) += last(c >> 12)) += last(c >> 6)) += last(c);
}

/// A step of the path, as long as its value is read.
class Step {
public:
    Step(std::vector<std::string>& path, std::string name) : path_(path) { path_.push_back(std::move(name)); }
    ~Step() { path_.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

private:
    std::vector<std::string>& path_;
};

}  // namespace

Error JsonReader::wrong(const std::string& what) const {
    std::string place = std::to_string(line_) + ": ";
    for (const std::string& step : path_) place += place.ends_with(' ') && step.starts_with('.') ? step.substr(1) : step;
    return {.code = Code::bad_value, .detail = path_.empty() ? place + what : place + ": " + what};
}

void JsonReader::skip_space() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos) {
        line_ += rest_.front() == '\n';
        rest_.remove_prefix(1);
    }
}

bool JsonReader::take(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
}

// Whether another element or member comes.
Result<bool> JsonReader::goes_on(char close, bool is_first) {
    if (take(close)) return false;
    if (is_first || take(',')) return true;
    return wrong(std::string("a comma or ") + close + " is expected");
}

Result<void> JsonReader::array(const std::function<Result<void>()>& element) {
    if (!take('[')) return wrong("an array is expected");
    for (std::size_t i = 0;; ++i) {
        const auto more = goes_on(']', i == 0);
        if (!more || !*more) return more ? Result<void>() : more.error();
        const Step step(path_, "[" + std::to_string(i) + "]");
        if (auto read = element(); !read) return read;
    }
}

Result<void> JsonReader::object(const std::function<Result<void>(const std::string& member)>& member) {
    if (!take('{')) return wrong("an object is expected");
    for (std::set<std::string> known;;) {
        const auto more = goes_on('}', known.empty());
        if (!more || !*more) return more ? Result<void>() : more.error();
        auto name = string();
        if (!name) return name.error();
        if (!known.insert(*name).second) return wrong("the member \"" + escaped(name->substr(0, 80)) + "\" is there twice");
        const Step step(path_, "." + escaped(name->substr(0, 80)));
        if (!take(':')) return wrong("a colon is expected");
        if (auto read = member(*name); !read) return read;
    }
}

Result<std::string> JsonReader::string() {
    if (!take('"')) return wrong("a string is expected");
    auto text = text_in_quotes();
    if (!text) return text;
    std::string shown = *text;
    std::erase(shown, '\\');  // which is only shown in another way
    if (escaped(shown) != shown) return wrong("there are characters that cannot be seen, or what is not UTF-8");
    return text;
}

Result<std::string> JsonReader::text_in_quotes() {
    for (std::string text;;) {
        if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < 0x20) return wrong("a string has no closing quote");
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '"') return text;
        if (c != '\\') text += c;
        else if (auto good = escape(text); !good) return good.error();
    }
}

Result<void> JsonReader::escape(std::string& text) {
    constexpr std::string_view words = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
    const char c = rest_.empty() ? '\0' : rest_.front();
    if (c != 'u') {
        const auto found = c ? words.find(c) : words.npos;
        if (found == words.npos) return wrong("a backslash stands before what it cannot stand before");
        rest_.remove_prefix(1);
        return text += values[found], Result<void>();
    }
    auto unit = hex_unit();
    if (unit && *unit >= 0xd800 && *unit < 0xdc00) {  // the first of two (RFC 8259 7)
        const bool has_second = rest_.starts_with('\\');
        if (has_second) rest_.remove_prefix(1);
        const auto low = has_second ? hex_unit() : std::nullopt;
        unit = low && *low >= 0xdc00 && *low < 0xe000 ? std::optional(0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00)) : std::nullopt;
    } else if (unit && *unit >= 0xdc00 && *unit < 0xe000) {
        unit.reset();
    }
    if (!unit) return wrong("\\u is without the digits of a character");
    append_utf8(text, *unit);
    return {};
}

// "u00e4"; nothing: it is not that.
std::optional<unsigned> JsonReader::hex_unit() {
    if (rest_.size() < 5 || rest_.front() != 'u') return std::nullopt;
    unsigned value = 0;
    for (const char c : rest_.substr(1, 4)) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto digit = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
        if (digit == digits.npos) return std::nullopt;
        value = value << 4 | static_cast<unsigned>(digit);
    }
    rest_.remove_prefix(5);
    return value;
}

Result<void> JsonReader::end() {
    skip_space();
    return rest_.empty() ? Result<void>() : wrong("something stands behind the end");
}

}  // namespace cmpkit::service

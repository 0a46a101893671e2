// Whether text is one JSON value (RFC 8259), for tests of what we print.
#pragma once
#include <cctype>
#include <string_view>

class JsonCheck {
public:
    static bool is_valid(std::string_view text) {
        JsonCheck check{text};
        return check.value() && check.rest_.empty();
    }

private:
    explicit JsonCheck(std::string_view text) : rest_(text) {}

    bool accept(std::string_view word) {
        const bool is_next = rest_.starts_with(word);
        if (is_next) rest_.remove_prefix(word.size());
        return is_next;
    }
    bool value() {
        if (accept("{")) return row("}", [this] { return string() && accept(":") && value(); });
        if (accept("[")) return row("]", [this] { return value(); });
        return string() || accept("true") || accept("false") || accept("null") || number();
    }
    template <class Item> bool row(std::string_view end, Item item) {
        if (accept(end)) return true;
        do {
            if (!item()) return false;
        } while (accept(","));
        return accept(end);
    }
    bool number() {
        accept("-");
        if (accept("0")) return true;
        const std::size_t digits = rest_.find_first_not_of("0123456789");
        rest_.remove_prefix(std::min(digits, rest_.size()));
        return digits != 0;
    }
    bool string() {
        if (!accept("\"")) return false;
        while (!rest_.empty() && !accept("\"")) {
            if (static_cast<unsigned char>(rest_[0]) < 0x20) return false;
            if (accept("\\") && !rest_.starts_with('u') && std::string_view("\"\\/bfnrt").find(rest_[0]) == std::string_view::npos) return false;
            rest_.remove_prefix(1);
        }
        return true;
    }

    std::string_view rest_;
};

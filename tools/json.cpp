#include "json.hpp"

#include <charconv>

namespace tool {

class JsonReader {
public:
    explicit JsonReader(std::string_view text) : rest_(text) {}

    bool value(Json& into, int depth = 0) {
        skip_space();
        if (rest_.empty() || depth > 200) return false;
        if (rest_.front() == '"') return string(into.text_);
        if (rest_.front() == '{' || rest_.front() == '[') return container(into, depth);
        const auto end = rest_.find_first_of(",]} \t\r\n");
        into.text_     = rest_.substr(0, end);
        rest_.remove_prefix(into.text_.size());
        return !into.text_.empty();
    }
    bool is_at_end() {
        skip_space();
        return rest_.empty();
    }

private:
    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    bool skip(char c) {
        skip_space();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool container(Json& into, int depth) {
        const bool is_object = skip('{');
        const char end       = is_object ? '}' : ']';
        into.kind_           = is_object ? Json::Kind::object : Json::Kind::list;
        if (!is_object) skip('[');
        if (skip(end)) return true;
        do {
            auto& [name, value_of_name] = into.members_.emplace_back();
            skip_space();
            if (is_object && (!string(name) || !skip(':'))) return false;
            if (!value(value_of_name, depth + 1)) return false;
        } while (skip(','));
        return skip(end);
    }
    bool string(std::string& into) {
        if (!skip('"')) return false;
        while (!rest_.empty() && rest_.front() != '"') {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c != '\\') into += c;
            else if (!escape(into)) return false;
        }
        return skip('"');
    }
    bool escape(std::string& into) {
        if (rest_.empty()) return false;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        constexpr std::string_view names = "nrtbf", values = "\n\r\t\b\f";
        if (c == 'u') return code_point(into);
        into += names.find(c) == names.npos ? c : values[names.find(c)];
        return true;
    }
    // The library writes \u for control characters only; all else is UTF-8.
    bool code_point(std::string& into) {
        unsigned   value = 0;
        const auto digits = rest_.substr(0, 4);
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (problem != std::errc() || end != digits.data() + 4 || value > 0x7f) return false;
        into += static_cast<char>(value);
        rest_.remove_prefix(4);
        return true;
    }

    std::string_view rest_;
};

std::optional<Json> Json::parse(std::string_view text) {
    JsonReader reader(text);
    Json       json;
    if (!reader.value(json) || !reader.is_at_end()) return std::nullopt;
    return json;
}

const Json& Json::operator[](std::string_view name) const {
    static const Json none;
    for (const auto& [member, value] : members_)
        if (member == name) return value;
    return none;
}

std::string json_string(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto                 octet  = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') (json += '\\') += c;
        else if (octet < 0x20) ((json += "\\u00") += digits[octet >> 4]) += digits[octet & 15];
        else json += c;
    }
    return json + '"';
}

JsonObject& JsonObject::add_raw(std::string_view name, std::string_view json) {
    if (!members_.empty()) members_ += ',';
    members_.append(json_string(name)).append(":").append(json);
    return *this;
}

}  // namespace tool

// Enough of JSON to read what the library tells and to write what the program tells. It refuses nothing that it need not understand.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tool {

/// One value. Numbers and words (true, false, null) are kept as their text.
class Json {
public:
    /// Nothing if the text is not one JSON value nested 200 deep at most.
    static std::optional<Json> parse(std::string_view text);

    const std::string& text() const { return text_; }  // of a string, number or word; else empty
    bool               is_object() const { return kind_ == Kind::object; }
    bool               is_list() const { return kind_ == Kind::list; }
    /// The member of that name; a value without text or members if there is none.
    const Json&                                      operator[](std::string_view name) const;
    const std::vector<std::pair<std::string, Json>>& members() const { return members_; }  // of an object; of a list, with empty names

private:
    friend class JsonReader;
    enum class Kind { scalar, list, object };
    Kind                                      kind_ = Kind::scalar;
    std::string                               text_;
    std::vector<std::pair<std::string, Json>> members_;
};

/// `text` in quotes.
std::string json_string(std::string_view text);

/// One object, member by member: JsonObject().add("a", "b").text() is {"a":"b"}.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string_view value) { return add_raw(name, json_string(value)); }
    JsonObject& add_given(std::string_view name, std::string_view value) { return value.empty() ? *this : add(name, value); }
    JsonObject& add_raw(std::string_view name, std::string_view json);
    std::string text() const { return "{" + members_ + "}"; }

private:
    std::string members_;
};

}  // namespace tool

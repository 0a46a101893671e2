// A JSON text (RFC 8259), read step by step by who knows what is in it: arrays, objects and strings, which is all that a list of devices is made of. It takes
// nothing else, no member twice and nothing behind the end; what is wrong is told with its line and the path to it.
//
//     JsonReader reader(text);
//     auto read = reader.array([&] { return reader.object([&](const std::string& member) { return reader.string(…); }); });
//     if (read) read = reader.end();
#pragma once
#include "result.hpp"

#include <functional>

namespace cmpkit::service {

/// One thread. A failure is the end: nothing is read after it.
class JsonReader {
public:
    explicit JsonReader(std::string_view text) : rest_(text) {}

    // Each reads one value. @error bad_value  detail begins with line and path: "7: [3].sans[1]: a string is expected"
    Result<void> array(const std::function<Result<void>()>& element);
    Result<void> object(const std::function<Result<void>(const std::string& member)>& member);
    /// UTF-8 without characters that cannot be seen.
    Result<std::string> string();
    /// Nothing but space is left.
    Result<void> end();

    /// Such an error, about the value that is being read.
    Error wrong(const std::string& what) const;

private:
    void         skip_space();
    bool         take(char c);
    Result<bool> goes_on(char close, bool is_first);
    Result<std::string> text_in_quotes();
    Result<void> escape(std::string& text);
    std::optional<unsigned> hex_unit();

    std::string_view rest_;
    std::size_t      line_ = 1;
    std::vector<std::string> path_;  // "[3]", ".sans"
};

}  // namespace cmpkit::service

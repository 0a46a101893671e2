// One TOML table, read key by key: a key that nobody asked for is an error, so that a slip of the pen does not go unnoticed.
// This header is where toml++ is included.
#pragma once
#include "result.hpp"

#include <toml++/toml.h>

#include <functional>
#include <set>

namespace cmpkit::service {

/// Keeps the first error; what is read after it is the default.
class Table {
public:
    Table(const toml::table& table, std::string name, std::optional<Error>& error) : table_(table), name_(std::move(name)), error_(error) {}
    ~Table();  // notes keys that were not asked for
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    bool                     has(const char* key);
    std::vector<std::string> keys() const;  // that are there
    std::string              text(const char* key, std::string otherwise);
    std::string              required_text(const char* key);
    std::vector<std::string> texts(const char* key, std::vector<std::string> otherwise);
    std::int64_t             number(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
    bool                     flag(const char* key, bool otherwise);
    /// "90s", "10m", "12h", "30d", "1y", or seconds as a number.
    std::int64_t             duration(const char* key, std::int64_t otherwise);
    /// "2027-01-31T12:00:00Z" as TOML's own date-time; 0 if absent.
    std::int64_t             time(const char* key);
    void                     table(const char* key, const std::function<void(Table&)>& read);   // absent: not called
    void                     tables(const char* key, const std::function<void(Table&)>& read);  // [[key]]
    void                     fail(const char* key, const std::string& what, const Error* cause = nullptr);

private:
    const toml::node* find(const char* key);

    const toml::table&    table_;
    std::string           name_;
    std::set<std::string, std::less<>> known_;
    std::optional<Error>& error_;
};

/// A TOML text, read as its outermost table. @error bad_configuration  the first one, with its line
Result<void> read_table(std::string_view text, const std::function<void(Table&)>& read);

}  // namespace cmpkit::service

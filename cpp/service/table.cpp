#include "service/table.hpp"

#include <chrono>

namespace cmpkit::service {

Table::~Table() {
    for (const auto& [key, node] : table_)
        if (!known_.contains(key.str())) fail(std::string(key.str()).c_str(), "no such key");
}

const toml::node* Table::find(const char* key) {
    known_.insert(key);
    return table_.get(key);
}
std::vector<std::string> Table::keys() const {
    std::vector<std::string> names;
    for (const auto& [key, node] : table_) names.emplace_back(key.str());
    return names;
}
bool Table::has(const char* key) { return find(key) != nullptr; }

void Table::fail(const char* key, const std::string& what, const Error* cause) {
    if (error_) return;
    const toml::node* node = table_.get(key);
    const auto        line = node ? node->source().begin.line : table_.source().begin.line;
    error_ = Error{.code = Code::bad_configuration, .detail = "line " + std::to_string(line) + ", " + (name_.empty() ? "" : name_ + ".") + key + ": " + what};
    if (cause) error_ = error_->because_of(*cause);
}

std::string Table::text(const char* key, std::string otherwise) {
    const toml::node* node = find(key);
    if (!node) return otherwise;
    if (const auto* value = node->as_string()) return value->get();
    fail(key, "a text in quotes is expected");
    return otherwise;
}

std::string Table::required_text(const char* key) {
    std::string value = text(key, {});
    if (value.empty()) fail(key, "it is required");
    return value;
}

std::vector<std::string> Table::texts(const char* key, std::vector<std::string> otherwise) {
    const toml::node* node = find(key);
    if (!node) return otherwise;
    if (const auto* one = node->as_string()) return {one->get()};
    std::vector<std::string> values;
    const auto*              list = node->as_array();
    if (!list) fail(key, "a list of texts is expected");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        if (const auto* value = (*list)[i].as_string()) values.push_back(value->get());
        else fail(key, "a list of texts is expected");
    }
    return values;
}

std::int64_t Table::number(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const toml::node* node = find(key);
    if (!node) return otherwise;
    const auto* value = node->as_integer();
    if (value && value->get() >= least && value->get() <= most) return value->get();
    fail(key, "a number from " + std::to_string(least) + " to " + std::to_string(most) + " is expected");
    return otherwise;
}

bool Table::flag(const char* key, bool otherwise) {
    const toml::node* node = find(key);
    if (!node) return otherwise;
    if (const auto* value = node->as_boolean()) return value->get();
    fail(key, "true or false is expected");
    return otherwise;
}

std::int64_t Table::duration(const char* key, std::int64_t otherwise) {
    const toml::node* node = find(key);
    if (!node) return otherwise;
    constexpr std::int64_t most = 100LL * 365 * 86400;
    if (node->is_integer()) return number(key, otherwise, 0, most);
    const std::string  text  = this->text(key, {});
    std::int64_t       value = 0;
    std::size_t        digits = 0;
    for (; digits < text.size() && digits < 10 && text[digits] >= '0' && text[digits] <= '9'; ++digits) value = 10 * value + (text[digits] - '0');
    static constexpr std::pair<char, std::int64_t> units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'y', 365 * 86400}};
    for (const auto& [unit, seconds] : units)
        if (digits && text.substr(digits) == std::string(1, unit) && value <= most / seconds) return value * seconds;
    fail(key, "a duration such as \"90s\", \"12h\", \"30d\" or \"1y\" is expected");
    return otherwise;
}

std::int64_t Table::time(const char* key) {
    const toml::node* node = find(key);
    if (!node) return 0;
    const auto* value = node->as_date_time();
    if (!value || !value->get().offset) return fail(key, "a date-time with its offset is expected: 2027-01-31T12:00:00Z"), 0;
    const toml::date_time& at = value->get();
    using namespace std::chrono;
    const sys_days day{year(at.date.year) / month(at.date.month) / std::chrono::day(at.date.day)};
    return sys_seconds(day).time_since_epoch().count() + at.time.hour * 3600 + at.time.minute * 60 + at.time.second - at.offset->minutes * 60;
}

void Table::table(const char* key, const std::function<void(Table&)>& read) {
    const toml::node* node = find(key);
    if (!node) return;
    if (const auto* inner = node->as_table()) {
        Table table(*inner, name_.empty() ? key : name_ + "." + key, error_);
        read(table);
    } else {
        fail(key, "a table is expected");
    }
}

void Table::tables(const char* key, const std::function<void(Table&)>& read) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto* list = node->as_array();
    if (!list) return fail(key, std::string("[[") + key + "]] is expected");
    for (const toml::node& each : *list) {
        const auto* inner = each.as_table();
        if (!inner) return fail(key, std::string("[[") + key + "]] is expected");
        Table table(*inner, key, error_);
        read(table);
    }
}

Result<void> read_table(std::string_view text, const std::function<void(Table&)>& read) {
    toml::table parsed;
    try {  // toml++ reports by exception; it goes no further
        parsed = toml::parse(text);
    } catch (const toml::parse_error& problem) {
        return Error{.code = Code::bad_configuration, .detail = "line " + std::to_string(problem.source().begin.line) + ": " + std::string(problem.description())};
    }
    std::optional<Error> error;
    {
        Table table(parsed, {}, error);
        read(table);
    }
    return error ? Result<void>(*error) : Result<void>();
}

}  // namespace cmpkit::service

#include "service/inventory.hpp"

#include "service/files.hpp"
#include "service/json_reader.hpp"

namespace cmpkit::service {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;

Error wrong(std::string what) { return {.code = Code::bad_value, .detail = std::move(what)}; }
std::string quoted(std::string_view text) { return "\"" + escaped(text.substr(0, 80)) + "\""; }

/// A field in quotes: "" stands for one of them (RFC 4180 2). @param rest  behind the first quote; then behind the last
Result<std::string> quoted_field(std::string_view& rest) {
    std::string field;
    for (;;) {
        const std::size_t end = rest.find('"');
        if (end == rest.npos) return wrong("a field has no closing quote");
        field += rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (!rest.starts_with('"')) break;
        field += '"';
        rest.remove_prefix(1);
    }
    if (!rest.empty() && rest.front() != ',') return wrong("there is something between a closing quote and the comma");
    return field;
}

Result<std::vector<std::string>> fields_of(std::string_view line) {
    std::string shown(line);
    std::erase(shown, '\\');  // which is only shown in another way
    if (escaped(shown) != shown) return wrong("there are characters that cannot be seen, or what is not UTF-8");
    std::vector<std::string> fields;
    for (;;) {
        const bool is_quoted = line.starts_with('"');
        if (is_quoted) line.remove_prefix(1);
        const std::string_view plain = line.substr(0, line.find(','));
        if (!is_quoted && plain.find('"') != plain.npos) return wrong("a quote stands inside a field that is not in quotes");
        auto field = is_quoted ? quoted_field(line) : Result(std::string(plain));
        if (!field) return field.error();
        fields.push_back(std::move(*field));
        if (!is_quoted) line.remove_prefix(plain.size());
        if (line.empty()) return fields;
        line.remove_prefix(1);  // the comma
    }
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end) words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

/// "2030-12-31", which counts to its end, or "2030-12-31T12:00:00Z".
Result<std::int64_t> time_of(const std::string& text) {
    if (text.empty()) return std::int64_t{0};
    const std::string whole = text.size() == 10 ? text + "T23:59:59Z" : text;
    std::string       digits;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        constexpr std::string_view form = "0000-00-00T00:00:00Z";
        if (i >= form.size() || (form[i] != '0' && form[i] != whole[i])) return wrong("not_after is no date such as 2030-12-31 or 2030-12-31T12:00:00Z: " + quoted(text));
        if (form[i] == '0' || form[i] == 'Z') digits += whole[i];
    }
    const Bytes octets = bytes_of(digits);
    if (!der::valid_generalized_time(octets)) return wrong("not_after is no date such as 2030-12-31 or 2030-12-31T12:00:00Z: " + quoted(text));
    return der::unix_seconds(der::GeneralizedTime{octets});
}

Result<void> take_device(admission::InventoryRow& row, std::string field) { return row.device = std::move(field), Result<void>(); }
Result<void> take_reference(admission::InventoryRow& row, std::string field) { return row.reference = std::move(field), Result<void>(); }
Result<void> take_subject(admission::InventoryRow& row, std::string field) { return row.names.subject = std::move(field), Result<void>(); }
Result<void> take_sans(admission::InventoryRow& row, std::string field) { return row.names.sans = words_of(field), Result<void>(); }
Result<void> take_not_after(admission::InventoryRow& row, std::string field) {
    const auto time = time_of(field);
    if (!time) return time.error();
    row.names.not_after = *time;
    return {};
}

struct Column {
    std::string_view name;
    Result<void> (*take)(admission::InventoryRow& row, std::string field);
};
constexpr Column known_columns[] = {
    {"device", take_device}, {"reference", take_reference}, {"subject", take_subject}, {"sans", take_sans}, {"not_after", take_not_after},
};

constexpr const char* column_names = "device, reference, subject, sans and not_after";

using Columns = std::vector<const Column*>;

Result<Columns> columns_of(std::string_view line) {
    const auto names = fields_of(line);
    if (!names) return names.error();
    Columns columns;
    for (const std::string& name : *names) {
        const auto found = std::ranges::find(known_columns, std::string_view(name), &Column::name);
        if (found == std::end(known_columns)) return wrong("there is no column " + quoted(name) + "; there are " + column_names + ", with commas between them");
        if (std::ranges::find(columns, &*found) != columns.end()) return wrong("the column " + quoted(name) + " is there twice");
        columns.push_back(&*found);
    }
    return columns;
}

Result<void> add_row(admission::Inventory& inventory, const Columns& columns, std::string_view line) {
    auto fields = fields_of(line);
    if (!fields) return fields.error();
    if (fields->size() != columns.size()) return wrong("there are " + std::to_string(fields->size()) + " fields, the first line names " + std::to_string(columns.size()));
    admission::InventoryRow row;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (auto taken = columns[i]->take(row, std::move((*fields)[i])); !taken) return taken;
    return inventory.add(std::move(row));
}

Result<void> read_member(JsonReader& reader, const std::string& name, admission::InventoryRow& row) {
    const auto read_text = [&]() -> Result<void> {
        auto text = reader.string();
        if (!text) return text.error();
        if (name == "sans") return row.names.sans.push_back(std::move(*text)), Result<void>();
        auto taken = std::ranges::find(known_columns, std::string_view(name), &Column::name)->take(row, std::move(*text));
        return taken ? taken : reader.wrong(taken.error().detail);
    };
    if (std::ranges::find(known_columns, std::string_view(name), &Column::name) == std::end(known_columns)) return reader.wrong(std::string("there is no such member; there are ") + column_names);
    return name == "sans" ? reader.array(read_text) : read_text();
}

Result<std::shared_ptr<const admission::Inventory>> parse_json(std::string_view text, const std::string& name) {
    auto       inventory = std::make_shared<admission::Inventory>();
    JsonReader reader(text);
    auto read = reader.array([&]() -> Result<void> {
        admission::InventoryRow row;
        if (auto taken = reader.object([&](const std::string& member) { return read_member(reader, member, row); }); !taken) return taken;
        auto added = inventory->add(std::move(row));
        return added ? added : reader.wrong(added.error().detail);
    });
    if (read) read = reader.end();
    if (!read) return wrong(name + ":" + read.error().detail);
    return std::shared_ptr<const admission::Inventory>(std::move(inventory));
}

}  // namespace

Result<std::shared_ptr<const admission::Inventory>> parse_inventory(std::string_view text, const std::string& name) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  // spreadsheets begin UTF-8 with it
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (name.ends_with(".json")) return parse_json(text, name);
    auto    inventory = std::make_shared<admission::Inventory>();
    Columns columns;
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto failed = [&](const Error& error) { return wrong(name + ":" + std::to_string(number) + ": " + error.detail); };
        if (columns.empty()) {
            auto read = columns_of(line);
            if (!read) return failed(read.error());
            columns = std::move(*read);
        } else if (!line.empty()) {
            if (auto added = add_row(*inventory, columns, line); !added) return failed(added.error());
        }
    }
    if (columns.empty()) return wrong(name + ": there is not even a line that names the columns");
    return std::shared_ptr<const admission::Inventory>(std::move(inventory));
}

Result<std::shared_ptr<const admission::Inventory>> read_inventory(const std::string& path) {
    auto octets = read_file(path, largest_file);
    return octets ? parse_inventory(text_of(*octets), path) : octets.error();
}

}  // namespace cmpkit::service

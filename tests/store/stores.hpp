// The stores under test, each fresh, and short words for what the tests do with them.
#pragma once
#include "database.hpp"
#include "service/store_module.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace cmpkit::store {

// A folder of the test's own, gone with it.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-store-XXXXXX").string();
        if (mkdtemp(name.data())) path_ = name;
    }
    Folder(const Folder&)            = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string operator/(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

// @param place  a path, or the URL of a database
inline std::unique_ptr<Store> opened(const std::string& place) {
    const bool is_url = place.starts_with("postgresql:");
    auto       store  = service::open_store({.file = is_url ? "" : place, .url = is_url ? place : "", .password = {}}, {});
    if (!store) FAIL(store.error().text());
    return std::move(*store);
}

struct InMemory {
    std::unique_ptr<Store> store = open_memory();
};

struct InSqlite {
    Folder                 folder{};
    std::unique_ptr<Store> store = opened(folder / "store.db");
};

struct InPostgres {
    Schema                 schema{};
    std::unique_ptr<Store> store = opened(schema.url());
};

// One line here runs another implementation through the whole suite.
using Stores = std::tuple<InMemory, InSqlite, InPostgres>;

inline Octets octets(std::string_view text) { return copy_of(bytes_of(text)); }

inline Write written(std::string_view key, std::string_view value, std::uint64_t read_version = 0) {
    return {.table = Table::transactions, .key = octets(key), .read_version = read_version, .value = octets(value)};
}

inline Write erased(std::string_view key, std::uint64_t read_version) {
    return {.table = Table::transactions, .key = octets(key), .read_version = read_version, .value = {}};
}

// What a record says, in a form that Catch prints: "key=value v2".
inline std::string said(const Record& record) {
    return std::string(text_of(record.key)) + "=" + std::string(text_of(record.value)) + " v" + std::to_string(record.version);
}

inline std::vector<std::string> said(const Result<std::vector<Record>>& records) {
    if (!records) return {records.error().text()};
    std::vector<std::string> all;
    for (const Record& record : *records) all.push_back(said(record));
    return all;
}

inline std::string said(const Result<std::optional<Record>>& record) {
    if (!record) return record.error().text();
    return *record ? said(**record) : "nothing";
}

inline std::string read(Store& store, std::string_view key) { return said(store.get(Table::transactions, bytes_of(key))); }

inline Result<void> commit(Store& store, std::vector<Write> writes) { return store.commit(Batch{std::move(writes)}); }

using Texts = std::vector<std::string>;

// Runs `work(0)` … `work(count - 1)`, each in a thread of its own. Assertions belong after it: Catch2 has one thread.
template <class Work> void in_threads(std::size_t count, Work work) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
}

}  // namespace cmpkit::store

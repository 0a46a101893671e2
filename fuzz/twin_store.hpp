// Two stores that are given the same, one in memory and one in a SQLite file: whatever they are asked, both say the same.
#pragma once
#include "schema.hpp"
#include "store/store.hpp"
#include "temporary_folder.hpp"

namespace cmpkit::store {

inline bool operator==(const Record& a, const Record& b) { return std::tie(a.key, a.version, a.value, a.index, a.due) == std::tie(b.key, b.version, b.value, b.index, b.due); }

}  // namespace cmpkit::store

namespace cmpkit::fuzz {

class TwinStore final : public store::Store {
public:
    TwinStore() { open(); }

    Result<std::optional<store::Record>> get(store::Table table, Bytes key) override { return same(memory_->get(table, key), file_->get(table, key)); }
    Result<std::vector<store::Record>>   find(store::Table table, Bytes index, std::size_t limit) override {
        return same(memory_->find(table, index, limit), file_->find(table, index, limit));
    }
    Result<std::vector<store::Record>> due(store::Table table, std::int64_t at, std::size_t limit) override {
        return same(memory_->due(table, at, limit), file_->due(table, at, limit));
    }
    Result<std::vector<store::Record>> scan(store::Table table, Bytes after, std::size_t limit) override {
        return same(memory_->scan(table, after, limit), file_->scan(table, after, limit));
    }
    Result<void> commit(const store::Batch& batch) override { return same(memory_->commit(batch), file_->commit(batch)); }

    /// The file is read again by whoever opens it next.
    void reopen() {
        file_.reset();
        open();
    }
    /// All that both hold, compared.
    std::vector<std::pair<store::Table, store::Record>> records() {
        std::vector<std::pair<store::Table, store::Record>> all;
        for (auto table = store::Table::transactions; table <= store::Table::archive; table = static_cast<store::Table>(static_cast<int>(table) + 1)) {
            auto held = scan(table, {}, SIZE_MAX);
            for (store::Record& record : *held) all.emplace_back(table, std::move(record));
        }
        return all;
    }
    void clear() {
        store::Batch batch;
        for (auto& [table, record] : records()) batch.writes.push_back({.table = table, .key = std::move(record.key), .read_version = record.version, .value = {}});
        hold(bool(commit(batch)));
    }

private:
    void open() {
        auto opened = store::open_sqlite(folder_.path("store"));
        hold(bool(opened));
        file_ = std::move(*opened);
    }
    template <class T> static Result<T> same(Result<T> a, Result<T> b) {
        hold(bool(a) == bool(b));
        if (!a) hold(a.error().code == b.error().code && a.error().text() == b.error().text());
        else if constexpr (!std::is_void_v<T>) hold(*a == *b);
        return a;
    }

    TemporaryFolder               folder_;
    std::unique_ptr<store::Store> memory_ = store::open_memory(), file_;
};

/// One for the process, empty.
inline TwinStore& empty_twin_store() {
    static TwinStore one;
    one.clear();
    return one;
}

}  // namespace cmpkit::fuzz

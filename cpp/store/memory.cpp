// The store of tests and of programs that need not survive themselves.
#include "store/batch.hpp"

#include <map>
#include <mutex>
#include <set>
#include <tuple>

namespace cmpkit::store {
namespace {

struct Entry {
    Table  table;
    Record record;
};

struct Place {
    Table table;
    Bytes key;
};

// Octets compare as text does: as memcmp.
auto place_of(const Place& place) { return std::tuple(place.table, text_of(place.key)); }
auto place_of(const Entry& entry) { return std::tuple(entry.table, text_of(entry.record.key)); }

struct ByKey {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return place_of(a) < place_of(b); }
};

struct ByIndex {
    static auto rank(const Entry& entry) { return std::tuple(entry.table, text_of(entry.record.index), text_of(entry.record.key)); }
    bool        operator()(const Entry* a, const Entry* b) const { return rank(*a) < rank(*b); }
};

struct ByDue {
    static auto rank(const Entry& entry) { return std::tuple(entry.table, entry.record.due, text_of(entry.record.key)); }
    bool        operator()(const Entry* a, const Entry* b) const { return rank(*a) < rank(*b); }
};

struct Entries {
    std::set<Entry, ByKey>          by_key;    // owns; an entry never changes, it is replaced
    std::set<const Entry*, ByIndex> by_index;  // those with an index
    std::set<const Entry*, ByDue>   by_due;    // those that are due some day

    void add(Entry entry) {
        const Entry& added = *by_key.insert(std::move(entry)).first;
        if (!added.record.index.empty()) by_index.insert(&added);
        if (added.record.due != 0) by_due.insert(&added);
    }

    void erase(const Place& place) {
        const auto found = by_key.find(place);
        if (found == by_key.end()) return;
        by_index.erase(&*found);
        by_due.erase(&*found);
        by_key.erase(found);
    }

    void merge(Entries& others) {
        by_key.merge(others.by_key);
        by_index.merge(others.by_index);
        by_due.merge(others.by_due);
    }
};

Entries entries_of(const Batch& batch) {
    Entries written;
    for (const Write& write : batch.writes)
        if (write.value) written.add({write.table, {write.key, write.read_version + 1, *write.value, write.index, write.due}});
    return written;
}

class MemoryStore final : public Store {
public:
    Result<std::optional<Record>> get(Table table, Bytes key) override {
        const std::lock_guard lock(mutex_);
        const auto            found = entries_.by_key.find(Place{table, key});
        if (found == entries_.by_key.end()) return std::optional<Record>{};
        return std::optional(found->record);
    }

    Result<std::vector<Record>> find(Table table, Bytes index, std::size_t limit) override {
        const std::lock_guard lock(mutex_);
        const Entry           first{table, {.key = {}, .value = {}, .index = copy_of(index)}};
        std::vector<Record>   found;
        for (auto at = entries_.by_index.lower_bound(&first); at != entries_.by_index.end() && found.size() < limit; ++at) {
            if ((*at)->table != table || !equal((*at)->record.index, index)) break;
            found.push_back((*at)->record);
        }
        return found;
    }

    Result<std::vector<Record>> due(Table table, std::int64_t now, std::size_t limit) override {
        const std::lock_guard lock(mutex_);
        const Entry           first{table, {.key = {}, .value = {}, .index = {}, .due = INT64_MIN}};
        std::vector<Record>   found;
        for (auto at = entries_.by_due.lower_bound(&first); at != entries_.by_due.end() && found.size() < limit; ++at) {
            if ((*at)->table != table || (*at)->record.due > now) break;
            found.push_back((*at)->record);
        }
        return found;
    }

    Result<std::vector<Record>> scan(Table table, Bytes after, std::size_t limit) override {
        const std::lock_guard lock(mutex_);
        std::vector<Record>   found;
        for (auto at = entries_.by_key.upper_bound(Place{table, after}); at != entries_.by_key.end() && found.size() < limit; ++at) {
            if (at->table != table) break;
            found.push_back(at->record);
        }
        return found;
    }

    Result<void> commit(const Batch& batch) override {
        if (auto fits = check(batch); !fits) return fits;
        Entries               written = entries_of(batch);  // memory is asked for before the first change: running out of it leaves no half batch
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < batch.writes.size(); ++i)
            if (const std::uint64_t found = version_of(batch.writes[i]); found != batch.writes[i].read_version) return conflict(batch, i, found);
        for (const Write& write : batch.writes) entries_.erase({write.table, write.key});
        entries_.merge(written);
        return {};
    }

private:
    std::uint64_t version_of(const Write& write) const {
        const auto found = entries_.by_key.find(Place{write.table, write.key});
        return found == entries_.by_key.end() ? 0 : found->record.version;
    }

    std::mutex mutex_;
    Entries    entries_;
};

}  // namespace

std::unique_ptr<Store> open_memory() { return std::make_unique<MemoryStore>(); }

}  // namespace cmpkit::store

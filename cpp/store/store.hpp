// Records behind one contract: memory, SQLite and PostgreSQL pass one suite. The store is the only state of a server.
// It refuses to know what a record means: tables, keys and versions are all it sees; values are opaque octets.
//
//     Batch batch;
//     batch.writes.push_back({.table = Table::transactions, .key = key, .read_version = 0, .value = octets, .due = deadline});
//     if (auto done = store.commit(batch); !done) …          // Code::conflict: somebody else wrote since we read; nothing was written
#pragma once
#include "result.hpp"

namespace cmpkit::store {

// An entry of PostgreSQL's indexes has at most 2704 octets, and one of them holds both.
constexpr std::size_t max_key   = 1300;                  // octets of a key or an index
constexpr std::size_t max_value = std::size_t{1} << 27;  // octets of a value

enum class Table : std::uint8_t {
    transactions = 1,  // key: identity and transactionID; index: transactionID
    certificates = 2,  // key: issuer and serial number; index: the requester's name for it, see ca
    secrets      = 3,  // key: reference
    crls         = 4,  // key: issuer and CRL number
    counters     = 5,  // key: what is counted
    requests     = 6,  // key: identifier of a request that waits for the operator; index: who asked
    roots        = 7,  // key: issuer; the roots that replaced one another
    relayed      = 8,  // key: identity and transactionID, of what an RA forwards; index: the batch it waits for. Batches, too: their identity is "batch"
    archive      = 9,  // key: as of relayed, then when; requests as they came, where another went in their place or somebody wants them kept
};

struct Record {
    Octets        key;          // not empty
    std::uint64_t version = 0;  // 1 for the first write, one more for each later one; from 1 again after an erasure
    Octets        value;
    Octets        index;    // a second way to find it, not unique; empty: none
    std::int64_t  due = 0;  // Unix seconds at which timed work is due; 0: never
};

/// One change to one record. `read_version` is the version that was read, 0 for «there was none»; the batch is refused if that is no longer so.
/// An erasure with `read_version` 0 changes nothing: it holds the batch to there being no such record.
struct Write {
    Table         table;
    Octets        key;
    std::uint64_t read_version = 0;
    std::optional<Octets> value;  // absent: the record is erased
    Octets        index{};
    std::int64_t  due = 0;
};

struct Batch {
    std::vector<Write> writes;  // all or none
};

/// Threads: every function from any thread at any time.
class Store {
public:
    virtual ~Store() = default;

    /// @return the record, or nothing
    virtual Result<std::optional<Record>> get(Table table, Bytes key) = 0;

    /// Records whose index is `index`, in the order of their keys (unsigned octets, as memcmp), at most `limit`. The empty index finds none.
    virtual Result<std::vector<Record>> find(Table table, Bytes index, std::size_t limit) = 0;

    /// Records whose `due` is not 0 and not after `now`, earliest first, then in the order of their keys, at most `limit`.
    virtual Result<std::vector<Record>> due(Table table, std::int64_t now, std::size_t limit) = 0;

    /// Records with keys greater than `after` (empty: from the first), in the order of their keys, at most `limit`.
    virtual Result<std::vector<Record>> scan(Table table, Bytes after, std::size_t limit) = 0;

    /// All writes or none; durable when it returns. Batches of several threads share one sync to the disk.
    ///
    /// @error bad_argument  a key is empty or named twice, or a key, index or value is above its bound; nothing was written
    /// @error conflict      a record's version is not the one named; nothing was written
    /// @error store_failed  the disk or database failed; nothing was written (a crash right after a failed sync may still bring the batch back, and so
    ///                      may a database whose connection was lost while it committed: a second try then meets a conflict)
    virtual Result<void> commit(const Batch& batch) = 0;
};

std::unique_ptr<Store> open_memory();

/// @param path  a file, made with mode 0600 if it does not exist; other processes may have it open at the same time
/// @error store_failed  it cannot be opened, or is not a store of this library; detail names the path
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

}  // namespace cmpkit::store

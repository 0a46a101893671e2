#include "store/postgres_schema.hpp"

namespace cmpkit::store::postgres {
namespace {

constexpr std::int64_t schema_version = 1;

// bytea compares as memcmp does. What is stored is mostly keys' work, signatures and hashes: EXTERNAL spares the try to compress it.
// "record" alone is a type of PostgreSQL's own.
constexpr const char* steps[] = {
    // Two numbers: of another kind than the locks of records, which have one. The second says what is locked.
    "SELECT pg_advisory_xact_lock(1668116587, 1)",
    R"(CREATE TABLE cmpkit_record (
    tbl     smallint NOT NULL,
    key     bytea    NOT NULL,
    version bigint   NOT NULL CHECK (version > 0),
    due     bigint,
    idx     bytea,
    value   bytea    NOT NULL,
    PRIMARY KEY (tbl, key)
))",
    "ALTER TABLE cmpkit_record ALTER COLUMN value SET STORAGE EXTERNAL",
    "CREATE INDEX cmpkit_record_by_index ON cmpkit_record (tbl, idx, key) WHERE idx IS NOT NULL",
    "CREATE INDEX cmpkit_record_by_due ON cmpkit_record (tbl, due, key) WHERE due IS NOT NULL",
    "CREATE TABLE cmpkit_schema (version integer NOT NULL)",
    "INSERT INTO cmpkit_schema VALUES (1)",
};

// Not by to_regclass: in a transaction that saw no such table it goes on seeing none.
Result<bool> has_schema(Session& session) {
    const auto answer = session.run_text("SELECT count(*) FROM pg_class WHERE relname = 'cmpkit_schema' AND pg_table_is_visible(oid)");
    if (!answer) return answer.error();
    return answer->number(0, 0) == 1;
}

Result<void> make_under_lock(Session& session) {
    for (std::size_t i = 0; i < std::size(steps); ++i) {
        if (auto done = session.run_text(steps[i]); !done) return done.error();
        if (i > 0) continue;
        const auto made = has_schema(session);  // by another node, while we waited
        if (!made) return made.error();
        if (*made) return {};
    }
    return {};
}

}  // namespace

Result<void> make_schema(Session& session) {
    const auto there = has_schema(session);
    if (!there) return there.error();
    if (*there) return {};
    if (auto begun = session.run_text("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); !begun) return begun.error();
    auto       made  = make_under_lock(session);
    const auto ended = session.run_text(made ? "COMMIT" : "ROLLBACK");
    if (!made) return made;
    return ended ? Result<void>() : ended.error();
}

Result<void> require_schema(Session& session) {
    const auto answer = session.run_text("SELECT version FROM cmpkit_schema");
    if (!answer) return answer.error();
    if (answer->rows() != 1) return session.failure("it is not a store of this library: cmpkit_schema has not one row");
    const std::int64_t version = answer->number(0, 0);
    if (version != schema_version)
        return session.failure("its schema has version " + std::to_string(version) + ", this library knows " + std::to_string(schema_version));
    return {};
}

}  // namespace cmpkit::store::postgres

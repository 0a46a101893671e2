// A connection to PostgreSQL and its round trips: several calls go out together and their answers come back together.
// It knows no table and never connects again by itself; no wait is without an end, and no text of it holds a password.
//
//     std::vector<Call> calls;
//     calls.emplace_back(get).with(table).with(key);
//     auto answers = session.run(calls);               // an error of one call ends those behind it
#pragma once
#include "store/store.hpp"

#include <array>
#include <chrono>
#include <libpq-fe.h>

namespace cmpkit::store::postgres {

/// Where the database is, and what opens it.
struct Address {
    std::string url;
    std::string password;  // empty: none

    Address(std::string where, Bytes opened_by) : url(std::move(where)), password(text_of(opened_by)) {}
    Address(const Address&)            = delete;
    Address& operator=(const Address&) = delete;
    ~Address();  // wipes
};

/// Prepared under its name; parameters and columns travel in binary form.
struct Statement {
    const char* name;
    const char* text;
};

/// One run of a statement. Octets are borrowed until it was sent.
class Call {
public:
    explicit Call(const Statement& statement) : statement_(&statement) {}

    Call& with(Table table);
    Call& with(std::int64_t number);
    Call& with(Bytes octets);
    Call& with_null();

    bool send(PGconn& connection) const;
    /// Without having been prepared.
    bool send_text(PGconn& connection) const;

private:
    static constexpr std::size_t most = 6;
    struct Parameter {
        std::array<char, 8> number{};
        const char*         data = nullptr;  // null: `number`
        int                 size = 0;        // -1: NULL
    };
    struct Sent;

    Parameter& next() { return parameters_[count_++]; }

    const Statement*            statement_;
    std::array<Parameter, most> parameters_{};
    std::size_t                 count_ = 0;
};

/// What came back for a call.
class Answer {
public:
    explicit Answer(PGresult* result) : result_(result, &PQclear) {}

    int              rows() const { return PQntuples(result_.get()); }
    std::int64_t     number(int row, int column) const;  // NULL: 0
    Octets           octets(int row, int column) const;  // NULL: empty
    ExecStatusType   status() const { return PQresultStatus(result_.get()); }
    std::string_view field(int code) const;  // of an error; empty: not there

private:
    std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// Belongs to one thread at a time.
class Session {
public:
    /// @error store_failed  the server cannot be reached or refuses; detail says what libpq says
    static Result<std::unique_ptr<Session>> connect(const Address& address);

    Result<void>                prepare(std::span<const Statement> statements);
    Result<std::vector<Answer>> run(std::span<const Call> calls);
    /// Without preparing it first.
    Result<Answer>              run_text(const char* text);

    /// Nothing more can be asked of it: the server went away, or fell silent.
    bool  is_lost() const { return is_lost_; }
    Error failure(std::string_view detail) const;

private:
    using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

    explicit Session(PGconn* connection) : connection_(connection, &PQfinish) {}
    Result<void>                settle();
    Result<std::vector<Answer>> collect();
    Result<PGresult*>           next_result();
    Result<void>                wait(bool is_sending);
    Error                       lost(std::string_view why);
    Error                       refusal(const Answer& answer) const;

    Connection                connection_;
    bool                      is_lost_ = false;
    std::chrono::milliseconds silence_ = std::chrono::seconds(30);  // how long the server may say nothing
};

}  // namespace cmpkit::store::postgres

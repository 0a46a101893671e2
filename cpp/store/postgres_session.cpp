#include "store/postgres_session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>

namespace cmpkit::store::postgres {
namespace {

// What the operator set himself stays: in the URL, for the role, for the database.
constexpr const char* settings = R"(
SELECT set_config('statement_timeout', '20s', false) WHERE current_setting('statement_timeout') = '0'
UNION ALL SELECT set_config('lock_timeout', '10s', false) WHERE current_setting('lock_timeout') = '0'
UNION ALL SELECT set_config('idle_in_transaction_session_timeout', '10s', false) WHERE current_setting('idle_in_transaction_session_timeout') = '0'
UNION ALL SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
UNION ALL SELECT set_config('jit', 'off', false)
UNION ALL SELECT set_config('client_min_messages', 'error', false)
)";

constexpr const char* limit_of_a_statement = "SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'";  // milliseconds

// Longer than the server itself lets a statement take, so that it is the one to say what took so long.
std::chrono::milliseconds silence_beside(std::int64_t limit) {
    return std::chrono::milliseconds(std::clamp<std::int64_t>(limit, 0, 30'000) * 2);
}

Error failed(std::string detail) { return Error{.code = Code::store_failed, .detail = std::move(detail)}; }

// libpq's texts are lines.
std::string one_line(std::string_view text) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    std::string line;
    for (const char c : text) {
        const bool is_space = c == '\n' || c == '\t' || c == ' ';
        if (!is_space || !line.ends_with(' ')) line += is_space ? ' ' : c;
    }
    return escaped(line);
}

bool has_password(const PQconninfoOption* option) {
    for (; option->keyword; ++option)
        if (std::string_view(option->keyword) == "password" && option->val && *option->val) return true;
    return false;
}

// libpq's complaints about a URL quote it, with whatever secret stands in it.
Result<void> check_url(const std::string& url) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
    if (!options || url.find('\0') != std::string::npos) return failed("store.url is not a connection URI as PostgreSQL describes it: postgresql://USER@HOST/DATABASE?NAME=VALUE");
    if (has_password(options.get())) return failed("store.url holds a password: it belongs into store.password");
    return {};
}

void ignore(void*, const PGresult*) {}

char octet_of(std::uint64_t number, std::size_t place, std::size_t size) { return static_cast<char>(number >> (8 * (size - 1 - place)) & 0xff); }

}  // namespace

Address::~Address() { explicit_bzero(password.data(), password.size()); }

// ---------------------------------------------------------------- calls

Call& Call::with(Table table) {
    Parameter& parameter = next();
    parameter.size       = 2;  // smallint
    for (std::size_t i = 0; i < 2; ++i) parameter.number[i] = octet_of(static_cast<std::uint64_t>(table), i, 2);
    return *this;
}

Call& Call::with(std::int64_t number) {
    Parameter& parameter = next();
    parameter.size       = 8;  // bigint
    for (std::size_t i = 0; i < 8; ++i) parameter.number[i] = octet_of(static_cast<std::uint64_t>(number), i, 8);
    return *this;
}

Call& Call::with(Bytes octets) {
    Parameter& parameter = next();
    parameter.data       = octets.empty() ? "" : text_of(octets).data();
    parameter.size       = static_cast<int>(octets.size());
    return *this;
}

Call& Call::with_null() {
    next().size = -1;
    return *this;
}

struct Call::Sent {
    std::array<const char*, most> values{};
    std::array<int, most>         sizes{}, formats{};

    explicit Sent(const Call& call) {
        formats.fill(1);
        for (std::size_t i = 0; i < call.count_; ++i) {
            const Parameter& parameter = call.parameters_[i];
            if (parameter.size < 0) continue;
            values[i] = parameter.data ? parameter.data : parameter.number.data();
            sizes[i]  = parameter.size;
        }
    }
};

bool Call::send(PGconn& connection) const {
    const Sent sent(*this);
    return PQsendQueryPrepared(&connection, statement_->name, static_cast<int>(count_), sent.values.data(), sent.sizes.data(), sent.formats.data(), 1) == 1;
}

bool Call::send_text(PGconn& connection) const { return PQsendQueryParams(&connection, statement_->text, 0, nullptr, nullptr, nullptr, nullptr, 1) == 1; }

// ---------------------------------------------------------------- answers

std::int64_t Answer::number(int row, int column) const {
    const auto* data = reinterpret_cast<const unsigned char*>(PQgetvalue(result_.get(), row, column));
    const int   size = PQgetlength(result_.get(), row, column);
    if (size == 0) return 0;
    std::uint64_t number = (data[0] & 0x80) ? UINT64_MAX : 0;
    for (int i = 0; i < size; ++i) number = number << 8 | data[i];
    return static_cast<std::int64_t>(number);
}

Octets Answer::octets(int row, int column) const {
    const auto* data = reinterpret_cast<const std::uint8_t*>(PQgetvalue(result_.get(), row, column));
    return {data, data + PQgetlength(result_.get(), row, column)};
}

std::string_view Answer::field(int code) const {
    const char* text = PQresultErrorField(result_.get(), code);
    return text ? text : "";
}

// ---------------------------------------------------------------- the session

Result<std::unique_ptr<Session>> Session::connect(const Address& address) {
    if (auto good = check_url(address.url); !good) return good.error();
    // What stands before the URL is what it may say otherwise. A server that answers reads alone is not the one.
    const std::array keywords = {"application_name", "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
                                 "tcp_user_timeout", "target_session_attrs", "dbname", "client_encoding", address.password.empty() ? nullptr : "password",
                                 static_cast<const char*>(nullptr)};
    const std::array values   = {"cmpkit", "10", "10", "5", "3", "20000", "read-write", address.url.c_str(), "UTF8", address.password.c_str(), static_cast<const char*>(nullptr)};
    std::unique_ptr<Session> session(new Session(PQconnectdbParams(keywords.data(), values.data(), 1)));
    if (!session->connection_) return failed("out of memory for a connection to PostgreSQL");
    if (PQstatus(session->connection_.get()) != CONNECTION_OK) return failed("PostgreSQL cannot be reached: " + one_line(PQerrorMessage(session->connection_.get())));
    if (auto settled = session->settle(); !settled) return settled.error();
    return session;
}

Result<void> Session::settle() {
    PQsetNoticeReceiver(connection_.get(), &ignore, nullptr);  // its own would print
    if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1) return lost(PQerrorMessage(connection_.get()));
    if (auto set = run_text(settings); !set) return set.error();
    const auto limit = run_text(limit_of_a_statement);
    if (!limit) return limit.error();
    silence_ = silence_beside(limit->number(0, 0));
    return {};
}

Result<void> Session::prepare(std::span<const Statement> statements) {
    for (const Statement& statement : statements)
        if (PQsendPrepare(connection_.get(), statement.name, statement.text, 0, nullptr) != 1) return lost(PQerrorMessage(connection_.get()));
    auto prepared = collect();
    if (!prepared) return prepared.error();
    return {};
}

Result<std::vector<Answer>> Session::run(std::span<const Call> calls) {
    for (const Call& call : calls)
        if (!call.send(*connection_)) return lost(PQerrorMessage(connection_.get()));
    return collect();
}

Result<Answer> Session::run_text(const char* text) {
    const Statement statement{"", text};
    if (!Call(statement).send_text(*connection_)) return lost(PQerrorMessage(connection_.get()));
    auto answers = collect();
    if (!answers) return answers.error();
    return std::move(answers->front());
}

// All answers are taken, also those behind an error, so that the next round trip begins with its own.
Result<std::vector<Answer>> Session::collect() {
    if (PQpipelineSync(connection_.get()) != 1) return lost(PQerrorMessage(connection_.get()));
    std::vector<Answer>  answers;
    std::optional<Error> refused;
    is_lost_ = true;  // to whoever comes after an exception: answers wait here that are not his
    for (;;) {
        const auto result = next_result();
        if (!result) return refused ? *refused : result.error();
        if (!*result) continue;  // the end of one call's answer
        Answer answer(*result);
        if (answer.status() == PGRES_PIPELINE_SYNC) break;
        const bool is_good = answer.status() == PGRES_TUPLES_OK || answer.status() == PGRES_COMMAND_OK;
        if (!is_good && !refused) refused = refusal(answer);
        answers.push_back(std::move(answer));
    }
    is_lost_ = false;
    if (refused) return *refused;
    return answers;
}

Result<PGresult*> Session::next_result() {
    for (;;) {
        const int unsent = PQflush(connection_.get());
        if (unsent < 0) return lost(PQerrorMessage(connection_.get()));
        if (!PQisBusy(connection_.get())) break;
        if (auto ready = wait(unsent > 0); !ready) return ready.error();
        if (PQconsumeInput(connection_.get()) != 1) return lost(PQerrorMessage(connection_.get()));
    }
    PGresult* result = PQgetResult(connection_.get());
    if (PQstatus(connection_.get()) == CONNECTION_OK) return result;
    PQclear(result);
    return lost(PQerrorMessage(connection_.get()));
}

Result<void> Session::wait(bool is_sending) {
    pollfd    waited{.fd = PQsocket(connection_.get()), .events = static_cast<short>(is_sending ? POLLIN | POLLOUT : POLLIN), .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(silence_.count()));
    if (ready > 0 || (ready < 0 && errno == EINTR)) return {};
    return lost(ready == 0 ? "the server says nothing" : std::strerror(errno));
}

Error Session::lost(std::string_view why) {
    is_lost_ = true;
    return failure("the connection is lost: " + one_line(why));
}

Error Session::refusal(const Answer& answer) const {
    return failure(one_line(answer.field(PG_DIAG_MESSAGE_PRIMARY)) + " (SQLSTATE " + one_line(answer.field(PG_DIAG_SQLSTATE)) + ")");
}

Error Session::failure(std::string_view detail) const {
    const char *database = PQdb(connection_.get()), *host = PQhost(connection_.get());
    return failed("PostgreSQL " + escaped(database ? database : "") + " at " + escaped(host ? host : "") + ": " + std::string(detail));
}

}  // namespace cmpkit::store::postgres

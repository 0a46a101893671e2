#include "store/postgres_line.hpp"

#include "store/postgres_schema.hpp"

namespace cmpkit::store::postgres {

Result<void> Connector::make_store() {
    auto session = Session::connect(address_);
    if (!session) return session.error();
    return make_schema(**session);
}

Result<std::unique_ptr<Session>> Connector::try_to_open(std::span<const Statement> statements) const {
    auto session = Session::connect(address_);
    if (!session) return session;
    if (auto ours = require_schema(**session); !ours) return ours.error();
    if (auto prepared = (*session)->prepare(statements); !prepared) return prepared.error();
    return session;
}

std::optional<Error> Connector::failed_lately() {
    const std::lock_guard lock(mutex_);
    return Clock::now() < no_try_before_ ? last_failure_ : std::nullopt;
}

Result<std::unique_ptr<Session>> Connector::open(std::span<const Statement> statements) {
    if (auto failure = failed_lately()) return *failure;
    const auto begun   = Clock::now();
    auto       session = try_to_open(statements);
    if (session) return session;
    const auto            ended = Clock::now();
    const std::lock_guard lock(mutex_);
    no_try_before_ = ended + (ended - begun);
    last_failure_  = session.error();
    return session;
}

Result<void> Line::open() {
    auto session = connector_->open(statements_);
    if (!session) return session.error();
    session_ = std::move(*session);
    return {};
}

Result<std::vector<Answer>> Line::ask(std::span<const Call> calls) {
    const bool was_open = session_ != nullptr;
    auto       answers  = tell(calls);
    const bool was_lost = was_open && !session_;
    return was_lost ? tell(calls) : std::move(answers);
}

Result<std::vector<Answer>> Line::tell(std::span<const Call> calls) {
    if (!session_)
        if (auto opened = open(); !opened) return opened.error();
    auto answers = session_->run(calls);
    if (session_->is_lost()) session_.reset();
    return answers;
}

}  // namespace cmpkit::store::postgres

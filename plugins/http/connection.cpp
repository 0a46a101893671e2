#include "connection.hpp"

#include <cstring>

namespace cmpkit_http {

namespace {

constexpr auto drain_time = std::chrono::seconds(5);
constexpr auto never      = Clock::time_point::max();

/// A request that waits for the host's answer. It shares the connection with the loop, which closes it; this keeps its memory.
class Exchange : public cmpkit_transport_exchange {
public:
    explicit Exchange(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override {
        if (connection_->is_gone()) return CMPKIT_TRANSPORT_GONE;
        Household& household = connection_->household();
        household.post([reply = connection_->reply_to(answer), connection = std::move(connection_)] { connection->answer(reply); });
        return CMPKIT_TRANSPORT_OK;
    }

private:
    std::shared_ptr<Connection> connection_;
};

}  // namespace

Connection::Connection(const Site& site, Household& household, std::string address)
    : site_(site), household_(household), peer_{std::move(address), {}, {}}, deadline_(Clock::now() + site.options.idle_timeout) {}

void Connection::opened(const SSL* ssl) {
    if (ssl) take_identity(peer_, site_.host, ssl);
    next_request();
}

void Connection::next_request() {
    state_    = State::reading;
    deadline_ = Clock::now() + site_.options.idle_timeout;
    invited_  = false;
    request_.emplace(site_.options, site_.url.path);
    parse();
}

void Connection::read_more() {
    if (read_pending_ || filled_ == input_.size() || state_ == State::closed) return;
    read_pending_ = true;
    start_read({input_.data() + filled_, input_.size() - filled_});
}

void Connection::on_read(bool failed, std::size_t size) {
    read_pending_ = false;
    if (failed || is_drained(size)) return close();
    if (state_ == State::draining) return read_more();
    // A request has the idle time to come in whole, however slowly, from its first octet on.
    if (state_ == State::reading && filled_ == 0) deadline_ = Clock::now() + site_.options.idle_timeout;
    filled_ += size;
    if (state_ == State::reading) parse();  // else a request that came early waits where it is
}

void Connection::parse() {
    const std::size_t taken = request_->feed({input_.data(), filled_});
    std::memmove(input_.data(), input_.data() + taken, filled_ -= taken);
    if (const auto status = request_->refusal()) return refuse(*status);
    if (request_->is_complete()) return hand_up();
    if (filled_ == input_.size()) return refuse(400);  // a line of a chunk that does not end
    if (request_->wants_continue() && !invited_) return invite();
    read_more();
}

void Connection::invite() {
    invited_ = true;
    state_   = State::continuing;
    start_write("HTTP/1.1 100 Continue\r\n\r\n", {});
}

Reply Connection::reply_to(const cmpkit_transport_message& answer) const {
    Reply reply = reply_of(answer);
    if (form_) reply.body = framed_answer(*form_, answer), reply.status = 200;
    if (!type_.empty() && answer.kind == CMPKIT_TRANSPORT_CMP) reply.type = type_;
    return reply;
}

/// Takes the message out of its TCP header. @return false: there is none, and that was answered
bool Connection::unwrap() {
    form_.reset();
    type_ = site_.options.drafts ? std::string(request_->draft_type()) : std::string();
    if (!site_.options.drafts || request_->kind() != CMPKIT_TRANSPORT_CMP || !is_framed(request_->body())) return true;
    std::string refusal;
    auto        message = framed_request(request_->body(), site_.options.max_message, form_.emplace(), refusal);
    if (message) return request_->replace_body(std::move(*message)), true;
    write({.status = 200, .type = type_.empty() ? "application/pkixcmp" : type_, .body = std::move(refusal)});
    return false;
}

void Connection::hand_up() {
    was_1_0_ = request_->is_1_0();
    closing_ = closing_ || !request_->keeps_alive();
    if (!unwrap()) return;
    auto exchange = std::make_unique<Exchange>(std::static_pointer_cast<Connection>(shared_from_this()));
    state_    = State::exchanging;
    deadline_ = never;

    const auto& route   = request_->route();
    const auto  peer    = view_of(peer_);
    auto        message = view_of(request_->kind(), request_->body(), peer);
    if (!route.operation.empty()) message.operation = route.operation.c_str();
    if (!route.profile.empty()) message.profile = route.profile.c_str();
    site_.handler(site_.user, exchange.release(), &message);
    request_.reset();
    // Reading on is how it learns that the peer left. Not behind a request that came early: the octets before it will move.
    if (filled_ == 0) read_more();
}

void Connection::answer(Reply reply) {
    if (state_ != State::exchanging) return;
    write(std::move(reply));
}

void Connection::refuse(unsigned status) {
    Reply reply = refusal(status);
    if (request_->is_head()) reply.body.clear();
    was_1_0_ = false;
    closing_ = true;
    write(std::move(reply));
}

void Connection::write(Reply reply) {
    const auto persistence = closing_ ? Persistence::close : was_1_0_ ? Persistence::keep_1_0 : Persistence::keep;
    head_     = head_of(reply, persistence, std::time(nullptr));
    body_     = std::move(reply.body);
    state_    = State::writing;
    deadline_ = Clock::now() + site_.options.idle_timeout;
    start_write(head_, body_);
}

void Connection::on_written(bool failed) {
    if (failed) return close();
    if (state_ == State::continuing) {
        state_ = State::reading;
        return parse();
    }
    if (state_ != State::writing) return;
    if (closing_) drain();
    else next_request();
    household_.idle();
}

// If we closed first, with octets unread, the kernel would send a reset, which overtakes what we said last.
void Connection::drain() {
    state_    = State::draining;
    deadline_ = Clock::now() + std::min<Clock::duration>(drain_time, site_.options.idle_timeout);
    filled_   = 0;
    shut_down();
    read_more();
}

bool Connection::is_drained(std::size_t size) {
    if (state_ == State::draining) drained_ += size;
    return drained_ > site_.options.max_message;
}

void Connection::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    gone_.store(true, std::memory_order_release);
    close_socket();
    household_.left(*this);
}

}  // namespace cmpkit_http

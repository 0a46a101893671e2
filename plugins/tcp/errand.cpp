#define BOOST_ASIO_DISABLE_BOOST_DATE_TIME
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // as in kit/tcp_server.hpp
#include "errand.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <ctime>

namespace cmpkit_tcp {

namespace {

std::string text_of(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

}  // namespace

Errand::Errand(Switchboard& board, const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user)
    : board_(board), request_(request), timeout_ms_(timeout_ms), id_(id), done_(done), user_(user), limit_(board.loop()), pause_(board.loop()), resolver_(board.loop()) {}

void Errand::begin() {
    if (timeout_ms_ > 0) {
        limit_.expires_after(std::chrono::milliseconds(timeout_ms_));
        limit_.async_wait([self = shared_from_this()](ErrorCode failure) {
            if (!failure) self->end(CMPKIT_TRANSPORT_DEADLINE, "no answer within " + std::to_string(self->timeout_ms_) + " ms: " + self->place());
        });
    }
    say({.type = Type::request, .value = request_.data});
}

void Errand::say(Frame frame) {
    frame.form = board_.options().form;
    output_    = write_frame(frame);
    has_read_  = false;
    if (!line_) line_ = board_.take_idle();
    if (line_) write();
    else connect();
}

void Errand::connect() {
    begin_limit();
    const std::string name = board_.url().host;
    const std::string host = name.starts_with('[') ? name.substr(1, name.size() - 2) : name;
    resolver_.async_resolve(host, std::to_string(board_.url().port), [self = shared_from_this()](ErrorCode failure, tcp::resolver::results_type found) {
        if (self->is_over_) return;
        if (failure) return self->lost(CMPKIT_TRANSPORT_CONNECT, failure);
        self->connect_to(found);
    });
}

/// Of connecting.
void Errand::begin_limit() {
    pause_.expires_after(board_.options().connect_timeout);
    pause_.async_wait([self = shared_from_this()](ErrorCode failure) {
        if (!failure) self->end(CMPKIT_TRANSPORT_CONNECT, "no connection within " + std::to_string(self->board_.options().connect_timeout.count()) + " ms: " + self->place());
    });
}

void Errand::connect_to(const tcp::resolver::results_type& found) {
    line_ = std::make_shared<Line>(board_.loop());
    asio::async_connect(line_->socket, found, [self = shared_from_this(), line = line_](ErrorCode failure, const tcp::endpoint& endpoint) {
        if (self->is_over_) return;
        if (failure) return self->lost(CMPKIT_TRANSPORT_CONNECT, failure);
        self->pause_.cancel();
        self->line_->address = text_of(endpoint);
        ErrorCode ignored;
        self->line_->socket.set_option(tcp::no_delay(true), ignored);
        self->write();
    });
}

void Errand::write() {
    asio::async_write(line_->socket, asio::buffer(output_), [self = shared_from_this(), line = line_](ErrorCode failure, std::size_t) {
        if (self->is_over_) return;
        if (failure) return self->lost(CMPKIT_TRANSPORT_GONE, failure);
        self->parse();
    });
}

void Errand::read() {
    line_->socket.async_read_some(asio::buffer(line_->room), [self = shared_from_this(), line = line_](ErrorCode failure, std::size_t size) {
        if (self->is_over_) return;
        if (failure) return self->lost(CMPKIT_TRANSPORT_GONE, failure);
        self->has_read_ = true;
        self->line_->input.append(self->line_->room.data(), size);
        self->parse();
    });
}

void Errand::parse() {
    Frame frame;
    switch (read_frame(line_->input, board_.options().max_message, frame)) {
        case Reading::incomplete: return read();
        case Reading::too_large: return end(CMPKIT_TRANSPORT_TOO_LARGE, "the answer is larger than " + std::to_string(board_.options().max_message) + " octets");
        case Reading::complete: break;
        default: return end(CMPKIT_TRANSPORT_CONTENT, place() + " brought what is no TCP message of CMP");
    }
    line_->input.erase(0, frame.size);
    take(std::move(frame));
}

void Errand::take(Frame frame) {
    const bool closes = frame.closes;
    switch (frame.type) {
        case Type::request:  // some servers write type 0 where 5 is meant, and RFC 2510 has it so
        case Type::partial:
        case Type::response: leave(!closes && frame.type != Type::partial); return answered(CMPKIT_TRANSPORT_ANSWERED, std::move(frame.value));
        case Type::finished: leave(!closes); return answered(CMPKIT_TRANSPORT_STORED, {});
        case Type::poll_response: leave(!closes); return wait_for_poll(frame);
        case Type::poll_request: return end(CMPKIT_TRANSPORT_CONTENT, place() + " asked where it is to answer");
        case Type::error: return end(CMPKIT_TRANSPORT_STATUS, "error " + std::to_string(frame.code) + " from " + place() + ": " + frame.value);
    }
}

// The server says when to come back: in version 10 in how many seconds, in RFC 2510 at what time of its own clock.
void Errand::wait_for_poll(const Frame& frame) {
    const std::int64_t most  = board_.options().poll_most.count();
    const std::int64_t asked = frame.form == Form::rfc2510 ? std::int64_t{frame.check_back} - std::time(nullptr) : frame.check_back;
    pause_.expires_after(std::chrono::seconds(std::clamp<std::int64_t>(asked, 1, most)));
    pause_.async_wait([self = shared_from_this(), reference = frame.reference](ErrorCode failure) {
        if (!failure && !self->is_over_) self->say({.type = Type::poll_request, .reference = reference});
    });
}

// A connection that was kept may have been closed meanwhile: then the same octets go over a new one. A server answers those as before.
void Errand::lost(cmpkit_transport_rc rc, const ErrorCode& failure) {
    const bool was_stale = rc == CMPKIT_TRANSPORT_GONE && line_->was_used && !has_read_;
    if (!was_stale) return end(rc, failure.message() + ": " + place());
    hang_up();
    connect();
}

void Errand::answered(std::int32_t status, std::string message) {
    if (status == CMPKIT_TRANSPORT_STORED && request_.kind != CMPKIT_TRANSPORT_ANNOUNCEMENT) return end(CMPKIT_TRANSPORT_CONTENT, place() + " says that no answer will come");
    const Peer peer{place(), {}, {}};
    const auto who    = view_of(peer);
    const auto answer = view_of(request_.kind, message, who, status);
    is_over_          = true;
    limit_.cancel();
    cmpkit_plugin::end(done_, user_, {CMPKIT_TRANSPORT_OK, {}}, &answer);
    board_.over(*this);
}

void Errand::leave(bool keep_line) {
    auto line = std::move(line_);
    if (!keep_line || !line->input.empty()) return;
    line->was_used = true;
    board_.give_back(std::move(line));
}

void Errand::hang_up() {
    if (!line_) return;
    ErrorCode ignored;
    line_->socket.close(ignored);
    line_.reset();
}

void Errand::end(cmpkit_transport_rc rc, std::string detail) {
    if (is_over_) return;
    is_over_ = true;
    limit_.cancel();
    pause_.cancel();
    resolver_.cancel();
    hang_up();
    cmpkit_plugin::end(done_, user_, {rc, std::move(detail)});
    board_.over(*this);
}

}  // namespace cmpkit_tcp

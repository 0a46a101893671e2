// The unit of the server that includes Asio.
#include "kit/tcp_server.hpp"

#include "kit/message.hpp"
#include "polls.hpp"
#include "server.hpp"

#include <array>
#include <boost/asio/write.hpp>

namespace cmpkit_tcp {

using Site = cmpkit_plugin::Site<Options>;

/// What a conversation needs of its server.
struct Hall {
    const Site  site;
    Polls       polls{site.options};
    Household&  household;
};

/// One connection: requests one after the other, each answered before the next is read.
class Conversation : public Guest {
public:
    Conversation(Hall& hall, std::string address, tcp::socket socket)
        : hall_(hall), peer_{std::move(address), {}, {}}, socket_(std::move(socket)), patience_(socket_.get_executor()), deadline_(Clock::now() + hall.site.options.idle_timeout) {}

    void begin() override { next(); }
    void close() override;
    void close_after_answer() override { closing_ = true; }
    void answer(const Asked& asked, Frame frame);

    bool              is_busy() const override { return state_ == State::exchanging || state_ == State::writing; }
    Clock::time_point deadline() const override { return deadline_; }

private:
    enum class State { reading, exchanging, writing, draining, closed };

    std::shared_ptr<Conversation> self() { return std::static_pointer_cast<Conversation>(shared_from_this()); }
    const Options&                options() const { return hall_.site.options; }
    std::string                   host() const { return peer_.address.substr(0, peer_.address.rfind(':')); }

    void next();
    void read_more();
    void on_read(ErrorCode failure, std::size_t size);
    void parse();
    void take(Frame frame);
    void hand_up(const Frame& frame);
    void let_poll();
    void write(Frame frame);
    void on_written(ErrorCode failure);
    void drain();

    Hall&                  hall_;
    Peer                   peer_;
    tcp::socket            socket_;
    asio::steady_timer     patience_;  // until the asker is told to poll
    State                  state_ = State::reading;
    Clock::time_point      deadline_;
    bool                   closing_      = false;
    bool                   read_pending_ = false;
    std::string            input_, output_;
    std::array<char, 4096> room_;
    std::shared_ptr<Asked> asked_;  // shared with its exchange
};

namespace {

/// The host's answer as a frame; what has no message is told by an error, or by the word that nothing will come.
Frame frame_of(const cmpkit_transport_message& answer) {
    Frame frame{.type = Type::response, .value = std::string(reinterpret_cast<const char*>(answer.data), answer.data_size)};
    if (!frame.value.empty()) return frame;
    frame.type = Type::error;
    switch (answer.status) {
        case CMPKIT_TRANSPORT_STORED:
        case CMPKIT_TRANSPORT_ACCEPTED: frame.type = Type::finished; break;
        case CMPKIT_TRANSPORT_BAD:
        case CMPKIT_TRANSPORT_NOT_OFFERED: frame.code = general_client_error, frame.value = "this is no message"; break;
        case CMPKIT_TRANSPORT_BUSY: frame.code = general_server_error, frame.value = "the server is busy; come again later"; break;
        default: frame.code = general_server_error, frame.value = "the server failed"; break;
    }
    return frame;
}

class Exchange : public cmpkit_transport_exchange {
public:
    Exchange(Hall& hall, std::shared_ptr<Asked> asked) : hall_(hall), asked_(std::move(asked)) {}

    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override {
        if (asked_->gone) return CMPKIT_TRANSPORT_GONE;
        hall_.household.post([asked = std::move(asked_), frame = frame_of(answer)] {
            if (asked->reference != 0) asked->answer = frame;
            else if (const auto asker = asked->asker.lock()) asker->answer(*asked, frame);
        });
        return CMPKIT_TRANSPORT_OK;
    }

private:
    Hall&                  hall_;
    std::shared_ptr<Asked> asked_;
};

}  // namespace

void Conversation::next() {
    state_    = State::reading;
    deadline_ = Clock::now() + options().idle_timeout;
    parse();
}

void Conversation::read_more() {
    if (read_pending_ || state_ == State::closed) return;
    read_pending_ = true;
    socket_.async_read_some(asio::buffer(room_), [self = self()](ErrorCode failure, std::size_t size) { self->on_read(failure, size); });
}

void Conversation::on_read(ErrorCode failure, std::size_t size) {
    read_pending_ = false;
    if (failure || state_ == State::closed) return close();
    if (state_ == State::draining) return read_more();
    if (state_ == State::reading && input_.empty()) deadline_ = Clock::now() + options().idle_timeout;
    input_.append(room_.data(), size);
    if (state_ == State::reading) parse();  // else a message that came early waits where it is
}

void Conversation::parse() {
    Frame      frame;
    const auto reading = read_frame(input_, options().max_message, frame);
    if (reading == Reading::incomplete) return read_more();
    if (reading != Reading::complete) {
        closing_ = true;
        return write(refusal_of(reading, frame.form));
    }
    input_.erase(0, frame.size);
    if (frame.closes) closing_ = true;
    take(std::move(frame));
}

void Conversation::take(Frame frame) {
    if (frame.type == Type::request) return hand_up(frame);
    if (frame.type == Type::poll_request) return write(hall_.polls.fetch(frame.form, frame.reference, host()));
    closing_ = true;
    write(refusal_of(Reading::bad_type, frame.form));
}

void Conversation::hand_up(const Frame& frame) {
    asked_        = std::make_shared<Asked>(frame.form, host());
    asked_->asker = self();
    auto exchange = std::make_unique<Exchange>(hall_, asked_);
    state_        = State::exchanging;
    deadline_     = Clock::time_point::max();
    patience_.expires_after(options().poll_after);
    patience_.async_wait([self = self()](ErrorCode failure) {
        if (!failure && self->asked_) self->let_poll();
    });
    const auto peer    = view_of(peer_);
    const auto message = view_of(CMPKIT_TRANSPORT_CMP, frame.value, peer);
    hall_.site.handler(hall_.site.user, exchange.release(), &message);
    if (input_.empty()) read_more();  // that is how it learns that the peer left
}

void Conversation::let_poll() {
    if (const auto told = hall_.polls.begin(asked_)) {
        asked_.reset();
        write(*told);
    }
}

void Conversation::answer(const Asked& asked, Frame frame) {
    if (state_ != State::exchanging || asked_.get() != &asked) return;
    frame.form = asked.form;
    asked_.reset();
    patience_.cancel();
    write(std::move(frame));
}

void Conversation::write(Frame frame) {
    frame.closes = closing_;
    output_      = write_frame(frame);
    state_       = State::writing;
    deadline_    = Clock::now() + options().idle_timeout;
    asio::async_write(socket_, asio::buffer(output_), [self = self()](ErrorCode failure, std::size_t) { self->on_written(failure); });
}

void Conversation::on_written(ErrorCode failure) {
    if (failure) return close();
    if (state_ != State::writing) return;
    if (closing_) drain();
    else next();
    hall_.household.idle();
}

// If we closed first, with octets unread, the kernel would send a reset, which overtakes what we said last.
void Conversation::drain() {
    using namespace std::chrono_literals;
    ErrorCode ignored;
    state_    = State::draining;
    deadline_ = Clock::now() + std::min<Clock::duration>(5s, options().idle_timeout);
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    read_more();
}

void Conversation::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    if (asked_) asked_->gone = true;
    ErrorCode ignored;
    patience_.cancel();
    socket_.close(ignored);
    hall_.household.left(*this);
}

namespace {

class Server : public TcpServer {
public:
    Server(Site site, Url url)
        : TcpServer("tcp", site.host, {site.options.max_connections, site.options.idle_timeout}), hall_{.site = std::move(site), .household = *this}, url_(std::move(url)), tick_(loop()) {}
    ~Server() override { stop(std::chrono::milliseconds(0)); }

    cmpkit_transport_rc begin(std::string& error) {
        if (const ErrorCode failure = bind(url_.host, url_.port)) return error = failure.message(), CMPKIT_TRANSPORT_FAILED;
        forget_expired();
        start(url_.text(port()));
        return CMPKIT_TRANSPORT_OK;
    }

private:
    std::shared_ptr<Guest> connect(tcp::socket socket, std::string address) override { return std::make_shared<Conversation>(hall_, std::move(address), std::move(socket)); }

    void forget_expired() {
        hall_.polls.forget_expired();
        tick_.expires_after(std::chrono::seconds(1));
        tick_.async_wait([this](ErrorCode failure) {
            if (!failure) forget_expired();
        });
    }

    Hall               hall_;
    const Url          url_;
    asio::steady_timer tick_;
};

}  // namespace

cmpkit_transport_rc listen(Site site, const Url& url, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
    auto       server = std::make_unique<Server>(std::move(site), url);
    const auto rc     = server->begin(error);
    if (rc == CMPKIT_TRANSPORT_OK) out = std::move(server);
    return rc;
}

}  // namespace cmpkit_tcp

#include "server.hpp"

#include "status.hpp"

#include <algorithm>
#include <cerrno>

namespace cmpkit_spool {

using namespace cmpkit_plugin;

namespace {

class SpoolExchange : public cmpkit_transport_exchange {
public:
    SpoolExchange(Server& server, std::string name) : server_(server), name_(std::move(name)) {}
    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override { return server_.answer(name_, Answer(answer)); }

private:
    Server&           server_;
    const std::string name_;
};

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

Server::Server(Site site, std::string path, std::unique_ptr<Form> form, Post post)
    : site_(std::move(site)), form_(std::move(form)), post_(std::move(post)), address_("file:" + path), spool_(path, site_.options, site_.host),
      inbox_(post_.maildir), watch_({path + "/requests", inbox_.folder()}, site_.host), settling_(site_.options.settle), manifest_(site_.options.manifest, *form_) {}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

std::string Server::begin() {
    // A stick that is not in yet is waited for, as one that is taken out is.
    const bool may_come = !site_.options.create;
    if (!spool_.look() && !(may_come && spool_.is_absent())) return spool_.why();
    if (spool_.is_there()) claimant_.sweep(spool_->requests);
    spool_.close();
    thread_ = quiet_thread([this] { run(); });
    return {};
}

void Server::stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    mailbox_.post([this, grace] { stop_at_ = Clock::now() + grace; });
    thread_.join();
}

cmpkit_transport_rc Server::answer(const std::string& name, Answer answer) {
    const std::lock_guard lock(mutex_);
    if (closed_) return CMPKIT_TRANSPORT_GONE;
    mailbox_.post([this, name, kept = std::make_shared<Answer>(std::move(answer))] { set_answer(name, std::move(*kept)); });
    return CMPKIT_TRANSPORT_OK;
}

void Server::complain(const std::string& what, int trouble) {
    const std::string sentence = what + ": " + words_of(trouble);
    if (complaints_.size() < 1000 && complaints_.insert(sentence).second) log(site_.host, CMPKIT_TRANSPORT_LOG_WARNING, sentence);
}

// -- the loop

bool Server::is_over() const { return stop_at_ && (open_.empty() || Clock::now() >= *stop_at_); }

void Server::run() {
    bool is_due = true;
    auto looked = Clock::now();
    while (!is_over()) {
        (void)guarded([&] { return turn(is_due), CMPKIT_TRANSPORT_OK; });
        if (is_due) looked = Clock::now();
        if (is_over()) break;
        auto next = looked + site_.options.rescan;
        if (stop_at_) next = std::min(next, *stop_at_);
        const bool happened = watch_.wait(mailbox_, std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()));
        is_due              = happened || Clock::now() >= next;
    }
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    (void)guarded([this] { return release_all(), CMPKIT_TRANSPORT_OK; });
}

void Server::turn(bool is_due) {
    mailbox_.run();
    const bool has_answers = std::any_of(open_.begin(), open_.end(), [](const auto& open) { return open.second.answer.has_value(); });
    if (!is_due && !has_answers) return;
    if (!spool_.look()) return;
    watch_.arm();
    write_answers();
    // Not for each place that gets free: the folder is read in whole each time.
    const bool has_room_again = is_full_ && open_.size() <= site_.options.max_open / 2;
    if (is_due) take_in();
    if (is_due || has_room_again) take_all();
    manifest_.write_if_due(spool_, Clock::now());
    // Nothing stays open between two looks, so that a stick can be taken out.
    if (is_due) let_go_if_idle();
    spool_.close();
}

bool Server::hold_lock() {
    if (claimant_.stands(spool_->requests)) return true;
    const int trouble = claimant_.appear(spool_->requests);
    if (trouble) complain(spool_.path() + "/requests: no lock can be held there", trouble);
    return trouble == 0;
}

void Server::let_go_if_idle() {
    if (open_.empty() && Clock::now() - used_ > site_.options.rescan) claimant_.leave(spool_->requests);
}

/// Answers are given away or left for the next process: what we claimed and did not answer is a request again.
void Server::release_all() {
    mailbox_.run();
    if (!spool_.look()) return;
    write_answers();
    for (const auto& [name, open] : open_) (void)spool_->requests.move(claim_name(name, claimant_.name()), spool_->requests, name);
    claimant_.leave(spool_->requests);
    manifest_.touch();
    manifest_.finish(spool_);
}

// -- taking

void Server::take_in() {
    if (post_.maildir.empty() || stop_at_) return;
    const auto is_wanted = [this](const std::string& name, const std::string& octets) { return form_->read_request(name, octets).refusal.empty(); };
    if (inbox_.take_in(spool_->requests, form_->largest_file(), site_.options.durability, is_wanted) > 0) manifest_.touch();
}

void Server::take_all() {
    is_full_ = false;
    if (stop_at_) return;
    for (const std::string& file : spool_->requests.names()) {
        if (open_.size() >= site_.options.max_open) return (void)(is_full_ = true);
        if (const auto old = claim_in(file)) take_over(*old, file);
        else if (is_plain(file) && form_->is_request_name(file)) take(file);
    }
}

bool Server::is_answered(const std::string& name) const {
    const std::string stem(stem_of(name));
    if (form_->is_reply_name(name) && spool_->replies.has(name)) return true;
    for (const std::int32_t kind : {CMPKIT_TRANSPORT_CMP, CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE, CMPKIT_TRANSPORT_CMC_FULL_RESPONSE})
        if (spool_->replies.has(stem + form_->extension(kind))) return true;
    return spool_->replies.has(stem + std::string(status_extension));
}

/// A claim of a server that is gone, or of ours in a folder that was away.
void Server::take_over(const Claim& claim, const std::string& file) {
    if (claim.claimant == claimant_.name() || claimant_.is_alive(spool_->requests, claim.claimant)) return;
    if (open_.contains(claim.name)) return hold_lock() ? (void)spool_->requests.move(file, spool_->requests, claim_name(claim.name, claimant_.name())) : void();
    if (is_answered(claim.name)) return (void)spool_->requests.remove(file);
    if (spool_->requests.move(file, spool_->requests, claim.name) != 0) return;
    log(site_.host, CMPKIT_TRANSPORT_LOG_INFO, claim.name + ": a server that is gone had taken it and not answered it; it is taken again");
    take(claim.name);
}

void Server::take(const std::string& name) {
    File      file;
    const int trouble = spool_->requests.read(name, form_->largest_file(), file);
    if (trouble == ENOENT || open_.contains(name)) return;
    if (trouble == not_regular) return set_aside(name, file, "it is no regular file", true);
    if (trouble == too_large) return set_aside(name, file, "it has " + std::to_string(file.size) + " octets, more than are taken here", true);
    if (trouble) return complain(spool_.path() + "/requests/" + name, trouble);
    Letter letter = form_->read_request(name, file.octets);
    if (letter.data.size() > site_.options.max_message) letter = refused("the message has " + std::to_string(letter.data.size()) + " octets, more than are taken here");
    if (!letter.refusal.empty()) return set_aside(name, file, letter.refusal, false);
    if (claim(name, file)) hand_up(name, std::move(letter));
}

void Server::set_aside(const std::string& name, const File& file, const std::string& reason, bool is_final) {
    if (!is_final && !settling_.is_settled(name, file, Clock::now())) return;
    settling_.forget(name);
    if (const int trouble = quarantine(spool_->requests, name, spool_->failed, name, reason)) {
        if (trouble != ENOENT) complain(spool_.path() + "/requests/" + name + " cannot be put to failed/", trouble);
        return;
    }
    log(site_.host, CMPKIT_TRANSPORT_LOG_WARNING, spool_.path() + "/requests/" + name + " was put to failed/: " + reason);
    manifest_.touch();
}

bool Server::claim(const std::string& name, const File& file) {
    settling_.forget(name);
    if (!hold_lock()) return false;
    used_                     = Clock::now();
    const std::string claimed = claim_name(name, claimant_.name());
    const int         trouble = spool_->requests.move(name, spool_->requests, claimed);
    if (trouble && trouble != ENOENT && trouble != EEXIST) complain(spool_.path() + "/requests/" + name + " cannot be taken", trouble);
    if (trouble) return false;
    // Somebody may have put another file in its place since it was read; then what is handed up would not be what was taken.
    File at;
    if (spool_->requests.look(claimed, at) == 0 && at.size == file.size && at.written == file.written) return true;
    (void)spool_->requests.move(claimed, spool_->requests, name);
    return false;
}

void Server::hand_up(const std::string& name, Letter letter) {
    const Hints hints = hints_in(letter.name);
    auto        exchange = std::make_unique<SpoolExchange>(*this, name);
    const Peer  peer{address_, {}, {}};
    const auto  shown   = view_of(peer);
    Open&       open    = open_.try_emplace(name).first->second;
    open.request        = std::move(letter);
    auto        message = view_of(open.request.kind, open.request.data, shown);
    message.operation   = or_null(hints.operation);
    message.profile     = or_null(hints.profile);
    message.label       = or_null(hints.label);
    manifest_.touch();
    site_.handler(site_.user, exchange.release(), &message);
    open.request.data = {};  // the host has its copy
}

// -- answering

void Server::set_answer(const std::string& name, Answer answer) {
    if (const auto at = open_.find(name); at != open_.end()) at->second.answer = std::move(answer);
}

void Server::write_answers() {
    for (auto at = open_.begin(); at != open_.end();) {
        const int trouble = at->second.answer ? write_answer(at->first, at->second) : EAGAIN;
        if (trouble != 0 && trouble != EAGAIN) complain(spool_.path() + "/replies: an answer cannot be written, and is tried again", trouble);
        at = trouble == 0 ? open_.erase(at) : std::next(at);
    }
}

int Server::write_answer(const std::string& name, Open& open) {
    const int trouble = post_.send && !open.request.from.empty() ? send_reply(name, open) : write_reply(name, open);
    if (trouble != 0 && trouble != EEXIST) return trouble;
    (void)spool_->requests.remove(claim_name(name, claimant_.name()));
    manifest_.touch();
    return 0;
}

int Server::send_reply(const std::string& name, const Open& open) {
    const Answer&     answer = *open.answer;
    const std::string stem(stem_of(name));
    const std::string why = post_.send(answer.data.empty() ? form_->write_note(line_of(answer.status), open.request, stem) : form_->write_reply(answer, open.request, stem));
    if (why.empty()) return 0;
    log(site_.host, CMPKIT_TRANSPORT_LOG_WARNING, "the answer to " + name + " cannot be sent, and is tried again: " + why);
    return EAGAIN;
}

int Server::write_reply(const std::string& name, const Open& open) {
    const Answer&     answer = *open.answer;
    const std::string stem(stem_of(name));
    if (answer.data.empty()) return spool_->replies.write(stem + std::string(status_extension), line_of(answer.status) + "\n", site_.options.durability);
    const std::string extension = form_->extension(answer.kind);
    // The request's very name, in whatever case it is, if the kinds have the same extension.
    const std::string file = has_extension(name, extension) ? name : stem + extension;
    return spool_->replies.write(file, form_->write_reply(answer, open.request, stem), site_.options.durability);
}

}  // namespace cmpkit_spool

#include "client.hpp"

#include <algorithm>

namespace cmpkit_spool {

using namespace cmpkit_plugin;

Client::Client(Setting setting, std::string path, std::unique_ptr<Form> form, Post post)
    : setting_(std::move(setting)), form_(std::move(form)), post_(std::move(post)), address_("file:" + path), spool_(path, setting_.options, setting_.host),
      inbox_(post_.maildir), watch_({path + "/replies", path + "/failed", inbox_.folder()}, setting_.host), settling_(setting_.options.settle), manifest_(setting_.options.manifest, *form_) {}

Client::~Client() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    (void)guarded([this] { return mailbox_.post([] {}), CMPKIT_TRANSPORT_OK; });
    if (thread_.joinable()) thread_.join();
}

cmpkit_transport_rc Client::submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) {
    if (!is_request(request.kind)) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    const std::lock_guard lock(mutex_);
    if (stopping_) return CMPKIT_TRANSPORT_CANCELLED;
    if (!thread_.joinable()) thread_ = quiet_thread([this] { run(); });
    // Shared with nobody: an order must be copyable.
    mailbox_.post([this, waiting = std::make_shared<Waiting>(request, timeout_ms, id, done, user)] {
        waiting->number = next_number_++;
        waiting_.emplace(waiting->number, std::move(*waiting));
    });
    return CMPKIT_TRANSPORT_OK;
}

void Client::cancel(std::uint64_t id) {
    mailbox_.post([this, id] { end_by_id(id); });
}

void Client::finish(Waiting& waiting, const Outcome& outcome, const cmpkit_transport_message* answer) {
    const auto ended = waiting_.extract(waiting.number);
    if (!waiting.name.empty()) {
        by_stem_.erase(std::string(stem_of(waiting.name)));
        if (const std::string mail = form_->id_of(std::string(stem_of(waiting.name))); !mail.empty()) by_mail_.erase(mail);
    }
    manifest_.touch();
    end(waiting.done, waiting.user, outcome, answer);
}

void Client::end_by_id(std::uint64_t id) {
    for (auto& [number, waiting] : waiting_)
        if (waiting.id == id) return finish(waiting, {CMPKIT_TRANSPORT_CANCELLED, withdraw(waiting, true)});
}

void Client::end_overdue() {
    const auto                 now = Clock::now();
    std::vector<std::uint64_t> overdue;
    for (const auto& [number, waiting] : waiting_)
        if (waiting.deadline && *waiting.deadline <= now) overdue.push_back(number);
    for (const auto number : overdue) {
        Waiting& waiting = waiting_.at(number);
        finish(waiting, {CMPKIT_TRANSPORT_DEADLINE, "no answer came in time: " + withdraw(waiting, false)});
    }
}

// -- the loop

Client::Clock::time_point Client::next_turn(Clock::time_point looked) const {
    auto next = looked + setting_.options.rescan;
    for (const auto& [number, waiting] : waiting_)
        if (waiting.deadline) next = std::min(next, *waiting.deadline);
    return next;
}

void Client::run() {
    bool is_due = true;
    auto looked = Clock::now();
    for (;;) {
        if (is_due) looked = Clock::now();
        (void)guarded([&] { return turn(is_due), CMPKIT_TRANSPORT_OK; });
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) break;
        }
        const bool happened = watch_.wait(mailbox_, std::chrono::ceil<std::chrono::milliseconds>(next_turn(looked) - Clock::now()));
        is_due              = happened || Clock::now() >= looked + setting_.options.rescan;
    }
    (void)guarded([this] { return mailbox_.run(), CMPKIT_TRANSPORT_OK; });
    while (!waiting_.empty()) {
        Waiting& waiting = waiting_.begin()->second;
        finish(waiting, {CMPKIT_TRANSPORT_CANCELLED, withdraw(waiting, false)});
    }
    if (spool_.look()) manifest_.finish(spool_);
}

void Client::turn(bool is_due) {
    mailbox_.run();
    const bool has_new = std::any_of(waiting_.begin(), waiting_.end(), [](const auto& one) { return one.second.name.empty(); });
    if ((is_due || has_new) && spool_.look()) move_files(is_due);
    end_overdue();
    spool_.close();  // so that a stick can be taken out
}

void Client::move_files(bool is_due) {
    watch_.arm();
    if (spool_.is_new()) learn_what_is_left();
    if (is_due) take_in();
    if (is_due) take_all();
    place_all();
    if (is_due) see_failed();
    if (is_due) see_missing();
    sweep_done();
    manifest_.write_if_due(spool_, Clock::now());
}

}  // namespace cmpkit_spool

// The client's answers: found, checked, handed up, kept.
#include "client.hpp"
#include "status.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

namespace cmpkit_spool {

using namespace cmpkit_plugin;

void Client::take_in() {
    if (post_.maildir.empty() || by_mail_.empty()) return;
    const auto is_wanted = [this](const std::string& name, const std::string& octets) {
        const auto answers = form_->read_reply(name, octets).answers;
        return std::any_of(answers.begin(), answers.end(), [this](const std::string& id) { return by_mail_.contains(id); });
    };
    (void)inbox_.take_in(spool_->replies, form_->largest_file(), setting_.options.durability, is_wanted);
}

void Client::take_all() {
    if (waiting_.empty()) return;
    for (const std::string& file : spool_->replies.names())
        if (is_plain(file)) take(file);
}

/// By its name; a mail also by what it answers, since people save mails under names of their own.
Waiting* Client::who_waits_for(const std::string& file, const File& at) {
    if (const auto by_stem = by_stem_.find(std::string(stem_of(file))); by_stem != by_stem_.end()) return &waiting_.at(by_stem->second);
    if (by_mail_.empty() || !form_->is_reply_name(file)) return nullptr;
    const std::string seen = file + "/" + std::to_string(at.size) + "/" + std::to_string(at.written.time_since_epoch().count());
    if (strangers_.contains(seen)) return nullptr;
    if (strangers_.size() > 10'000) strangers_.clear();
    File whole;
    if (spool_->replies.read(file, form_->largest_file(), whole) != 0) return nullptr;
    for (const std::string& answered : form_->read_reply(file, whole.octets).answers)
        if (const auto by_mail = by_mail_.find(answered); by_mail != by_mail_.end()) return &waiting_.at(by_mail->second);
    strangers_.insert(seen);
    return nullptr;
}

void Client::take(const std::string& file) {
    File at;
    if (spool_->replies.look(file, at) == ENOENT) return;
    Waiting* waiting = who_waits_for(file, at);
    if (!waiting) return;
    if (has_extension(file, status_extension)) take_status(*waiting, file);
    else if (form_->is_reply_name(file)) take_answer(*waiting, file);
}

void Client::take_status(Waiting& waiting, const std::string& file) {
    File at;
    if (spool_->replies.read(file, longest_note, at) != 0) return;
    const std::string line   = one_line(at.octets, 500);
    const auto        status = status_in(line);
    if (!status && !settling_.is_settled(file, at, Clock::now())) return;
    (void)spool_->replies.remove(file);
    take_note(waiting, line);
}

void Client::take_note(Waiting& waiting, const std::string& line) {
    const auto status = status_in(line);
    (void)spool_->requests.remove(waiting.name);  // there until now if it went by post
    if (!status || (*status != CMPKIT_TRANSPORT_STORED && *status != CMPKIT_TRANSPORT_ACCEPTED))
        return finish(waiting, {CMPKIT_TRANSPORT_STATUS, "the server answered " + waiting.name + " without a message: " + line});
    const Peer  peer{address_, {}, {}};
    const auto  shown = view_of(peer);
    const std::string nothing;
    const auto  answer = view_of(CMPKIT_TRANSPORT_CMP, nothing, shown, *status);
    finish(waiting, {CMPKIT_TRANSPORT_OK, {}}, &answer);
}

void Client::refuse_file(Waiting& waiting, const std::string& file, cmpkit_transport_rc rc, const std::string& why) {
    (void)quarantine(spool_->replies, file, spool_->failed, "reply-" + file, why);
    finish(waiting, {rc, spool_.path() + "/replies/" + file + ": " + why});
}

void Client::take_answer(Waiting& waiting, const std::string& file) {
    File      at;
    const int trouble = spool_->replies.read(file, form_->largest_file(), at);
    if (trouble == too_large) return refuse_file(waiting, file, CMPKIT_TRANSPORT_TOO_LARGE, "it has " + std::to_string(at.size) + " octets, more than are taken here");
    if (trouble == not_regular) return refuse_file(waiting, file, CMPKIT_TRANSPORT_CONTENT, "it is no regular file");
    if (trouble) return;  // again later; the deadline ends it
    const Letter letter = form_->read_reply(file, at.octets);
    if (!letter.refusal.empty()) {
        if (settling_.is_settled(file, at, Clock::now())) refuse_file(waiting, file, CMPKIT_TRANSPORT_CONTENT, letter.refusal);
        return;
    }
    if (!letter.note.empty()) return (void)spool_->replies.remove(file), take_note(waiting, letter.note);
    if (letter.data.size() > setting_.options.max_message) return refuse_file(waiting, file, CMPKIT_TRANSPORT_TOO_LARGE, "the message is larger than is taken here");
    store_away(waiting, file);
    const Peer peer{address_, {}, {}};
    const auto shown  = view_of(peer);
    const auto answer = view_of(letter.kind, letter.data, shown);
    finish(waiting, {CMPKIT_TRANSPORT_OK, {}}, &answer);
}

/// Out of replies/, but not out of reach: the host may end before it acts on it, and ask again.
void Client::store_away(const Waiting& waiting, const std::string& file) {
    settling_.forget(file);
    (void)spool_->requests.remove(waiting.name);  // a server that is not ours may have left it
    if (setting_.options.keep == 0) return (void)spool_->replies.remove(file);
    const std::string kept = waiting.digest + std::string(extension_of(file));
    if (spool_->replies.move_over(file, spool_->done, kept) == 0) (void)utimensat(spool_->done.fd(), kept.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

bool Client::take_kept(Waiting& waiting) {
    if (setting_.options.keep == 0) return false;
    for (const std::int32_t kind : {CMPKIT_TRANSPORT_CMP, CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE, CMPKIT_TRANSPORT_CMC_FULL_RESPONSE}) {
        const std::string file = waiting.digest + form_->extension(kind);
        File              at;
        if (spool_->done.read(file, form_->largest_file(), at) != 0) continue;
        const Letter letter = form_->read_reply(file, at.octets);
        if (!letter.refusal.empty()) continue;
        const Peer peer{address_, {}, {}};
        const auto shown  = view_of(peer);
        const auto answer = view_of(letter.kind, letter.data, shown);
        return finish(waiting, {CMPKIT_TRANSPORT_OK, {}}, &answer), true;
    }
    return false;
}

/// Requests that the server put aside, with its reason.
void Client::see_failed() {
    if (by_stem_.empty()) return;
    for (const std::string& file : spool_->failed.names()) {
        if (!file.ends_with(reason_suffix)) continue;
        const std::string name = file.substr(0, file.size() - reason_suffix.size());
        const auto        at   = by_stem_.find(std::string(stem_of(name)));
        if (at == by_stem_.end() || spool_->requests.has(waiting_.at(at->second).name)) continue;
        File reason;
        if (spool_->failed.read(file, longest_note, reason) != 0) continue;
        finish(waiting_.at(at->second), {CMPKIT_TRANSPORT_STATUS, "the request was put to " + spool_.path() + "/failed/" + name + ": " + one_line(reason.octets, 500)});
    }
}

/// Loss. The requests are listed before the answers: a server writes the answer before it removes the request, so one of the two is always seen.
void Client::see_missing() {
    if (by_stem_.empty()) return;
    std::set<std::string> present;
    for (const Folder* folder : {&spool_->requests, &spool_->replies, &spool_->failed})
        for (const std::string& file : folder->names()) {
            const auto claim = claim_in(file);
            present.emplace(stem_of(claim ? claim->name : file));
            if (file.ends_with(reason_suffix)) present.emplace(stem_of(file.substr(0, file.size() - reason_suffix.size())));
        }
    const auto                 now = Clock::now();
    std::vector<std::uint64_t> lost;
    for (const auto& [stem, number] : by_stem_) {
        Waiting& waiting = waiting_.at(number);
        if (present.contains(stem)) waiting.missed.reset();
        else if (!waiting.missed) waiting.missed = now;
        // Not at once: a network's file system may show the one late.
        else if (now - *waiting.missed >= 2 * setting_.options.rescan) lost.push_back(number);
    }
    for (const auto number : lost) {
        Waiting& waiting = waiting_.at(number);
        finish(waiting, {CMPKIT_TRANSPORT_GONE, spool_.path() + "/requests/" + waiting.name + " is gone, and there is no answer: somebody removed or moved it"});
    }
}

void Client::sweep_done() {
    const auto now = Clock::now();
    if (swept_ != Clock::time_point() && now - swept_ < std::chrono::hours(1)) return;
    swept_                = now;
    const auto oldest_kept = std::chrono::system_clock::now() - std::chrono::hours(24 * setting_.options.keep);
    for (const std::string& file : spool_->done.names()) {
        File at;
        if (spool_->done.look(file, at) == 0 && at.written < oldest_kept) (void)spool_->done.remove(file);
    }
}

}  // namespace cmpkit_spool

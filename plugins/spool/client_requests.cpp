// The client's requests: written, found again, withdrawn.
#include "client.hpp"
#include "status.hpp"

#include <cerrno>

namespace cmpkit_spool {

using namespace cmpkit_plugin;

/// Requests of earlier processes, by their octets. Ours are known already; what this one gave up is not asked for again.
void Client::learn_what_is_left() {
    left_.clear();
    const auto remember = [this](const std::string& name) {
        const std::string stem(stem_of(name));
        if (const auto digest = digest_in(stem); !digest.empty() && !by_stem_.contains(stem)) left_.emplace(digest, name);
    };
    for (const std::string& file : spool_->requests.names()) {
        const auto claim = claim_in(file);
        if (claim || form_->is_request_name(file)) remember(claim ? claim->name : file);
    }
    for (const std::string& file : spool_->replies.names())
        if (form_->is_reply_name(file)) remember(file);
}

void Client::place_all() {
    // An answer that stands already ends an exchange at once, so the map may lose some on the way.
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        Waiting& waiting = at->second;
        ++at;
        if (waiting.name.empty()) place(waiting);
    }
}

void Client::place(Waiting& waiting) {
    if (take_kept(waiting) || adopt(waiting)) return;
    write(waiting);
}

void Client::wait_for(Waiting& waiting, const std::string& name) {
    const std::string stem(stem_of(name));
    waiting.name   = name;
    by_stem_[stem] = waiting.number;
    if (const std::string mail = form_->id_of(stem); !mail.empty()) by_mail_[mail] = waiting.number;
    strangers_.clear();
    inbox_.look_again();
}

bool Client::stands(const std::string& name, const Waiting& waiting) {
    for (const std::string& file : spool_->requests.names()) {
        const auto claim = claim_in(file);
        if (file != name && !(claim && claim->name == name)) continue;
        File at;
        return spool_->requests.read(file, form_->largest_file(), at) == 0 && form_->read_request(name, at.octets).data == waiting.request.data;
    }
    return false;
}

/// Goes on waiting where an earlier process began to.
bool Client::adopt(Waiting& waiting) {
    const auto [first, last] = left_.equal_range(waiting.digest);
    for (auto at = first; at != last; ++at) {
        const std::string name = at->second, stem(stem_of(name));
        const bool        is_asked = stands(name, waiting);  // before the answers: a server writes its answer before it removes the request
        std::string       answer;
        for (const std::string& file : spool_->replies.names())
            if (stem_of(file) == stem && form_->is_reply_name(file)) answer = file;
        if (answer.empty() && !is_asked) continue;
        left_.erase(at);
        wait_for(waiting, name);
        // It may have been lost on its way, or never sent; a CMP server answers the same octets with the same reply.
        if (answer.empty()) send(waiting);
        else take(answer);
        return true;
    }
    return false;
}

void Client::write(Waiting& waiting) {
    const Hints hints{waiting.request.operation, waiting.request.profile, waiting.request.label};
    int         trouble = EEXIST;
    std::string name;
    for (int i = 0; i < 100 && trouble == EEXIST; ++i) {
        const std::string stem = fresh_stem(std::chrono::system_clock::now(), ++sequence_, waiting.digest, hints);
        name                   = stem + form_->extension(waiting.request.kind);
        trouble                = spool_->requests.write(name, form_->write_request(waiting.request, stem), setting_.options.durability);
    }
    manifest_.touch();
    if (trouble == 0 && waiting.request.kind == CMPKIT_TRANSPORT_ANNOUNCEMENT) return leave(waiting, name);
    if (trouble == 0) return wait_for(waiting, name), send(waiting);
    // A folder that went away in between is waited for; one that is full or not ours is told of.
    const bool is_away = trouble == ENOENT || trouble == EIO || trouble == ENODEV || trouble == ENXIO || trouble == ESTALE;
    if (!is_away) finish(waiting, {CMPKIT_TRANSPORT_CONNECT, "the request cannot be written to " + spool_.path() + "/requests: " + words_of(trouble)});
}

/// Nobody waits for what is said to an announcement: it is enough that it stands.
void Client::leave(Waiting& waiting, const std::string& name) {
    waiting.name = name;
    const auto number = waiting.number;
    send(waiting);
    if (!waiting_.contains(number)) return;  // it could not be sent, which was told
    const Peer        peer{address_, {}, {}};
    const auto        shown = view_of(peer);
    const std::string nothing;
    const auto        answer = view_of(CMPKIT_TRANSPORT_ANNOUNCEMENT, nothing, shown, CMPKIT_TRANSPORT_ACCEPTED);
    finish(waiting, {CMPKIT_TRANSPORT_OK, {}}, &answer);
}

/// By post, where there is one. The file stays, as what is waited for.
void Client::send(Waiting& waiting) {
    if (!post_.send) return;
    File      mail;
    const int trouble = spool_->requests.read(waiting.name, form_->largest_file(), mail);
    if (trouble == ENOENT) return;  // somebody took it from the folder itself
    const std::string why = trouble ? words_of(trouble) : post_.send(mail.octets);
    if (why.empty()) return;
    (void)spool_->requests.remove(waiting.name);
    finish(waiting, {CMPKIT_TRANSPORT_CONNECT, "the request cannot be sent: " + why});
}

/// @return what became of the request, for the operator
std::string Client::withdraw(Waiting& waiting, bool is_given_up) {
    if (waiting.name.empty()) return "the request was not written, as the folder " + spool_.path() + " was not there";
    if (!spool_.look()) return "the folder " + spool_.path() + " is not there now, so it is not known whether anybody took the request";
    const std::string where = spool_.path() + "/requests/" + waiting.name;
    if (post_.send) {
        if (!is_given_up) left_.emplace(waiting.digest, waiting.name);
        return where + " was given to the post, and may be answered later";
    }
    if (setting_.options.withdraw && spool_->requests.remove(waiting.name) == 0) return "nobody took " + where + ", and it was withdrawn";
    if (!is_given_up) left_.emplace(waiting.digest, waiting.name);
    if (spool_->requests.has(waiting.name)) return "nobody took " + where + " yet, and it was left there";
    return where + " was taken, and may be answered later";
}

}  // namespace cmpkit_spool

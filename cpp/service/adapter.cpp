#include "service/adapter.hpp"

#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "service/child.hpp"

#include <sysexits.h>

namespace cmpkit::service {
namespace {

constexpr std::size_t longest_words = 200, longest_note = 1000;  // octets: for the requester, for the log

// Of a record's key, which has the requester before it (operations::transaction_key).
std::string transaction_id_in(Bytes key) {
    const auto end = std::ranges::find(key, 0);
    return end == key.end() ? std::string() : to_hex(Bytes(end + 1, key.end()));
}

// A requester may use a transactionID again when its transaction is forgotten: the request tells the two apart.
std::string id_of(const responder::Parcel& parcel) {
    Octets both = crypto::sha256(parcel.key);
    both.insert(both.end(), parcel.message.begin(), parcel.message.end());
    return to_hex(crypto::sha256(both)).substr(0, 32);
}

std::string first_line(Bytes text) { return std::string(text_of(text).substr(0, text_of(text).find_first_of("\r\n"))); }

bool is_harmless(std::string_view words) { return !words.empty() && words.size() <= longest_words && escaped(words) == words; }

std::vector<std::string> environment_for(const AdapterQuestion& question) {
    return {"CMPKIT_TRANSACTION_ID=" + question.transaction_id, "CMPKIT_REQUEST_ID=" + question.id, "CMPKIT_PROFILE=" + question.profile, "CMPKIT_UPSTREAM=" + question.upstream};
}

Error ended(const Ended& how, Code code) {
    const std::string note = escaped(first_line(how.errors)).substr(0, longest_note);
    return {.code = code, .detail = "the command ended with " + how.text() + (note.empty() ? "" : ": " + note)};
}

}  // namespace

AdapterQuestion question_of(const responder::Parcel& parcel) {
    return {.pkcs10 = parcel.message, .upstream = parcel.upstream, .profile = escaped(parcel.profile), .transaction_id = transaction_id_in(parcel.key), .id = id_of(parcel)};
}

void Adapter::set(Ask ask) {
    const std::lock_guard lock(mutex_);
    ask_ = std::move(ask);
}

Adapter::Ask Adapter::find() const {
    const std::lock_guard lock(mutex_);
    return ask_;
}

Error refused_by_ca(std::string_view words, const Error& why) {
    return Error{.code = Code::rejected, .fail_info = FailInfo::badRequest, .detail = is_harmless(words) ? std::string(words) : "the CA refused the request"}.because_of(why);
}

Result<Octets> ask_application(const Adapter* adapter, const AdapterQuestion& question) {
    const auto ask = adapter ? adapter->find() : Adapter::Ask();
    if (!ask) return Error{.code = Code::bad_state, .detail = "the application has set no adapter"};
    return ask(question);
}

Result<Octets> ask_command(const std::vector<std::string>& command, const AdapterQuestion& question, std::chrono::milliseconds most, transport::Cancel& cancel) {
    const std::string request = crypto::write_pem("CERTIFICATE REQUEST", question.pkcs10);
    auto how = run({.words = command, .environment = environment_for(question)}, bytes_of(request), most, cancel);
    // What says so much would say it again.
    if (!how) return how.error().code == Code::too_large ? refused_by_ca({}, how.error()) : how.error();
    if (how->signal || how->status == EX_TEMPFAIL) return ended(*how, Code::transport_failed);
    if (how->status != 0) return refused_by_ca(first_line(how->errors), ended(*how, Code::callback_failed));
    return std::move(how->output);
}

}  // namespace cmpkit::service

#include "mail_form.hpp"

#include "spool/names.hpp"
#include "mail.hpp"

#include <atomic>

namespace cmpkit_mime {

using namespace cmpkit_spool;

namespace {

constexpr bool is_answer(std::int32_t kind) { return kind == CMPKIT_TRANSPORT_CMP || kind == CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE || kind == CMPKIT_TRANSPORT_CMC_FULL_RESPONSE; }

/// What it would be without its label and hints.
std::string head_of(const std::string& stem) {
    const auto digest = digest_in(stem);
    return digest.empty() ? std::string() : stem.substr(0, static_cast<std::size_t>(digest.data() - stem.data()) + digest.size());
}

std::string with_label(const char* subject, const std::string& label) { return label.empty() ? subject : std::string(subject) + " " + label; }

/// Of one kind alone: the other one stands in the wrong folder.
Letter limited(Letter letter, bool fits) {
    if (!letter.refusal.empty() || fits) return letter;
    letter.refusal = "it carries a message of the other direction";
    return letter;
}

}  // namespace

bool        MailForm::is_request_name(std::string_view name) const { return has_extension(name, ".eml"); }
std::size_t MailForm::largest_file() const { return largest_mail(options_.max_message); }

std::string MailForm::domain() const {
    const std::size_t at = options_.from.rfind('@');
    return at == std::string::npos ? "cmpkit.invalid" : options_.from.substr(at + 1);
}

std::string MailForm::sender() const { return options_.from.empty() ? "cmpkit@cmpkit.invalid" : options_.from; }

std::string MailForm::id_of(const std::string& stem) const {
    const std::string head = head_of(stem);
    return head.empty() ? std::string() : "<" + head + "@" + domain() + ">";
}

std::string MailForm::write_request(const cmpkit_plugin::Request& request, const std::string& stem) const {
    const auto now = std::chrono::system_clock::now();
    return write_mail({.kind = request.kind, .data = request.data, .file_stem = stem, .id = id_of(stem), .from = sender(), .to = options_.to,
                       .subject = with_label("CMP request", hints_in(stem).label), .answers = {}},
                      now);
}

std::string MailForm::write_reply(const cmpkit_plugin::Answer& answer, const Letter& request, const std::string& stem) const {
    static std::atomic<unsigned> sequence{0};
    const auto                   now = std::chrono::system_clock::now();
    return write_mail({.kind = answer.kind, .data = answer.data, .file_stem = stem, .id = id_of(fresh_stem(now, ++sequence, digest_of(answer.data), {})), .from = sender(),
                       .to = request.from, .subject = with_label("Re: CMP request", hints_in(request.name).label), .answers = request.id, .is_automatic = true},
                      now);
}

std::string MailForm::write_note(const std::string& line, const Letter& request, const std::string& stem) const {
    static std::atomic<unsigned> sequence{0};
    const auto                   now = std::chrono::system_clock::now();
    return write_mail({.kind = 0, .data = line, .file_stem = stem, .id = id_of(fresh_stem(now, ++sequence, digest_of(line), {})), .from = sender(), .to = request.from,
                       .subject = "Re: CMP request: " + line, .answers = request.id, .is_automatic = true},
                      now);
}

Letter MailForm::read(std::string_view octets) const {
    Letter letter = read_mail(octets, options_.max_message);
    if (letter.refusal.empty() && letter.note.empty() && options_.one_value) letter.refusal = why_not_one_value(letter.data);
    return letter;
}

Letter MailForm::read_request(std::string_view, std::string_view octets) const {
    Letter letter = read(octets);
    // Two servers that take each other's answers for requests would go on for ever (RFC 3834 2).
    const bool fits = is_request(letter.kind) && !letter.is_automatic;
    return limited(std::move(letter), fits);
}

Letter MailForm::read_reply(std::string_view, std::string_view octets) const {
    Letter     letter = read(octets);
    const bool fits   = !letter.note.empty() || is_answer(letter.kind);
    return limited(std::move(letter), fits);
}

}  // namespace cmpkit_mime

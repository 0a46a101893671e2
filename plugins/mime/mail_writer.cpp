#include "base64.hpp"
#include "mail.hpp"
#include "media.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace cmpkit_mime {

namespace {

/// RFC 5322 3.3; not by strftime, which speaks the language of the process.
std::string date(std::chrono::system_clock::time_point now) {
    static constexpr const char* days[]   = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t            seconds  = std::chrono::system_clock::to_time_t(now);
    std::tm                      utc{};
    (void)gmtime_r(&seconds, &utc);
    char text[80];
    (void)std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour,
                        utc.tm_min, utc.tm_sec);
    return text;
}

/// A name that every mail program leaves as it is.
std::string plain_name(const std::string& stem) {
    const bool is_plain = std::all_of(stem.begin(), stem.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    return is_plain && !stem.empty() ? stem : "message";
}

std::string field(const char* name, const std::string& value) { return value.empty() ? std::string() : std::string(name) + ": " + value + "\r\n"; }

/// Its date and whom it is from and to.
std::string write_envelope(const Draft& draft, std::chrono::system_clock::time_point now) {
    return field("Date", date(now)) + field("From", draft.from) + field("To", draft.to) + field("Subject", draft.subject) + field("Message-ID", draft.id) +
           field("In-Reply-To", draft.answers) + field("References", draft.answers) + field("Auto-Submitted", draft.is_automatic ? "auto-replied" : "") +
           field("MIME-Version", "1.0");
}

std::string attachment(const Draft& draft) {
    const Medium&     medium     = medium_of(draft.kind);
    const std::string name       = "\"" + plain_name(draft.file_stem) + std::string(medium.extension) + "\"";
    const std::string smime_type = medium.smime_type.empty() ? std::string() : "; smime-type=" + std::string(medium.smime_type);
    return field("Content-Type", std::string(medium.type) + smime_type + ";\r\n name=" + name) + field("Content-Transfer-Encoding", "base64") +
           field("Content-Disposition", "attachment;\r\n filename=" + name) + "\r\n" + base64_lines(draft.data);
}

std::string note(const Draft& draft) {
    return field("X-CMP-Status", std::string(draft.data)) + field("Content-Type", "text/plain; charset=us-ascii") + "\r\n" + std::string(draft.data) + "\r\n";
}

}  // namespace

std::string write_mail(const Draft& draft, std::chrono::system_clock::time_point now) {
    return write_envelope(draft, now) + (draft.kind == 0 ? note(draft) : attachment(draft));
}

}  // namespace cmpkit_mime

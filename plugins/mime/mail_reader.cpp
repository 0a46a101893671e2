#include "base64.hpp"
#include "field.hpp"
#include "spool/names.hpp"
#include "mail.hpp"
#include "media.hpp"

#include <optional>

namespace cmpkit_mime {

using cmpkit_spool::Letter;
using cmpkit_spool::refused;

namespace {

constexpr int         deepest = 8;
constexpr std::size_t most_parts = 100, longest_boundary = 70;

/// The part that carries the message.
struct Found {
    const Medium* medium;
    Entity        part;
    Valued        type;
};

class Search {
public:
    /// @return why the mail is refused, or empty
    std::string walk(const Entity& entity, int depth) {
        if (depth > deepest || ++parts_ > most_parts) return "it has more parts, or parts within parts, than a mail with a message has";
        if (entity.count("content-type") > 1) return "a part has two content types";
        Valued type = valued(entity.value("content-type"));
        if (type.value.starts_with("multipart/")) return walk_parts(entity, type, depth);
        const Medium* medium = medium_with(type);
        if (!medium) return {};
        if (found_) return "there are two messages in it; one mail carries one";
        found_ = Found{medium, entity, std::move(type)};
        return {};
    }
    const std::optional<Found>& found() const { return found_; }

private:
    static const Medium* medium_with(const Valued& type) {
        for (const Medium& medium : media)
            if (medium.type == type.value && (medium.smime_type.empty() || lower(medium.smime_type) == lower(type.parameter("smime-type")))) return &medium;
        return nullptr;
    }

    std::string walk_parts(const Entity& entity, const Valued& type, int depth) {
        const std::string boundary = type.parameter("boundary");
        if (boundary.empty() || boundary.size() > longest_boundary) return "it has parts, and no boundary between them";
        const std::string between = "--" + boundary, behind = between + "--";
        std::string_view  rest = entity.body;
        const char*       begin = nullptr;  // of the part that is being read
        while (!rest.empty()) {
            const char*      line_begin = rest.data();
            std::string_view line = take_line(rest);
            while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
            if (line != between && line != behind) continue;
            if (begin)
                if (auto why = walk_part({begin, static_cast<std::size_t>(line_begin - begin)}, depth); !why.empty()) return why;
            if (line == behind) return {};
            begin = rest.data();
        }
        return "the mail is cut off: its last part does not end";
    }

    std::string walk_part(std::string_view text, int depth) {
        const auto part = split(text);
        return part ? walk(*part, depth + 1) : "a part has no proper header";
    }

    std::size_t          parts_ = 0;
    std::optional<Found> found_;
};

std::string name_of(const Found& found) {
    const std::string name = valued(found.part.value("content-disposition")).parameter("filename");
    return name.empty() ? found.type.parameter("name") : name;
}

/// Why the part is not as RFC 2510 5.3 demands; empty: it is.
std::string why_not(const Found& found, const std::string& name) {
    const std::string coding = valued(found.part.value("content-transfer-encoding")).value;
    if (coding != "base64") return "its transfer encoding is " + (coding.empty() ? std::string("none") : "\"" + cmpkit_spool::one_line(coding, 40) + "\"") + ", and must be base64";
    if (!cmpkit_spool::has_extension(name, found.medium->extension)) return "its message has no file name that ends in " + std::string(found.medium->extension);
    return {};
}

void read_envelope(const Entity& mail, Letter& letter) {
    letter.is_automatic = valued(mail.value("auto-submitted")).value == "auto-replied";
    const auto ids  = message_ids(mail.value("message-id"));
    letter.id       = ids.empty() ? std::string() : ids.front();
    letter.from     = address_in(mail.value(mail.value("reply-to").empty() ? "from" : "reply-to"));
    letter.answers  = message_ids(mail.value("in-reply-to"));
    const auto more = message_ids(mail.value("references"));
    letter.answers.insert(letter.answers.end(), more.rbegin(), more.rend());
}

Letter read_message(const Found& found, std::size_t max_message) {
    const std::string name = name_of(found);
    if (std::string why = why_not(found, name); !why.empty()) return refused(std::move(why));
    // Line ends and white space are a fourth of it at most, in what mail programs write; the limit itself is judged after decoding.
    if (found.part.body.size() > largest_mail(max_message)) return refused("its message is larger than is taken here");
    auto octets = base64_octets(found.part.body);
    if (!octets) return refused("its message is no base64");
    Letter letter;
    letter.kind = found.medium->kind;
    letter.data = std::move(*octets);
    letter.name = cmpkit_spool::stem_of(name);
    return letter;
}

}  // namespace

Letter read_mail(std::string_view text, std::size_t max_message) {
    const auto mail = split(text);
    if (!mail) return refused("it is no mail: its header is not one, or is far too large");
    Search      search;
    std::string why = search.walk(*mail, 0);
    Letter      letter;
    if (!why.empty()) letter = refused(std::move(why));
    else if (search.found()) letter = read_message(*search.found(), max_message);
    else if (const auto status = mail->value("x-cmp-status"); !status.empty()) letter.note = cmpkit_spool::one_line(status, 500);
    else letter = refused("there is no message in it: no part of the type application/pkixcmp, or of CMC's types");
    read_envelope(*mail, letter);
    return letter;
}

}  // namespace cmpkit_mime

#include "envelope.hpp"

#include "kit/route.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cmpkit_nng {

namespace {

constexpr std::string_view mark    = "CMP/";
constexpr std::string_view version = "CMP/1";

struct Word {
    std::int32_t     value;
    std::string_view word;
};
constexpr Word kinds[] = {
    {CMPKIT_TRANSPORT_CMP, "cmp"},
    {CMPKIT_TRANSPORT_ANNOUNCEMENT, "announcement"},
    {CMPKIT_TRANSPORT_LINKS, "links"},
    {CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST, "cmc-simple-request"},
    {CMPKIT_TRANSPORT_CMC_FULL_REQUEST, "cmc-full-request"},
    {CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE, "cmc-simple-response"},
    {CMPKIT_TRANSPORT_CMC_FULL_RESPONSE, "cmc-full-response"},
};
constexpr Word statuses[] = {
    {CMPKIT_TRANSPORT_ANSWERED, "answered"},
    {CMPKIT_TRANSPORT_BAD, "bad"},
    {CMPKIT_TRANSPORT_BUSY, "busy"},
    {CMPKIT_TRANSPORT_BROKEN, "broken"},
    {CMPKIT_TRANSPORT_STORED, "stored"},
    {CMPKIT_TRANSPORT_ACCEPTED, "accepted"},
    {CMPKIT_TRANSPORT_NOT_OFFERED, "not-offered"},
};

template <std::size_t n> bool take_word(const Word (&words)[n], std::string_view text, std::int32_t& value) {
    const auto found = std::ranges::find(words, text, &Word::word);
    if (found != std::end(words)) value = found->value;
    return found != std::end(words);
}

template <std::size_t n> std::string word_of(const Word (&words)[n], std::int32_t value) {
    const auto found = std::ranges::find(words, value, &Word::value);
    return std::string(found == std::end(words) ? "broken" : found->word);
}

bool take_kind(Envelope& envelope, std::string_view text) { return take_word(kinds, text, envelope.kind); }
bool take_status(Envelope& envelope, std::string_view text) { return take_word(statuses, text, envelope.status); }
// A label that we do not know is a hint that says nothing: the body decides.
bool take_operation(Envelope& envelope, std::string_view text) { return envelope.operation = cmpkit_plugin::operation_of(text).value_or(""), true; }
bool take_profile(Envelope& envelope, std::string_view text) {
    auto name = cmpkit_plugin::profile_of(text);
    if (name) envelope.profile = std::move(*name);
    return name.has_value();
}

struct Field {
    std::string_view name;
    bool (*take)(Envelope&, std::string_view);  // false: a bad value
};
constexpr Field fields[] = {{"kind", take_kind}, {"status", take_status}, {"operation", take_operation}, {"profile", take_profile}};

/// Which fields came; each may come once, and those of later versions of this form are passed over.
struct Seen {
    bool of[std::size(fields)]{};
};

bool take_field(Envelope& envelope, Seen& seen, std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const auto found = std::ranges::find(fields, text.substr(0, equals), &Field::name);
    if (found == std::end(fields)) return true;
    bool& came = seen.of[std::distance(std::begin(fields), found)];
    return !std::exchange(came, true) && found->take(envelope, text.substr(equals + 1));
}

/// @param line  ` name=value name=value`
bool take_fields(Envelope& envelope, std::string_view line) {
    Seen seen;
    while (!line.empty()) {
        if (!line.starts_with(' ')) return false;
        line.remove_prefix(1);
        const auto field = line.substr(0, line.find(' '));
        if (!take_field(envelope, seen, field)) return false;
        line.remove_prefix(field.size());
    }
    return true;
}

bool is_cmc_request(std::int32_t kind) { return kind == CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST || kind == CMPKIT_TRANSPORT_CMC_FULL_REQUEST; }
bool is_cmc_response(std::int32_t kind) { return kind == CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE || kind == CMPKIT_TRANSPORT_CMC_FULL_RESPONSE; }

}  // namespace

std::optional<Envelope> open_envelope(std::string_view octets) {
    if (!octets.starts_with(mark)) return Envelope{.data = octets};
    const auto end = octets.substr(0, max_head).find('\n');
    if (end == std::string_view::npos || !octets.starts_with(version)) return std::nullopt;
    Envelope envelope{.bare = false, .data = octets.substr(end + 1)};
    if (!take_fields(envelope, octets.substr(version.size(), end - version.size()))) return std::nullopt;
    return envelope;
}

std::string head_of(const cmpkit_transport_message& request, bool hints) {
    const std::string_view operation = hints && request.operation ? request.operation : "";
    const std::string_view profile   = hints && request.profile ? request.profile : "";
    const std::string_view data(reinterpret_cast<const char*>(request.data), request.data_size);
    // What looks like a head goes behind one.
    if (request.kind == CMPKIT_TRANSPORT_CMP && operation.empty() && profile.empty() && !data.starts_with(mark)) return {};
    std::string head = std::string(version) + " kind=" + word_of(kinds, request.kind);
    if (!operation.empty()) head += " operation=" + cmpkit_plugin::percent_encode(operation);
    if (!profile.empty()) head += " profile=" + cmpkit_plugin::percent_encode(profile);
    return head + "\n";
}

std::string head_of(std::int32_t status, std::int32_t kind) {
    return std::string(version) + " status=" + word_of(statuses, status) + " kind=" + word_of(kinds, kind) + "\n";
}

bool is_request(std::int32_t kind) { return std::ranges::find(kinds, kind, &Word::value) != std::end(kinds) && !is_cmc_response(kind); }

bool answers(std::int32_t asked, std::int32_t kind) { return kind == asked || (is_cmc_request(asked) && is_cmc_response(kind)); }

std::string status_word(std::int32_t status) { return word_of(statuses, status); }

}  // namespace cmpkit_nng

#include "names.hpp"

#include "kit/route.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace cmpkit_spool {

namespace {

constexpr std::size_t longest_name = 200;  // of 255: ".<claimant>.work" and ".reason.txt" come behind
constexpr std::size_t longest_label = 64, digest_size = 16, claimant_size = 16;
constexpr std::size_t digest_at = sizeof "20261121T162325.123Z-000001-" - 1;
constexpr std::string_view work = ".work";

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
constexpr bool is_of_label(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-'; }

bool is_label(std::string_view text) { return !text.empty() && text.size() <= longest_label && std::all_of(text.begin(), text.end(), is_of_label); }

std::string stamp(std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    const std::time_t seconds = system_clock::to_time_t(now);
    const auto        millis  = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm           utc{};
    (void)gmtime_r(&seconds, &utc);
    char text[80];
    (void)std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                        static_cast<int>(millis));
    return text;
}

/// What follows `key` in a stem, up to the next comma.
std::string_view field(std::string_view stem, std::string_view key) {
    const std::size_t at = stem.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = stem.substr(at + key.size());
    return rest.substr(0, rest.find(','));
}

}  // namespace

std::string digest_of(std::string_view octets) {
    std::uint64_t sum = 0xcbf29ce484222325u;  // FNV-1a
    for (const char octet : octets) sum = (sum ^ static_cast<unsigned char>(octet)) * 0x100000001b3u;
    char text[digest_size + 1];
    (void)std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(sum));
    return text;
}

std::string fresh_stem(std::chrono::system_clock::time_point now, unsigned sequence, std::string_view digest, const Hints& hints) {
    char number[32];
    (void)std::snprintf(number, sizeof number, "-%06u-", sequence % 1'000'000);
    std::string stem = stamp(now) + number + std::string(digest);
    if (is_label(hints.label)) stem += "-" + hints.label;
    if (cmpkit_plugin::operation_of(hints.operation)) stem += ",op=" + hints.operation;
    const std::string profile = cmpkit_plugin::percent_encode(hints.profile);
    if (!profile.empty() && stem.size() + profile.size() < longest_name - 10) stem += ",p=" + profile;
    return stem;
}

std::string_view extension_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

std::string_view stem_of(std::string_view name) { return name.substr(0, name.size() - extension_of(name).size()); }

bool has_extension(std::string_view name, std::string_view extension) {
    const std::string_view its = extension_of(name);
    return std::equal(its.begin(), its.end(), extension.begin(), extension.end(), [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view digest_in(std::string_view stem) {
    if (stem.size() < digest_at + digest_size || stem[digest_at - 1] != '-' || stem[digest_at - 8] != '-') return {};
    const std::string_view digest = stem.substr(digest_at, digest_size);
    return std::all_of(digest.begin(), digest.end(), is_hex) ? digest : std::string_view();
}

Hints hints_in(std::string_view stem) {
    Hints hints;
    hints.operation = cmpkit_plugin::operation_of(field(stem, ",op=")).value_or("");
    if (const auto profile = field(stem, ",p="); !profile.empty()) hints.profile = cmpkit_plugin::profile_of(profile).value_or("");
    const std::string_view head = stem.substr(0, stem.find(','));
    if (!digest_in(stem).empty() && head.size() > digest_at + digest_size + 1) hints.label = head.substr(digest_at + digest_size + 1);
    if (!is_label(hints.label)) hints.label.clear();
    return hints;
}

bool is_plain(std::string_view name) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/'; };
    return !name.empty() && name.front() != '.' && name.size() <= longest_name && std::none_of(name.begin(), name.end(), is_control);
}

std::string claim_name(std::string_view name, std::string_view claimant) { return std::string(name) + "." + std::string(claimant) + std::string(work); }

std::optional<Claim> claim_in(std::string_view name) {
    if (!name.ends_with(work)) return std::nullopt;
    name.remove_suffix(work.size());
    const std::string_view claimant = extension_of(name);
    if (claimant.size() != claimant_size + 1 || !std::all_of(claimant.begin() + 1, claimant.end(), is_hex)) return std::nullopt;
    return Claim{std::string(stem_of(name)), std::string(claimant.substr(1))};
}

std::string one_line(std::string_view text, std::size_t most) {
    std::string line(text.substr(0, std::min(most, text.find_first_of("\r\n"))));
    std::replace_if(line.begin(), line.end(), [](char c) { return c < 0x20 || c >= 0x7f; }, '?');  // whether char has a sign or not
    return line;
}

}  // namespace cmpkit_spool

#include "status.hpp"

#include <cerrno>

namespace cmpkit_spool {

namespace {

constexpr std::pair<std::int32_t, std::string_view> lines[] = {
    {CMPKIT_TRANSPORT_BAD, "bad: the request was no message"},
    {CMPKIT_TRANSPORT_BUSY, "busy: come again later"},
    {CMPKIT_TRANSPORT_BROKEN, "broken: the server failed"},
    {CMPKIT_TRANSPORT_STORED, "stored: the announcement was taken"},
    {CMPKIT_TRANSPORT_ACCEPTED, "accepted: the announcement will be looked at later; send it again until it is stored"},
    {CMPKIT_TRANSPORT_NOT_OFFERED, "not-offered: this kind of message is not taken here"},
};

}  // namespace

std::string line_of(std::int32_t status) {
    for (const auto& [known, line] : lines)
        if (known == status) return std::string(line);
    return line_of(CMPKIT_TRANSPORT_BROKEN);
}

std::optional<std::int32_t> status_in(std::string_view line) {
    const std::string_view word = line.substr(0, line.find(':'));
    for (const auto& [status, known] : lines)
        if (known.substr(0, known.find(':')) == word) return status;
    return std::nullopt;
}

int quarantine(const Folder& from, const std::string& name, const Folder& failed, const std::string& kept_name, const std::string& reason) {
    // The reason first: who sees the file finds it explained.
    std::string kept = kept_name;
    for (int i = 2; i < 100 && (failed.has(kept) || failed.has(kept + std::string(reason_suffix))); ++i) kept = kept_name + "." + std::to_string(i);
    (void)failed.write(kept + std::string(reason_suffix), reason + "\n", Durability::none);
    const int trouble = from.move(name, failed, kept);
    if (trouble) (void)failed.remove(kept + std::string(reason_suffix));
    return trouble;
}

}  // namespace cmpkit_spool

#include "admission/secrets.hpp"

#include "admission/refusal.hpp"
#include "der/encode.hpp"

namespace cmpkit::admission {
namespace {

bool is_good(const SecretEntry& settings, const SecretRecord& record, std::int64_t now) {
    const bool is_spent   = settings.uses && record.uses >= settings.uses;
    const bool is_locked  = settings.tries && record.failedTries >= settings.tries;
    const bool is_expired = settings.not_after && settings.not_after < now;
    return !is_spent && !is_locked && !is_expired;
}

Result<void> check(const SecretEntry& settings) {
    const auto wrong = [](const char* detail) { return Error{.code = Code::bad_value, .detail = detail}; };
    if (settings.reference.empty() || !der::valid_utf8(bytes_of(settings.reference))) return wrong("it needs a reference in UTF-8");
    if (!settings.value || settings.value->empty()) return wrong("it has no value");
    if (settings.uses < 0 || settings.tries < 0 || settings.not_after < 0) return wrong("uses, tries and not_after are 0 or more");
    return {};
}

store::Write write_of(const std::string& reference, const SecretRecord& record, std::uint64_t version) {
    return {store::Table::secrets, copy_of(bytes_of(reference)), version, der::encode(record)};
}

}  // namespace

Result<Secrets> Secrets::read(std::vector<SecretEntry> entries, store::Store& store) {
    Secrets secrets(store);
    for (SecretEntry& settings : entries) {
        const std::string what  = "secret \"" + escaped(settings.reference) + "\"";
        const auto        good  = check(settings);
        auto              names = NameRules::read(settings.subjects, settings.sans, Proof::secret);
        if (!good) return failure(Code::bad_configuration, what, good.error());
        if (!names) return failure(Code::bad_configuration, what, names.error());
        const std::string reference = settings.reference;
        if (!secrets.entries_.try_emplace(reference, Entry{std::move(settings), std::move(*names)}).second)
            return Error{.code = Code::bad_configuration, .detail = what + ": two have this reference"};
    }
    return secrets;
}

const Secrets::Entry* Secrets::find(Bytes reference) const {
    const auto found = entries_.find(text_of(reference));
    return found == entries_.end() ? nullptr : &found->second;
}

Result<Secrets::Counted> Secrets::counted(const Entry& entry) const {
    auto record = store_->get(store::Table::secrets, bytes_of(entry.settings.reference));
    if (!record) return record.error();
    if (!*record) return Counted{};
    der::Arena arena;
    auto       read = der::parse<SecretRecord>((*record)->value, arena);
    if (!read) return failure(Code::store_failed, "a secret's record cannot be read", read.error());
    return Counted{*read, (*record)->version};
}

Result<bool> Secrets::is_open(const Entry& entry, std::int64_t now) const {
    const auto found = counted(entry);
    if (!found) return found.error();
    return is_good(entry.settings, found->record, now);
}

Result<std::optional<store::Write>> Secrets::spend(const Entry& entry, std::int64_t now) const {
    auto found = counted(entry);
    if (!found) return found.error();
    if (!is_good(entry.settings, found->record, now)) return refusal(FailInfo::notAuthorized, "the secret is not good for a new certificate");
    if (entry.settings.uses == 0) return std::optional<store::Write>();
    ++found->record.uses;
    return std::optional(write_of(entry.settings.reference, found->record, found->version));
}

Result<std::optional<store::Write>> Secrets::give_back(const Entry& entry) const {
    auto found = counted(entry);
    if (!found) return found.error();
    if (entry.settings.uses == 0 || found->record.uses == 0) return std::optional<store::Write>();
    --found->record.uses;
    return std::optional(write_of(entry.settings.reference, found->record, found->version));
}

Result<std::optional<store::Write>> Secrets::count_failed_try(const Entry& entry) const {
    auto found = counted(entry);
    if (!found) return found.error();
    // Beyond the limit nothing is written, so that guessing costs the guesser alone.
    if (entry.settings.tries == 0 || found->record.failedTries >= entry.settings.tries) return std::optional<store::Write>();
    ++found->record.failedTries;
    return std::optional(write_of(entry.settings.reference, found->record, found->version));
}

}  // namespace cmpkit::admission

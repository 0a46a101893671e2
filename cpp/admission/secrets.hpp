// Shared secrets: which there are, what may still be had with each, and the writes that count uses and wrong tries.
// It refuses to say to a peer why a secret is not good: spent, expired and locked look the same.
#pragma once
#include "admission/name_rules.hpp"
#include "crypto/secret.hpp"
#include "store/store.hpp"

#include <map>

namespace cmpkit::admission {

/// A shared secret of the configuration; its use is counted in the store under its reference.
struct SecretEntry {
    std::string                           reference;
    std::shared_ptr<const crypto::Secret> value;
    std::string                           profile{};         // empty: the request or the default says
    std::vector<std::string>              subjects{};        // patterns that replace the profile's; empty: the profile's
    std::vector<std::string>              sans{};
    std::int64_t                          uses       = 1;    // certificates that may be had with it; 0: no limit
    std::int64_t                          not_after  = 0;    // Unix seconds; 0: never expires
    std::int64_t                          tries      = 10;   // wrong MACs until it is locked; 0: no limit
};

/// What was done with one secret, in Table::secrets under its reference: the value, as DER. No record: nothing yet.
struct SecretRecord {
    std::int64_t uses        = 0;  // certificates issued, confirmed or not; at an RA, requests that went on and were not refused
    std::int64_t failedTries = 0;
    static constexpr auto schema() { return sequence(field<&SecretRecord::uses>(), field<&SecretRecord::failedTries>()); }
};

/// Immutable but for what the store holds. Any thread.
class Secrets {
public:
    struct Entry {
        SecretEntry settings;
        NameRules   names;  // empty lists: the profile's are taken
    };

    /// @error bad_configuration  detail names the reference, never the secret
    static Result<Secrets> read(std::vector<SecretEntry> entries, store::Store& store);

    /// @return null: there is none of that reference
    const Entry* find(Bytes reference) const;
    /// Whether certificates may be had with it now.
    Result<bool> is_open(const Entry& entry, std::int64_t now) const;
    /// The write that counts one certificate, or nothing if there is no limit.
    /// @error not_authorized  failInfo notAuthorized: it is spent, expired or locked
    Result<std::optional<store::Write>> spend(const Entry& entry, std::int64_t now) const;
    /// The write that takes one certificate off the count, or nothing: there is no limit, or none was counted.
    Result<std::optional<store::Write>> give_back(const Entry& entry) const;
    /// The write that counts one wrong try, or nothing: there is no limit, or it is reached.
    Result<std::optional<store::Write>> count_failed_try(const Entry& entry) const;

private:
    struct Counted {
        SecretRecord  record;
        std::uint64_t version = 0;
    };
    explicit Secrets(store::Store& store) : store_(&store) {}
    Result<Counted> counted(const Entry& entry) const;

    store::Store*                            store_;
    std::map<std::string, Entry, std::less<>> entries_;  // by reference
};

}  // namespace cmpkit::admission

// The roots that replaced one another, as the store holds them; the record is that of one issuing key, in Table::roots.
#pragma once
#include "ca/authority.hpp"

namespace cmpkit::ca {

/// The value of the record, as DER.
struct RootRecord {
    struct Step {
        der::OctetString oldRoot, newWithNew, newWithOld, oldWithNew;  // certificates
        static constexpr auto schema() {
            return sequence(field<&Step::oldRoot>(), field<&Step::newWithNew>(), field<&Step::newWithOld>(), field<&Step::oldWithNew>());
        }
    };
    List<Step>       steps;    // the oldest first
    der::OctetString issuing;  // the CA below the newest root
    static constexpr auto schema() { return sequence(field<&RootRecord::steps>(), field<&RootRecord::issuing>()); }
};

struct RootStep {
    crypto::Cert old_root, new_with_new, new_with_old, old_with_new;
};

/// What the record says, read.
struct Roots {
    std::vector<RootStep> steps;    // the oldest first
    crypto::Cert          issuing;  // none: no root was replaced
    std::uint64_t         version = 0;

    /// @param issuer_id  of Records  @error store_failed
    static Result<Roots> load(store::Store& store, Bytes issuer_id);
    /// The step that replaced that root; null: none did.
    const RootStep* after(const crypto::Cert& root) const;
};

/// Puts the newest root, and the CA below it, in the place of those of the configuration. @return the certificate that links it with the root before,
/// for those who still hold that one; none: nothing was replaced  @error store_failed
Result<crypto::Cert> follow_rollovers(Settings& settings, store::Store& store, Bytes issuer_id);

}  // namespace cmpkit::ca

extern template struct cmpkit::der::Described<cmpkit::ca::RootRecord>;

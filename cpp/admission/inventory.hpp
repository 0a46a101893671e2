// The devices of a plant as its operator lists them: who each one is known by, and what it is to be called. Rows that contradict one another are
// refused. It reads no file.
#pragma once
#include "admission/given_names.hpp"

#include <unordered_map>

namespace cmpkit::admission {

/// One device; one of the first two members at least.
struct InventoryRow {
    std::string reference;  // of its secret; empty: it has none
    std::string device;     // what its certificate says, as the profile's inventory_key reads it; empty: it has none
    GivenNames  names;
};

/// Filled once, then immutable; any thread.
class Inventory {
public:
    /// @error bad_value  a name cannot be read; the row says not who it is; a row before it has the same reference, device or subject
    Result<void> add(InventoryRow row);

    // Null: there is no such device.
    const GivenNames* by_reference(const std::string& reference) const { return find(by_reference_, reference); }
    const GivenNames* by_device(const std::string& device) const { return find(by_device_, device); }
    /// The device that is called as the certificate says.
    const GivenNames* by_name(const crypto::Cert& certificate) const;
    /// The device that is called so. @param sans  they count where there is no subject
    const GivenNames* by_name(const Name& subject, std::span<const GeneralName> sans) const;

    std::size_t size() const { return by_name_.size(); }

private:
    using Index = std::unordered_map<std::string, std::shared_ptr<const GivenNames>>;  // the indexes share the rows
    static const GivenNames* find(const Index& index, const std::string& key);

    Index by_reference_, by_device_, by_name_;
};

}  // namespace cmpkit::admission

#include "admission/inventory.hpp"

#include "messages/extensions.hpp"

namespace cmpkit::admission {
namespace {

Error twice(const char* what, std::string_view text) {
    return {.code = Code::bad_value, .detail = std::string("another row has this ") + what + ": \"" + escaped(text.substr(0, 80)) + "\""};
}

/// What two devices must not share: whoever has the subject of a certificate may have it revoked. Equal for names that are the same (RFC 5280 7.1).
std::string key_of(const Name& subject, std::span<const GeneralName> sans) {
    std::string text = to_text(subject), key;
    if (subject.is_null_dn())
        for (const GeneralName& name : sans) text += to_text(name) + " ";
    for (const char c : text)
        if (c != ' ' || !key.ends_with(' ')) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return key;
}

}  // namespace

const GivenNames* Inventory::find(const Index& index, const std::string& key) {
    const auto found = index.find(key);
    return found == index.end() ? nullptr : found->second.get();
}

const GivenNames* Inventory::by_name(const crypto::Cert& certificate) const {
    const auto* sans = extension_value<GeneralNames>(certificate->extensions, oids::id_ce_subjectAltName);
    return by_name(certificate->subject, sans ? std::span<const GeneralName>(*sans) : std::span<const GeneralName>());
}

const GivenNames* Inventory::by_name(const Name& subject, std::span<const GeneralName> sans) const { return find(by_name_, key_of(subject, sans)); }

Result<void> Inventory::add(InventoryRow row) {
    der::Arena arena;
    const auto names = read_names(row.names, arena);
    if (!names) return names.error();
    if (row.reference.empty() && row.device.empty()) return Error{.code = Code::bad_value, .detail = "the row says not who the device is"};
    const std::string name = key_of(names->subject, names->subjectAltName);
    if (by_reference_.contains(row.reference)) return twice("reference", row.reference);
    if (by_device_.contains(row.device)) return twice("device", row.device);
    if (by_name_.contains(name)) return twice("name", name);
    const auto shared = std::make_shared<const GivenNames>(std::move(row.names));
    by_name_.emplace(name, shared);
    if (!row.reference.empty()) by_reference_.emplace(std::move(row.reference), shared);
    if (!row.device.empty()) by_device_.emplace(std::move(row.device), shared);
    return {};
}

}  // namespace cmpkit::admission

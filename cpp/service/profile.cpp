#include "service/profile.hpp"

#include "service/files.hpp"
#include "service/inventory.hpp"

#include <charconv>

namespace cmpkit::service {
namespace {

std::optional<KeyUsageBit> key_usage_bit(const std::string& word) {
    for (unsigned bit = 0; bit <= static_cast<unsigned>(KeyUsageBit::decipherOnly); ++bit)
        if (name_of(static_cast<KeyUsageBit>(bit)) == word) return static_cast<KeyUsageBit>(bit);
    return std::nullopt;
}

void read_requesters(Table& table, ca::Profile& profile) {
    if (!table.has("requesters")) return;
    profile.requesters.clear();
    for (const std::string& word : table.texts("requesters", {})) {
        using Kind = operations::RequesterKind;
        if (word == "secret") profile.requesters.push_back(Kind::secret);
        else if (word == "external") profile.requesters.push_back(Kind::external);
        else if (word == "own") profile.requesters.push_back(Kind::own);
        else if (word == "ra") profile.requesters.push_back(Kind::ra);
        else table.fail("requesters", "\"secret\", \"external\", \"own\" or \"ra\" is expected");
    }
}

void read_approval(Table& table, ca::Profile& profile) {
    profile.approve_by_hand   = table.flag("approve_by_hand", false);
    const std::string approval = table.text("approval", {});
    profile.needs_ra_approval = approval == "ra";
    if (!approval.empty() && approval != "ra") table.fail("approval", "\"ra\" is expected");
}

void read_names(Table& table, const std::string& folder, ca::Profile& profile) {
    profile.subjects        = table.texts("subjects", profile.subjects);
    profile.secret_subjects = table.texts("secret_subjects", profile.secret_subjects);
    profile.sans            = table.texts("sans", profile.sans);
    profile.secret_sans     = table.texts("secret_sans", profile.secret_sans);
    profile.ra_subjects     = table.texts("ra_subjects", profile.ra_subjects);
    profile.ra_sans         = table.texts("ra_sans", profile.ra_sans);
    profile.forced_subject  = table.text("forced_subject", {});
    profile.inventory_key   = table.text("inventory_key", profile.inventory_key);
    if (!table.has("inventory")) {
        if (table.has("inventory_key")) table.fail("inventory_key", "there is no inventory");
        return;
    }
    auto inventory = read_inventory(below(folder, table.required_text("inventory")));
    if (inventory) profile.inventory = std::move(*inventory);
    else table.fail("inventory", "it cannot be taken", &inventory.error());
}

void read_usage(Table& table, ca::Profile& profile) {
    if (table.has("key_usage")) profile.key_usage.clear();
    for (const std::string& word : table.texts("key_usage", {})) {
        if (const auto bit = key_usage_bit(word)) profile.key_usage.push_back(*bit);
        else table.fail("key_usage", "no such bit: " + word);
    }
    profile.extended_key_usage = table.texts("extended_key_usage", profile.extended_key_usage);
    for (const std::string& word : table.texts("fixed", {})) {
        if (word == "validity") profile.fixes_validity = true;
        else if (word == "key_usage") profile.fixes_key_usage = true;
        else if (word == "extended_key_usage") profile.fixes_extended_key_usage = true;
        else table.fail("fixed", "\"validity\", \"key_usage\" or \"extended_key_usage\" is expected");
    }
}

std::optional<Octets> octets_of(std::string_view hex) {
    Octets octets;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned value = 0;
        const char* end = hex.data() + std::min(i + 2, hex.size());
        if (std::from_chars(hex.data() + i, end, value, 16).ptr != end || end != hex.data() + i + 2) return std::nullopt;
        octets.push_back(static_cast<std::uint8_t>(value));
    }
    return octets;
}

ca::FixedExtension read_extension(Table& table, const std::string& folder) {
    ca::FixedExtension extension;
    auto               oid = oid_from_text(table.required_text("oid"));
    if (oid) extension.oid = std::move(*oid);
    else table.fail("oid", "an OID is expected", &oid.error());
    extension.critical     = table.flag("critical", false);
    const std::string hex  = table.text("hex", {}), file = table.text("file", {});
    if (hex.empty() == file.empty()) return table.fail("oid", "its value is needed: hex or file"), extension;
    auto octets = hex.empty() ? read_file(below(folder, file)) : Result<Octets>(octets_of(hex).value_or(Octets()));
    if (!octets) table.fail("file", file, &octets.error());
    else if (octets->empty()) table.fail(hex.empty() ? "file" : "hex", "DER is expected");
    else extension.value = std::move(*octets);
    return extension;
}

}  // namespace

ca::Profile read_profile(Table& table, const std::string& folder) {
    ca::Profile profile;
    profile.name = table.required_text("name");
    read_requesters(table, profile);
    read_approval(table, profile);
    profile.keys             = table.texts("keys", profile.keys);
    profile.validity_seconds = table.duration("validity", profile.validity_seconds);
    profile.backdate_seconds = table.duration("backdate", profile.backdate_seconds);
    read_names(table, folder, profile);
    read_usage(table, profile);
    profile.policies = table.texts("policies", {});
    table.tables("extension", [&](Table& t) { profile.extensions.push_back(read_extension(t, folder)); });
    profile.implicit_confirm        = table.flag("implicit_confirm", profile.implicit_confirm);
    profile.confirm_wait_seconds    = table.duration("confirm_wait", profile.confirm_wait_seconds);
    profile.offer_template          = table.flag("offer_template", true);
    profile.poll_seconds            = table.duration("poll_after", profile.poll_seconds);
    profile.crl_distribution_points = table.texts("crl_distribution_points", {});
    return profile;
}

}  // namespace cmpkit::service

// A CA on disk, as `cmpkit ca init` leaves it, with an RA's signer; and which configurations stay in its folder.
#pragma once
#include "known_peer.hpp"
#include "service/files.hpp"
#include "service/found.hpp"
#include "service/table.hpp"
#include "temporary_folder.hpp"

namespace cmpkit::fuzz {

class PlantFolder {
public:
    PlantFolder() {
        service::FoundingOrder order;
        order.founding.subject   = "/CN=Root";
        order.founding.ra_signer = true;
        order.reference          = reference;
        order.secret             = secret;
        hold(bool(service::found_on_disk(path(), order, counting_random(), now)));
        std::filesystem::current_path(path());  // what OpenSSL opens by URI begins here, too
    }
    std::string path() const { return folder_.path("ca"); }
    std::string text() const { return std::string(text_of(*service::read_file(path() + "/cmpkit.toml"))); }

private:
    TemporaryFolder folder_;
};

inline const PlantFolder& plant_folder() {
    static const PlantFolder one;
    return one;
}

inline bool leads_elsewhere(std::string value) {
    std::ranges::transform(value, value.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.starts_with('/') || value.starts_with("file:/") || value.find("..") != std::string::npos;
}

/// Whether no text in it could be the name of a file elsewhere.
inline bool stays_inside(const toml::node& node) {
    if (const auto* table = node.as_table()) return std::ranges::all_of(*table, [](const auto& each) { return stays_inside(each.second); });
    if (const auto* list = node.as_array()) return std::ranges::all_of(*list, [](const toml::node& each) { return stays_inside(each); });
    const auto* text = node.as_string();
    return !text || !leads_elsewhere(text->get());
}

}  // namespace cmpkit::fuzz

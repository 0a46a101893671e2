// The inventory of a plant as a file: CSV (RFC 4180), whose first line names the columns, or JSON where the file's name ends with ".json". What cannot be read without
// a doubt is refused, with its line. Both have the same checks.
//
//     device,reference,subject,sans,not_after
//     SN-4711,,"CN=press 4,O=Plant",dns:press4.plant ip:192.0.2.4,2030-12-31
//
//     [{"device": "SN-4711", "subject": "CN=press 4,O=Plant", "sans": ["dns:press4.plant", "ip:192.0.2.4"], "not_after": "2030-12-31"}]
#pragma once
#include "admission/inventory.hpp"

namespace cmpkit::service {

/// @error io; too_large  more than 64 MiB; bad_value  detail begins with file and line, of JSON with the path too
Result<std::shared_ptr<const admission::Inventory>> read_inventory(const std::string& path);

/// The same of a text. @param name  of the file, for errors
Result<std::shared_ptr<const admission::Inventory>> parse_inventory(std::string_view text, const std::string& name);

}  // namespace cmpkit::service

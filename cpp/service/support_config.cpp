#include "service/support_config.hpp"

#include "der/encode.hpp"
#include "messages/oids.hpp"
#include "service/config_reader.hpp"
#include "service/files.hpp"

namespace cmpkit::service {
namespace {

// A value for an infoType of the site's own: text, a file's octets, or DER as it is.
Octets information_value(Table& table, const Reader& reader) {
    if (table.has("text")) {
        const std::string text = table.text("text", {});
        return der::encode(der::utf8_string(text));
    }
    if (table.has("file")) {
        const std::string path   = table.text("file", {});
        auto              octets = read_file(below(reader.folder(), path));
        if (octets) return der::encode(der::octet_string(*octets));
        table.fail("file", path, &octets.error());
    }
    return {};
}

}  // namespace

void read_site_information(Table& table, Reader& reader, admission::SiteInformation& site) {
    site.ca_certificates = reader.certificates(table, "ca_certificates", table.texts("ca_certificates", {}));
    site.crls            = reader.crls(table, "crls");
    table.tables("information", [&](Table& t) {
        auto type = oid_from_text(t.required_text("type"));
        if (!type) t.fail("type", "an OID is expected", &type.error());
        else site.items.push_back({std::move(*type), information_value(t, reader)});
    });
}

}  // namespace cmpkit::service

#include "service/own_enrollment.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"
#include "service/config_reader.hpp"
#include "service/files.hpp"

namespace cmpkit::service {
namespace {

OwnSigner read_signer_file(Table& table, const std::string& path, const CertificateUse& use) {
    if (!exists(path)) return {};
    auto signer = read_own_signer(path);
    if (!signer) return table.fail("file", "it cannot be taken", &signer.error()), OwnSigner();
    if (auto good = check_use(signer->chain.front(), use); !good) return table.fail("file", path, &good.error()), OwnSigner();
    return std::move(*signer);
}

void read_renewal(Table& table, SignerEnrollment& enroll, const char* usually) {
    const std::string by = table.text("renew_by", "cr");
    if (by != "cr" && by != "kur" && by != "others") table.fail("renew_by", "\"cr\", \"kur\" or \"others\" is expected");
    enroll.by_update          = by == "kur";
    enroll.by_others          = by == "others";
    const std::string expired = table.text("when_expired", usually);
    if (expired != "stop" && expired != "enroll") table.fail("when_expired", "\"stop\" or \"enroll\" is expected");
    enroll.anew         = expired == "enroll";
    enroll.renew_before = table.duration("renew_before", 0);
    enroll.retry        = table.duration("retry", enroll.retry);
    if (enroll.retry < 1) table.fail("retry", "a second at least is expected");
}

void read_subject(Table& table, SignerEnrollment& enroll) {
    der::Arena arena;
    const auto name = name_from_text(table.required_text("subject"), arena);
    if (name) enroll.subject = der::encode(*name);
    else table.fail("subject", "a name is expected", &name.error());
}

// RFC 9525 2: clients know a server by these names, and not by its subject.
void read_sans(Table& table, SignerEnrollment& enroll) {
    der::Arena               arena;
    std::vector<GeneralName> names;
    for (const std::string& text : table.texts("sans", {})) {
        auto name = general_name_from_text(text, arena);
        if (!name) return table.fail("sans", "names are expected", &name.error());
        names.push_back(*name);
    }
    if (names.empty()) return table.fail("sans", "the names by which clients know this server are needed, such as \"dns:ra.plant\" or \"ip:192.0.2.1\"");
    const GeneralNames value(names);
    const Extension    extension{oids::id_ce_subjectAltName, false, der::OpenOctets(der::Open::of(value))};
    enroll.extensions = der::encode(Extensions(&extension, 1));
}

SignerEnrollment read_enrollment(Table& table, Reader& reader, const CertificateUse& use) {
    SignerEnrollment enroll;
    enroll.use      = &use;
    enroll.file     = below(reader.folder(), table.required_text("file"));
    enroll.upstream = table.text("upstream", {});
    enroll.url      = table.text("url", {});
    enroll.key_kind = table.text("key_kind", enroll.key_kind);
    enroll.profile  = table.text("profile", {});
    read_credentials(table, reader, enroll.first);
    // Making an RSA key to see whether its words are right would take too long.
    if (auto tried = crypto::generate_key(enroll.key_kind.starts_with("rsa:") ? "ec:P-256" : enroll.key_kind); !tried) table.fail("key_kind", "it cannot be made", &tried.error());
    enroll.current = read_signer_file(table, enroll.file, use);
    enroll.before  = enroll.current && use.keeps_before ? read_signer_file(table, enroll.kept(), use) : OwnSigner();
    return enroll;
}

}  // namespace

Result<void> check_use(const crypto::Cert& certificate, const CertificateUse& use) {
    if (certificate.has_purpose(*use.purpose)) return {};
    return Error{.code = Code::bad_certificate, .detail = std::string(oid_name(use.purpose->content())) + " is needed"};
}

SignerEnrollment read_signer_enrollment(Table& table, Reader& reader, OwnSigner by_hand) {
    SignerEnrollment enroll = read_enrollment(table, reader, for_messages);
    read_renewal(table, enroll, "stop");
    if (!enroll.current) enroll.current = std::move(by_hand);
    const bool begins = enroll.can_begin();
    if (!begins && !enroll.current && !enroll.by_others) table.fail("reference", "there is no certificate yet: reference and secret, or certificate and key, are needed to begin with");
    if (!begins && enroll.anew) table.fail("when_expired", "there is neither a secret nor a certificate to begin with again");
    if (begins || table.has("subject")) read_subject(table, enroll);
    return enroll;
}

SignerEnrollment read_listeners_enrollment(Table& table, Reader& reader) {
    SignerEnrollment enroll = read_enrollment(table, reader, for_listeners);
    // Who may ask at any time for a first certificate needs nobody's word to ask for it again.
    read_renewal(table, enroll, enroll.can_begin() ? "stop" : "enroll");
    if (!enroll.by_others || table.has("subject")) read_subject(table, enroll);
    if (!enroll.by_others || table.has("sans")) read_sans(table, enroll);
    return enroll;
}

void read_credentials(Table& table, Reader& reader, operations::Credentials& credentials) {
    if (table.has("certificate")) {
        credentials.chain  = reader.certificates(table, "certificate", table.texts("certificate", {}));
        credentials.signer = reader.key(table, "key");
    }
    if (!table.has("reference")) return;
    credentials.reference = table.required_text("reference");
    auto secret           = read_source(table.required_text("secret"), reader.folder());
    if (!secret) return table.fail("secret", "it cannot be read", &secret.error());
    credentials.secret    = std::make_shared<const crypto::Secret>(std::move(*secret));
    const std::string mac = table.text("mac", "pbm");
    if (mac != "pbm" && mac != "pbmac1") table.fail("mac", "\"pbm\" or \"pbmac1\" is expected");
    credentials.mac        = mac == "pbm" ? protection::MacKind::pbm : protection::MacKind::pbmac1;
    credentials.iterations = table.number("iterations", credentials.iterations, 100, 10'000'000);
    if (credentials.signer) table.fail("reference", "there is a certificate already: one protects, not both");
}

}  // namespace cmpkit::service

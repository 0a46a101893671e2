#include "messages/round_trip.hpp"

#include <set>

using namespace cmpkit;

TEST_CASE("every message of OpenSSL round-trips octet for octet", "[messages]") {
    std::set<std::string_view> bodies;
    std::size_t                count = 0;
    for (const auto& file : data_files("openssl", ".der")) {
        INFO(file.filename());
        const Octets octets = read_file(file);
        check_round_trip(der::describe<PKIMessage>(), octets);
        bodies.insert(parsed<PKIMessage>(octets)->body.name());
        ++count;
    }
    CHECK(count >= 70);
    CHECK(bodies == std::set<std::string_view>{"ir", "ip", "cr", "cp", "p10cr", "kur", "kup", "rr", "rp", "genm", "genp", "error", "certConf", "pkiconf", "pollReq", "pollRep"});
}

TEST_CASE("every message that we recorded round-trips octet for octet", "[messages]") {
    const auto files = data_files("cmpkit", ".der");
    CHECK(files.size() >= 50);
    for (const auto& file : files) {
        INFO(file.filename());
        check_round_trip(der::describe<PKIMessage>(), read_file(file));
    }
}

TEST_CASE("OpenSSL's certificates, CRLs and PKCS#10 requests round-trip octet for octet", "[messages]") {
    for (const auto& file : data_files("openssl", ".cert")) check_round_trip(der::describe<Certificate>(), read_file(file));
    for (const auto& file : data_files("openssl", ".crl")) check_round_trip(der::describe<CertificateList>(), read_file(file));
    for (const auto& file : data_files("openssl", ".p10")) check_round_trip(der::describe<CertificationRequest>(), read_file(file));
}

TEST_CASE("extensions of a certificate are decoded by their OID", "[messages]") {
    const auto  certificate = parsed<Certificate>(read_file(data_folder() / "openssl/ed.cert"));
    const auto& extensions  = certificate->tbsCertificate.extensions;
    REQUIRE(extensions);
    for (const Extension& extension : *extensions) {
        INFO(oid_name(extension.extnID.content));
        CHECK(extension.extnValue.type);
    }
    const auto* usage = extension_value<KeyUsage>(extensions, oids::id_ce_keyUsage);
    REQUIRE(usage);
    CHECK(usage->has(KeyUsageBit::digitalSignature));
    CHECK_FALSE(usage->has(KeyUsageBit::keyCertSign));
    const auto* names = extension_value<GeneralNames>(extensions, oids::id_ce_subjectAltName);
    REQUIRE(names);
    CHECK(names->size() == 8);
    CHECK(extension_value<ExtKeyUsage>(extensions, oids::id_ce_extKeyUsage)->front() == oids::id_kp_clientAuth);
    CHECK_FALSE(find_extension(extensions, oids::id_ce_cRLNumber));
    CHECK_FALSE(find_extension(std::nullopt, oids::id_ce_keyUsage));
}

TEST_CASE("the entries of a CRL tell reason and time", "[messages]") {
    const auto crl = parsed<CertificateList>(read_file(data_folder() / "openssl/ca.crl"));
    const auto& revoked = crl->tbsCertList.revokedCertificates;
    REQUIRE(revoked);
    REQUIRE(revoked->size() == 3);
    CHECK(extension_value<CRLReason>((*revoked)[0].crlEntryExtensions, oids::id_ce_cRLReasons)->value == Reason::keyCompromise);
    CHECK_FALSE((*revoked)[1].crlEntryExtensions);
    CHECK(der::unix_seconds(*extension_value<der::GeneralizedTime>((*revoked)[2].crlEntryExtensions, oids::id_ce_invalidityDate)) == 1788264000);
    CHECK(extension_value<IssuingDistributionPoint>(crl->tbsCertList.crlExtensions, oids::id_ce_issuingDistributionPoint)->onlyContainsUserCerts);
}

TEST_CASE("the extensions that a PKCS#10 request asks for are found", "[messages]") {
    const auto with = parsed<CertificationRequest>(read_file(data_folder() / "openssl/ec-extensions.p10"));
    const auto* extensions = requested_extensions(with->certificationRequestInfo);
    REQUIRE(extensions);
    CHECK(extensions->size() == 2);
    const auto without = parsed<CertificationRequest>(read_file(data_folder() / "openssl/ec.p10"));
    CHECK_FALSE(requested_extensions(without->certificationRequestInfo));
}

TEST_CASE("a refusal of OpenSSL tells status, text and bits", "[messages]") {
    const auto  message  = parsed<PKIMessage>(read_file(data_folder() / "openssl/refused-ip.der"));
    const auto* replies  = cert_responses(message->body);
    REQUIRE(replies);
    const PKIStatusInfo& status = replies->response[0].status;
    CHECK(status.status == PKIStatus::rejection);
    CHECK(joined(status.statusString) == "no such template");
    CHECK(first_fail_info(status) == FailInfo::badCertTemplate);
    CHECK_FALSE(is_granted(status));
}

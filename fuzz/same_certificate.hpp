// What OpenSSL says of a certificate, beside what we say of it.
#pragma once
#include "der/encode.hpp"
#include "messages/x509.hpp"
#include "openssl_reading.hpp"

#include <ctime>

namespace cmpkit::fuzz {

/// @tparam write  an i2d function
template <auto write> Octets written(const auto* part) {
    unsigned char* octets = nullptr;
    const int      size   = write(part, &octets);
    const Openssl<unsigned char, [](unsigned char* octet) { OPENSSL_free(octet); }> owner(octets);
    return {octets, octets + std::max(size, 0)};
}

inline Bytes octets_of(const ASN1_STRING* string) { return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))}; }

inline std::int64_t seconds_of(const ASN1_TIME* time) {
    std::tm parts{};
    hold(ASN1_TIME_to_tm(time, &parts));
    return timegm(&parts);
}

inline void hold_same(const Extension& ours, X509_EXTENSION* theirs) {
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(theirs);
    hold(equal(ours.extnID.content, {OBJ_get0_data(oid), OBJ_length(oid)}) && ours.critical == bool(X509_EXTENSION_get_critical(theirs)));
    hold(equal(ours.extnValue.tlv, octets_of(X509_EXTENSION_get_data(theirs))));
}

inline void hold_same(const std::optional<Extensions>& ours, const X509* theirs) {
    const int count = X509_get_ext_count(theirs);
    hold(count == (ours ? static_cast<int>(ours->size()) : 0));
    for (int i = 0; i < count; ++i) hold_same((*ours)[static_cast<std::size_t>(i)], X509_get_ext(theirs, i));
}

inline void hold_same(const Certificate& ours, const X509* theirs) {
    const TBSCertificate& fields = ours.tbsCertificate;
    hold(der::encode(fields.serialNumber) == written<i2d_ASN1_INTEGER>(X509_get0_serialNumber(theirs)));
    hold(equal(fields.issuer.received, written<i2d_X509_NAME>(X509_get_issuer_name(theirs))) && equal(fields.subject.received, written<i2d_X509_NAME>(X509_get_subject_name(theirs))));
    hold(unix_seconds(fields.validity.notBefore) == seconds_of(X509_get0_notBefore(theirs)) && unix_seconds(fields.validity.notAfter) == seconds_of(X509_get0_notAfter(theirs)));
    hold(equal(fields.subjectPublicKeyInfo.received, written<i2d_X509_PUBKEY>(X509_get_X509_PUBKEY(theirs))));
    hold_same(fields.extensions, theirs);
    const ASN1_BIT_STRING* signature = nullptr;
    X509_get0_signature(&signature, nullptr, theirs);
    hold(equal(ours.signatureValue.bytes, octets_of(signature)) && ours.signatureValue.unused == (signature->flags & 7));
}

}  // namespace cmpkit::fuzz

// PKCS#10 requests for tests, signed with the key that they carry.
#pragma once
#include "forge/forge.hpp"
#include "messages/pkcs10.hpp"

namespace cmpkit::test {

/// DER of a CertificationRequest that asks for these extensions, if any.
inline Octets pkcs10_of(const crypto::Signer& key, std::string_view subject, const Extensions& extensions = {}) {
    der::Arena               arena;
    CertificationRequestInfo info;
    const der::Open          value = der::Open::of(extensions);
    const Attribute          request{oids::id_extensionRequest, SetOf<der::Open, der::Size::any>(&value, 1)};
    if (!extensions.empty()) info.attributes = SetOf<Attribute, der::Size::any>(&request, 1);
    info.subject       = value_of(name_from_text(subject, arena));
    info.subjectPKInfo = value_of(der::parse<SubjectPublicKeyInfo>(key.public_key().spki(), arena));
    const Octets signature = value_of(key.sign(key.algorithm(), der::encode(info)));
    return der::encode(CertificationRequest{info, key.algorithm(), {0, signature}, {}});
}

}  // namespace cmpkit::test

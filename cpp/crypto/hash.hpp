// The digests of this library, each once: its OID, OpenSSL's name for it and its size. For crypto's own files.
#pragma once
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace cmpkit::crypto {

struct Hash {
    OidConstant oid;
    const char* name;
    std::size_t size;  // octets out; of an XOF, those of RFC 8702 and RFC 9481 2.2
    bool        is_xof = false;
};
namespace hashes {
inline constexpr Hash sha1{oids::id_sha1, "SHA1", 20}, sha224{oids::id_sha224, "SHA2-224", 28}, sha256{oids::id_sha256, "SHA2-256", 32},
    sha384{oids::id_sha384, "SHA2-384", 48}, sha512{oids::id_sha512, "SHA2-512", 64}, shake128{oids::id_shake128, "SHAKE-128", 32, true},
    shake256{oids::id_shake256, "SHAKE-256", 64, true};
inline constexpr const Hash* all[] = {&sha1, &sha224, &sha256, &sha384, &sha512, &shake128, &shake256};
inline constexpr std::size_t largest = 64;
}  // namespace hashes

/// Null: not one of ours.
const Hash* hash_of(const der::Oid& oid);
/// OpenSSL's object, fetched once; null: its providers lack it.
const EVP_MD* md_of(const Hash& hash);

/// Writes hash.size octets to `out`, which may overlap `data`.
bool hash_into(std::uint8_t* out, const Hash& hash, EVP_MD_CTX* context, Bytes data, Bytes more = {});

/// Absent or NULL.
bool has_no_parameters(const AlgorithmIdentifier& algorithm);
/// The OID's name, or its dotted form.
std::string shown(const der::Oid& oid);

}  // namespace cmpkit::crypto

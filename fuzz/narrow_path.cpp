// The short way through a remembered issuer (crypto/known_issuer.hpp): whatever it certifies, and whatever its CRLs say, the verdict is that of OpenSSL's verifier, and
// so is the path. A row of elements: a TBSCertificate; an INTEGER whose octets are the kind of revocation and how many days ago or ahead; then TBSCertLists.
#include "crypto/judge.hpp"
#include "issuing.hpp"

using namespace cmpkit;

namespace {

Result<std::vector<crypto::Cert>> judged_path(const crypto::Trust& trust, const crypto::Cert& leaf, std::span<const crypto::Cert> untrusted, std::int64_t time) {
    auto judgement = (*crypto::Judge::make(trust, trust.crls))->judge(leaf, untrusted, time);
    if (!judgement) return judgement.error();
    if (trust.revocation == crypto::Revocation::hard && !judgement->lacks.empty()) return Error{.code = Code::status_unknown};
    return std::move(judgement->path);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der(data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes    row{data, size};
    der::Tlv tbs, terms, list;
    if (der::take(row, tbs) || der::take(row, terms) || terms.content.size() < 2) return 0;
    const auto leaf = crypto::Cert::parse(fuzz::certified(*fuzz::issuing().key, tbs.whole));
    if (!leaf) return 0;
    crypto::Trust trust{.anchors = {fuzz::issuing().root}, .crls = {fuzz::issuing().root_crl}, .revocation = static_cast<crypto::Revocation>(terms.content[0] % 3)};
    while (!der::take(row, list)) trust.crls.push_back(fuzz::listed(*fuzz::issuing().key, list.whole));
    const auto verifier = crypto::Verifier::make(trust);
    if (!verifier) return 0;
    const std::int64_t time       = fuzz::now + static_cast<std::int8_t>(terms.content[1]) * 86400;
    const crypto::Cert helpers[]  = {fuzz::issuing().certificate};
    (void)(*verifier)->path(fuzz::issuing().other, helpers, time);  // now its issuer is remembered
    const auto narrow = (*verifier)->path(*leaf, helpers, time), judged = judged_path(trust, *leaf, helpers, time);
    fuzz::hold(bool(narrow) == bool(judged) && (!narrow || *narrow == *judged));
    return 0;
}

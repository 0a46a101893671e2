// What is sealed verifies (protection/protect.hpp): three octets choose who protects and a change, then a PKIMessage whose header and body are sealed anew. Its sender is
// who protects it, its body stays, and after the change it does not verify.
#include "issuing.hpp"
#include "protected_message.hpp"
#include "signers.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der_behind(3, data, size, most, seed); }

namespace {

protection::Protector by_mac(protection::MacKind kind) {
    der::Arena   arena(4096);
    const Octets salt(16, 7);
    const auto   key = protection::MacKey::derive(protection::mac_algorithm(kind, salt, 100, arena), bytes_of(fuzz::secret), {});
    return kind == protection::MacKind::pbm ? protection::Protector::by_mac(*key, "fuzzer") : protection::Protector::by_mac(*key, "fuzzer", copy_of(fuzz::issuing().root->subject.received));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = size < 4 ? Error{} : der::parse<PKIMessage>(Octets(data + 3, data + size));
    if (!message) return 0;
    static const protection::Protector macs[] = {by_mac(protection::MacKind::pbm), by_mac(protection::MacKind::pbmac1)};
    const auto&  signer   = fuzz::known_signers()[data[0] / 2 % fuzz::known_signers().size()];
    const bool   is_mac   = data[0] % 4 == 3;
    const auto   whose    = is_mac ? macs[data[0] / 4 % 2] : protection::Protector::by_signature(signer.key, {fuzz::issuing().other, fuzz::issuing().certificate});
    const auto   verified = [&](const PKIMessage& each) { return bool(is_mac ? protection::verify_mac(each, *whose.mac_key()) : protection::verify_signature(each, signer.key->public_key())); };
    const Octets octets   = *protection::seal((*message)->header, (*message)->body, &whose, whose.chain());
    const auto   sealed   = der::parse<PKIMessage>(octets);
    fuzz::hold(sealed && verified(**sealed) && protection::is_mac(*(*sealed)->header.protectionAlg) == is_mac && equal((*sealed)->body.received, (*message)->body.received));
    auto parts = fuzz::ProtectedMessage::of(octets);
    parts.change(data[1], data[2]);
    const auto changed = der::parse<PKIMessage>(parts.under((*sealed)->protection->bytes));
    fuzz::hold(!changed || !verified(**changed));
    return 0;
}

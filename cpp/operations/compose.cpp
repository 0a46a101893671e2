#include "operations/compose.hpp"

#include "messages/names.hpp"

namespace cmpkit::operations {

Result<Octets> random_octets(const Random& random, std::size_t count) {
    Octets octets(count);
    if (auto filled = random(octets); !filled) return filled.error();
    return octets;
}

PKIHeader header_of(const HeaderFields& fields, der::Arena& arena) {
    PKIHeader header;
    header.pvno          = fields.pvno;
    header.sender        = directory_name(Name());
    header.recipient     = directory_name(fields.recipient ? *fields.recipient : Name());
    header.transactionID = der::octet_string(fields.transaction_id);
    header.senderNonce   = der::octet_string(fields.sender_nonce);
    if (fields.now) header.messageTime = der::generalized_time(fields.now, arena);
    if (!fields.recip_nonce.empty()) header.recipNonce = der::octet_string(fields.recip_nonce);
    if (!fields.general_info.empty()) header.generalInfo = GeneralInfo(fields.general_info);
    return header;
}

InfoTypeAndValue implicit_confirm() {
    static constexpr der::Null null;
    return {oids::id_it_implicitConfirm, der::Open::of(null)};
}

InfoTypeAndValue confirm_wait_time(std::int64_t until, der::Arena& arena) {
    auto* time = arena.make<der::GeneralizedTime>();
    *time      = der::generalized_time(until, arena);
    return {oids::id_it_confirmWaitTime, der::Open::of(*time)};
}

InfoTypeAndValue cert_profile(std::string_view profile, der::Arena& arena) {
    auto* name    = arena.make<der::Utf8String>();
    name->content = arena.keep(profile);
    auto* names   = arena.make<CertProfileValue>();
    *names        = CertProfileValue(name, 1);
    return {oids::id_it_certProfile, der::Open::of(*names)};
}

}  // namespace cmpkit::operations

#include "protection/protect.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"
#include "protection/part.hpp"

namespace cmpkit::protection {

void write_part(Bytes header, Bytes body, der::Writer& out) {
    out.octets(body);
    out.octets(header);
    out.header(der::tag::sequence, out.size());
}

Octets protected_part(Bytes header, Bytes body) {
    der::Writer out;
    write_part(header, body, out);
    return out.finish();
}

Protector Protector::by_signature(std::shared_ptr<const crypto::Signer> signer, std::vector<crypto::Cert> chain) {
    assert(signer && !chain.empty());
    Protector protector;
    protector.signer_ = std::move(signer);
    protector.chain_  = std::move(chain);
    return protector;
}

Protector Protector::by_mac(MacKey key, std::string reference) {
    Protector protector;
    protector.key_       = std::move(key);
    protector.reference_ = std::move(reference);
    return protector;
}

Protector Protector::by_mac(MacKey key, std::string reference, Octets sender) {
    Protector protector = by_mac(std::move(key), std::move(reference));
    protector.sender_   = std::move(sender);
    return protector;
}

void Protector::name_sender(PKIHeader& header, der::Arena& arena) const {
    if (key_) {
        auto own             = der::parse<Name>(sender_, arena);
        header.sender        = directory_name(own ? *own : common_name(reference_, arena));
        header.senderKID     = der::octet_string(arena.keep(reference_));
        header.protectionAlg = key_->algorithm();
        return;
    }
    const crypto::Cert& own = chain_.front();
    header.sender           = directory_name(own->subject);  // even if it is the NULL-DN (RFC 9483 3.1)
    header.protectionAlg    = signer_->algorithm();
    header.senderKID.reset();
    if (const Octets* kid = own.subject_key_identifier()) header.senderKID = der::octet_string(*kid);
}

Result<Octets> Protector::protect(Bytes part) const { return key_ ? key_->mac(part) : signer_->sign(signer_->algorithm(), part); }

namespace {

void write_extra_certs(const Protector* protector, std::span<const crypto::Cert> extra, der::Writer& out) {
    const std::span<const crypto::Cert> chain = protector ? std::span(protector->chain()) : std::span<const crypto::Cert>();
    const auto is_in = [](std::span<const crypto::Cert> certs, const crypto::Cert& cert) { return std::ranges::find(certs, cert) != certs.end(); };
    if (chain.empty() && extra.empty()) return;
    const std::size_t mark = out.size();
    for (std::size_t i = extra.size(); i--;)
        if (!is_in(chain, extra[i]) && !is_in(extra.first(i), extra[i])) out.octets(extra[i].der());
    for (std::size_t i = chain.size(); i--;) out.octets(chain[i].der());
    out.header(der::tag::sequence, out.size() - mark);
    out.header(0xa1, out.size() - mark);
}

}  // namespace

Result<Octets> seal(PKIHeader header, const PKIBody& body, const Protector* protector, std::span<const crypto::Cert> extra) {
    der::Arena arena;
    if (protector) protector->name_sender(header, arena);
    header.received = {};
    der::Writer part, out;
    der::encode(der::describe<PKIBody>(), &body, part);
    der::encode(der::describe<PKIHeader>(), &header, part);
    const std::size_t size = part.size();
    part.header(der::tag::sequence, size);
    write_extra_certs(protector, extra, out);
    if (protector) {
        auto value = protector->protect(part.written());
        if (!value) return value.error();
        const std::size_t mark = out.size();
        out.octets(*value);
        out.octet(0);  // no unused bits
        out.header(der::tag::bit_string, out.size() - mark);
        out.header(0xa0, out.size() - mark);
    }
    out.octets(part.written().last(size));
    out.header(der::tag::sequence, out.size());
    return out.finish();
}

}  // namespace cmpkit::protection

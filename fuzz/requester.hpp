// Somebody who knows a responder's secret, and asks: an element with a context tag is a body to be sealed, an OCTET STRING a message as it is, and a SET holds such
// elements for an RA to nest, one as an approval and more as a batch.
#pragma once
#include "known_peer.hpp"
#include "operations/forwarding.hpp"

namespace cmpkit::fuzz {

inline const protection::Protector& known_protector() {
    static const auto one = [] {
        der::Arena   arena(4096);
        const Octets salt(16, 7);
        const auto   key = protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, salt, 100, arena), bytes_of(secret), {});
        hold(bool(key));
        return protection::Protector::by_mac(*key, std::string(reference));
    }();
    return one;
}

class Requester {
public:
    /// @param nester  signs what is nested
    explicit Requester(protection::Protector nester) : nester_(std::move(nester)) {}

    /// @return empty: the element is no request
    Octets request(const der::Tlv& element, std::int64_t time) {
        ++nonce_[0];
        return element.tag == der::tag::set ? nested(element.content, time) : single(element, transaction_, nonce_, time);
    }
    /// The next request goes on from that reply.
    void hear(const PKIMessage& reply) {
        const auto*      nested = reply.body.get<"nested">();
        const PKIHeader& header = nested ? nested->front().header : reply.header;
        told_ = header.senderNonce ? copy_of(header.senderNonce->content) : Octets();
    }
    void begin_another() { ++transaction_[0], told_.clear(); }

private:
    Octets single(const der::Tlv& element, Bytes transaction_id, Bytes nonce, std::int64_t time) const {
        if (element.tag == der::tag::octet_string) return copy_of(element.content);
        return sealed(element.whole, transaction_id, nonce, told_, known_protector(), time);
    }
    Octets nested(Bytes row, std::int64_t time) const {
        std::vector<Octets> messages;
        Octets              transaction_id = transaction_, nonce = nonce_;
        for (der::Tlv element; !der::take(row, element); ++transaction_id[1], ++nonce[1])
            if (Octets message = single(element, transaction_id, nonce, time); der::parse<PKIMessage>(message)) messages.push_back(std::move(message));
        if (messages.empty()) return {};
        if (messages.size() == 1) return *operations::nest(**der::parse<PKIMessage>(messages.front()), nester_, nullptr, time);
        const Octets               its_id(16, nonce_[0]);
        operations::HeaderFields   fields;
        const std::vector<Bytes>   views(messages.begin(), messages.end());
        fields.transaction_id = its_id, fields.sender_nonce = its_id, fields.now = time;
        return *operations::bundle(views, fields, nester_);
    }

    protection::Protector nester_;
    Octets                transaction_ = Octets(16, 1), nonce_ = Octets(16, 2), told_;
};

}  // namespace cmpkit::fuzz

// A CA behind an RA that says what the fuzzer wants, to whatever comes: a message, an approved one, a batch or a PKCS#10 request.
#pragma once
#include "operations/nested.hpp"
#include "requester.hpp"
#include "responder/relay.hpp"
#include "ways.hpp"

namespace cmpkit::fuzz {

inline protection::Protector protector_of_ca(const PKIMessage& asked) {
    if (asked.header.protectionAlg && protection::is_mac(*asked.header.protectionAlg)) return protector_towards(asked);
    return signer_of(founded().cmp);
}

/// @param element  of each answer: a body, or the OCTET STRING of what comes in its place
inline Octets answer_to(const PKIMessage& asked, const der::Tlv& element, std::int64_t time) {
    if (!asked.body.is<"nested">() || element.tag == der::tag::octet_string) return reply_to(asked, element, protector_of_ca(asked), time);
    std::vector<Octets> answers;
    for (const PKIMessage& each : operations::nested_messages(asked))
        if (Octets answer = answer_to(each, element, time); !answer.empty()) answers.push_back(std::move(answer));
    if (answers.empty() || operations::nesting_of(asked) == operations::Nesting::approval) return answers.empty() ? Octets() : answers.front();
    const Octets nonce(16, 4);
    return *operations::answer_to_batch(asked, answers, nonce, protector_of_ca(asked), time);
}

/// @param row  one element; none: nothing comes back
inline Result<Octets> answer_to(const responder::Parcel& parcel, Bytes row, std::int64_t time) {
    der::Tlv element;
    if (der::take(row, element)) return Error{.code = Code::transport_failed};
    if (parcel.is_converted) return copy_of(element.tag == der::tag::octet_string ? element.content : element.whole);
    const auto asked = der::parse<PKIMessage>(copy_of(parcel.message));
    hold(bool(asked));
    return answer_to(**asked, element, time);
}

}  // namespace cmpkit::fuzz

// An RA between a requester who knows its secret and an upstream, both the fuzzer's (registration.hpp): the first octet chooses its rules, then a row of elements, of
// which a SEQUENCE holds what the upstream says, an INTEGER lets time pass, a BOOLEAN is the officer's word, an ENUMERATED the end of the requester's patience, NULL
// begins another transaction and the rest are requests (requester.hpp).
#include "registration.hpp"
#include "upstream.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der_behind(1, data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (!size) return 0;
    fuzz::Registration registration(fuzz::ways()[data[0] % fuzz::ways().size()]);
    fuzz::Requester    requester(fuzz::signer_of(*fuzz::founded().ra));
    std::int64_t       time = fuzz::now;
    Bytes              row{data + 1, size - 1};
    der::Tlv           element;
    for (int turns = 0; turns < 12 && !der::take(row, element); ++turns) {
        const std::uint8_t                     first = element.content.empty() ? 0 : element.content[0];
        std::optional<der::Parsed<PKIMessage>> reply;
        switch (element.tag) {
        case der::tag::null: requester.begin_another(); break;
        case der::tag::boolean: registration.decide(first ? ra::Verdict::approved : ra::Verdict::rejected); break;
        case der::tag::integer: registration.pass_time(time += first * 60); break;
        case der::tag::enumerated: reply = registration.lapsed(time); break;
        case der::tag::sequence: reply = registration.returned([&](const auto& parcel) { return fuzz::answer_to(parcel, element.content, time); }, time); break;
        default:
            if (const Octets request = requester.request(element, time); !request.empty()) reply = registration.arrived(request, time);
        }
        if (reply) requester.hear(**reply);
    }
    registration.pass_time(time + 365 * 86400);
    return 0;
}

// A CA, asked by somebody who knows its secret: a row of elements, of which one with a context tag is a body to be sealed, an OCTET STRING a whole message, NULL
// begins another transaction and an INTEGER lets time pass. Every request has a CMP message as its answer.
#include "authority.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der(data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes           input{data, size};
    der::Arena      arena(4096);
    const Octets    salt(16, 7);
    const auto      key       = protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, salt, 100, arena), bytes_of(fuzz::secret), {});
    const auto      protector = protection::Protector::by_mac(*key, std::string(fuzz::reference));
    fuzz::Authority authority;
    std::int64_t    time = fuzz::now;
    Octets          transaction(16, 1), nonce(16, 2), told;
    der::Tlv        element;
    for (int turns = 0; turns < 8 && !der::take(input, element); ++turns) {
        if (element.tag == der::tag::null) {
            ++transaction[0], told.clear();
        } else if (element.tag == der::tag::integer) {
            time += element.content.empty() ? 0 : element.content[0] * 60;
            authority.end_overdue(time);
        } else {
            ++nonce[0];
            const Octets request = element.tag == der::tag::octet_string ? copy_of(element.content) : fuzz::sealed(element.whole, transaction, nonce, told, protector, time);
            if (request.empty()) continue;
            const auto reply = authority.answer(request, time);
            told             = reply->header.senderNonce ? copy_of(reply->header.senderNonce->content) : Octets();
        }
    }
    return 0;
}

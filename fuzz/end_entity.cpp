// An end entity, answered by somebody who knows its secret: the first octet chooses the operation, then a row of elements, of which one with a context tag is a body
// to be sealed as the next answer and an OCTET STRING a whole message. Whatever comes, it ends, and what it saves it can restore.
#include "orders.hpp"
#include "operations/end_entity_state.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der_behind(1, data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto key = *crypto::generate_key("ec:P-256");
    if (!size) return 0;
    const auto   of_order = data[0] % 4 == 3 ? nullptr : key;  // an inquiry has none
    const auto   who      = fuzz::known_credentials();
    EndEntity    operation(fuzz::order_of(data[0], of_order), who, {});
    const Random random = fuzz::counting_random();
    Action       next   = operation.step(Begin{}, fuzz::now, random);
    Bytes        input{data + 1, size - 1};
    der::Tlv     element;
    for (int turns = 0; turns < 12; ++turns) {
        if (const auto* send = std::get_if<Send>(&next)) {
            if (der::take(input, element)) return 0;
            next = operation.step(Received{fuzz::reply_to(send->message, element)}, fuzz::now, random);
        } else if (std::holds_alternative<Decide>(next)) next = operation.step(Decided{}, fuzz::now, random);
        else if (std::holds_alternative<Keep>(next)) next = operation.step(Stored{}, fuzz::now, random);
        else if (std::holds_alternative<Wait>(next)) next = operation.step(Woken{}, fuzz::now, random);
        else if (std::holds_alternative<Done>(next) || std::holds_alternative<Failed>(next)) return 0;
        else next = operation.step(Lost{Error{.code = Code::transport_failed}}, fuzz::now, random);
        if (const auto saved = operation.save()) fuzz::hold(bool(EndEntity::restore(*saved, who, {}, of_order)));
    }
    return 0;
}

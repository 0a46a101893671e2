// A CA, asked by somebody who knows its secret (conversation.hpp): every request has a CMP message as its answer.
#include "conversation.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der(data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto store = store::open_memory();
    fuzz::Conversation(*store).follow({data, size});
    return 0;
}

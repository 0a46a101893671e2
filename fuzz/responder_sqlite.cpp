// The same CA as in responder_ca, over two stores (twin_store.hpp): at each step memory and SQLite say the same, and in the end they hold the same records.
#include "conversation.hpp"
#include "twin_store.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der(data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::TwinStore& store = fuzz::empty_twin_store();
    fuzz::Conversation(store).follow({data, size});
    (void)store.records();
    return 0;
}

// Any row of calls to a store (store/store.hpp): memory and SQLite say the same, also after the file was opened again, and a batch that is refused changes nothing.
#include "drawn_batch.hpp"
#include "twin_store.hpp"

using namespace cmpkit;

namespace {

void commit(const store::Batch& batch, fuzz::TwinStore& store) {
    const auto before = store.records();
    if (!store.commit(batch)) fuzz::hold(store.records() == before);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider input(data, size);
    const bool         is_reopened = input.ConsumeIntegral<std::uint8_t>() % 16 == 1;
    fuzz::TwinStore&   store       = fuzz::empty_twin_store();
    for (int calls = 0; calls < 40 && input.remaining_bytes(); ++calls) {
        switch (input.ConsumeIntegralInRange(0, 5)) {
        case 0: (void)store.get(fuzz::drawn_table(input), fuzz::drawn_key(input)); break;
        case 1: (void)store.find(fuzz::drawn_table(input), fuzz::drawn_key(input), fuzz::drawn_limit(input)); break;
        case 2: (void)store.due(fuzz::drawn_table(input), fuzz::drawn_time(input), fuzz::drawn_limit(input)); break;
        case 3: (void)store.scan(fuzz::drawn_table(input), fuzz::drawn_key(input), fuzz::drawn_limit(input)); break;
        default: commit(fuzz::drawn_batch(input, store), store);
        }
    }
    if (is_reopened) store.reopen();
    (void)store.records();
    return 0;
}

// What a store may be told, drawn from a fuzzer's octets: keys are short, so that they meet again, and some lie at the bound of what a key may be.
#pragma once
#include "store/store.hpp"

#include <fuzzer/FuzzedDataProvider.h>

namespace cmpkit::fuzz {

inline store::Table drawn_table(FuzzedDataProvider& input) { return static_cast<store::Table>(input.ConsumeIntegralInRange(1, 9)); }
inline std::size_t  drawn_limit(FuzzedDataProvider& input) { return input.ConsumeBool() ? SIZE_MAX : input.ConsumeIntegralInRange<std::size_t>(0, 4); }
inline std::int64_t drawn_time(FuzzedDataProvider& input) { return input.ConsumeBool() ? input.ConsumeIntegralInRange(-3, 3) : input.ConsumeIntegral<std::int64_t>(); }

inline Octets drawn_key(FuzzedDataProvider& input) {
    Octets key = input.ConsumeBytes<std::uint8_t>(input.ConsumeIntegralInRange<std::size_t>(0, 3));
    if (input.ConsumeIntegral<std::uint8_t>() == 0) key.resize(store::max_key - 1 + input.ConsumeIntegralInRange(0u, 2u));
    return key;
}

/// Mostly of the version that is stored, so that it is written.
inline store::Write drawn_write(FuzzedDataProvider& input, store::Store& store) {
    store::Write write{.table = drawn_table(input), .key = drawn_key(input), .read_version = input.ConsumeIntegralInRange<std::uint64_t>(0, 2), .value = {}};
    const auto   stored = store.get(write.table, write.key);
    if (input.ConsumeIntegral<std::uint8_t>() % 8 && *stored) write.read_version = (*stored)->version;
    if (input.ConsumeBool()) write.value = drawn_key(input);
    write.index = drawn_key(input), write.due = drawn_time(input);
    return write;
}

inline store::Batch drawn_batch(FuzzedDataProvider& input, store::Store& store) {
    store::Batch batch;
    for (int writes = input.ConsumeIntegralInRange(0, 4); writes; --writes) batch.writes.push_back(drawn_write(input, store));
    return batch;
}

}  // namespace cmpkit::fuzz

#include "store/batch.hpp"

#include <algorithm>
#include <tuple>

namespace cmpkit::store {
namespace {

Error refusal(std::size_t position, const char* member, std::string detail) {
    Path path(member);
    path.push_front(position);
    path.push_front("writes");
    return Error{.code = Code::bad_argument, .path = path, .detail = std::move(detail)};
}

Error too_large(std::size_t position, const char* member, std::size_t size, std::size_t bound) {
    return refusal(position, member, std::to_string(size) + " octets, at most " + std::to_string(bound) + " are stored");
}

Result<void> check_bounds(const Write& write, std::size_t position) {
    if (write.key.empty()) return refusal(position, "key", "it is empty");
    if (write.key.size() > max_key) return too_large(position, "key", write.key.size(), max_key);
    if (write.index.size() > max_key) return too_large(position, "index", write.index.size(), max_key);
    if (write.value && write.value->size() > max_value) return too_large(position, "value", write.value->size(), max_value);
    return {};
}

auto place_of(const Write* write) { return std::tuple(write->table, text_of(write->key)); }
bool is_before(const Write* a, const Write* b) { return std::tuple(place_of(a), a) < std::tuple(place_of(b), b); }
bool is_same_record(const Write* a, const Write* b) { return place_of(a) == place_of(b); }

}  // namespace

Result<void> check(const Batch& batch) {
    std::vector<const Write*> sorted;
    sorted.reserve(batch.writes.size());
    for (const Write& write : batch.writes) {
        if (auto fits = check_bounds(write, sorted.size()); !fits) return fits;
        sorted.push_back(&write);
    }
    std::ranges::sort(sorted, is_before);
    const auto twice = std::ranges::adjacent_find(sorted, is_same_record);
    if (twice == sorted.end()) return {};
    return refusal(static_cast<std::size_t>(twice[1] - batch.writes.data()), "key", "two writes of one batch name it");
}

Error conflict(const Batch& batch, std::size_t position, std::uint64_t found) {
    Path path;
    path.push_front(position);
    path.push_front("writes");
    const std::string read = std::to_string(batch.writes[position].read_version);
    return Error{.code = Code::conflict, .path = path, .detail = "version " + read + " was read, " + std::to_string(found) + " is stored"};
}

}  // namespace cmpkit::store

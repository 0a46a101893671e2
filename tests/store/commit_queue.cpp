#include "store/commit_queue.hpp"
#include "stores.hpp"

#include <algorithm>
#include <atomic>
#include <new>

using namespace cmpkit;
using namespace cmpkit::store;

namespace {

constexpr std::size_t threads = 8, commits = 200;

std::string key_of(const Batch& batch) { return std::string(text_of(batch.writes[0].key)); }

Batch batch_of(std::size_t thread, std::size_t number) { return {{written(std::to_string(thread) + "." + std::to_string(number), "")}}; }

bool is_odd(const std::string& key) { return (key.back() - '0') % 2 == 1; }

}  // namespace

TEST_CASE("every batch is written once, in one group at a time, and its own outcome comes back", "[store]") {
    std::atomic<bool>        is_writing = false, overlapped = false;
    std::vector<std::string> seen;
    CommitQueue              queue([&](auto group) -> Result<CommitQueue::Outcomes> {
        if (is_writing.exchange(true)) overlapped = true;
        CommitQueue::Outcomes outcomes;
        for (const Batch* batch : group) {
            seen.push_back(key_of(*batch));
            outcomes.push_back(is_odd(seen.back()) ? Result<void>(Error{.code = Code::conflict, .detail = seen.back()}) : Result<void>());
        }
        is_writing = false;
        return outcomes;
    });
    std::atomic<int> strange = 0;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i) {
            const Batch batch = batch_of(thread, i);
            const auto  done  = queue.commit(batch);
            if (is_odd(key_of(batch)) ? done || done.error().detail != key_of(batch) : !done) ++strange;
        }
    });
    CHECK(strange == 0);
    CHECK_FALSE(overlapped);
    std::ranges::sort(seen);
    CHECK(std::ranges::adjacent_find(seen) == seen.end());
    CHECK(seen.size() == threads * commits);
}

TEST_CASE("the failure of a group is the failure of each batch in it", "[store]") {
    std::size_t failed = 0, groups = 0;
    CommitQueue queue([&](auto group) -> Result<CommitQueue::Outcomes> {
        if (++groups % 2 == 0) return CommitQueue::Outcomes(group.size());
        failed += group.size();
        return Error{.code = Code::store_failed, .detail = "the disk is full"};
    });
    std::atomic<std::size_t> told = 0;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i)
            if (const auto done = queue.commit(batch_of(thread, i)); !done && done.error().detail == "the disk is full") ++told;
    });
    CHECK(told == failed);
}

TEST_CASE("a leader that throws leaves nobody waiting and nobody in hope", "[store]") {
    std::size_t lost = 0, groups = 0;
    CommitQueue queue([&](auto group) -> Result<CommitQueue::Outcomes> {
        if (++groups % 2 == 0) return CommitQueue::Outcomes(group.size());
        lost += group.size();
        throw std::bad_alloc();
    });
    std::atomic<std::size_t> told = 0;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i) {
            try {
                if (const auto done = queue.commit(batch_of(thread, i)); !done && done.error().code == Code::store_failed) ++told;
            } catch (const std::bad_alloc&) {
                ++told;
            }
        }
    });
    CHECK(told == lost);
}

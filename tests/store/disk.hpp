// The disk as the tests want it: syncs that are counted, fail or take until the test lets them go on.
// SQLite's calls of fdatasync come here because a program's own definition stands before the C library's.
#pragma once
#include <atomic>
#include <cstddef>
#include <semaphore>

namespace cmpkit::store {

struct Disk {
    std::atomic<std::size_t>  syncs  = 0;
    std::atomic<bool>         fails  = false;  // each sync from now on: EIO
    std::atomic<bool>         holds  = false;  // each sync from now on tells `held`, then waits for `let_go`
    std::atomic<bool>         yields = false;  // each sync from now on lets other threads run, as one does that takes its time
    std::counting_semaphore<> held{0}, let_go{0};
};

inline Disk disk;

}  // namespace cmpkit::store

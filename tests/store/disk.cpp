#include "disk.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using cmpkit::store::disk;

extern "C" __attribute__((visibility("default"))) int fdatasync(int file) {
    ++disk.syncs;
    if (disk.holds) {
        disk.held.release();
        disk.let_go.acquire();
    }
    for (int i = 0; disk.yields && i < 100; ++i) std::this_thread::yield();
    if (!disk.fails) return static_cast<int>(syscall(SYS_fdatasync, file));
    errno = EIO;
    return -1;
}

#include "service/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cmpkit::service {
namespace {

Error failed(const std::string& path) { return {.code = Code::io, .detail = path + ": " + std::strerror(errno)}; }

}  // namespace

Result<std::shared_ptr<LineFile>> LineFile::open(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (file < 0) return failed(path);
    return std::shared_ptr<LineFile>(new LineFile(file, path));
}

LineFile::~LineFile() { ::close(file_); }

// One write a line, so that lines of several processes do not mix; what was cut short is ended by the next line.
Result<void> LineFile::write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    const std::string     whole = (is_cut_ ? "\n" : "") + std::string(line) + "\n";
    ssize_t               done;
    do done = ::write(file_, whole.data(), whole.size());
    while (done < 0 && errno == EINTR);
    if (done < 0) return failed(path_);
    is_cut_ = static_cast<std::size_t>(done) < whole.size();
    return is_cut_ ? Error{.code = Code::io, .detail = path_ + ": the disk is full"} : Result<void>();
}

}  // namespace cmpkit::service

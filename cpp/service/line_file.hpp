// A file of lines that only grows, such as the audit log. Several processes may write to the same one; a line that was cut short is ended by the next. It
// neither rotates nor syncs.
#pragma once
#include "result.hpp"

#include <memory>
#include <mutex>

namespace cmpkit::service {

/// Threads: any.
class LineFile {
public:
    /// Appends to the file; makes it with mode 0600. @error io
    static Result<std::shared_ptr<LineFile>> open(const std::string& path);
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    /// Handed to the system when it returns; not synced to the disk. @param line  without its end  @error io  it is not in the file, or not whole
    Result<void> write(std::string_view line);

private:
    LineFile(int file, std::string path) : file_(file), path_(std::move(path)) {}

    int         file_;
    std::string path_;
    std::mutex  mutex_;            // guards what is below
    bool        is_cut_ = false;   // the last line has no end
};

}  // namespace cmpkit::service

// Files as the library reads and leaves them: whole, private where they must be, durable, and never half written.
#pragma once
#include "result.hpp"

namespace cmpkit::service {

/// @error io  detail: the path and the system's words    @error too_large  more than `most` octets
Result<Octets> read_file(const std::string& path, std::size_t most = 16u << 20);

/// Written beside its place, synced, then renamed: readers see the old file or the new one.
/// @param mode  0600 for keys, 0644 for the rest
Result<void> write_file(const std::string& path, Bytes octets, unsigned mode);

/// A new folder of that mode. @error exists  it is there already
Result<void> make_folder(const std::string& path, unsigned mode);
bool         exists(const std::string& path);

/// Erased, if it is there. @error io
Result<void> remove_file(const std::string& path);

/// A file that one process at a time holds; it lets go with this object, or with its process, however that ends.
class FileLock {
public:
    /// Makes the file, with mode 0600, if there is none. @error conflict  somebody holds it  @error io
    static Result<FileLock> take(const std::string& path);
    FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int file) : file_(file) {}
    int file_;
};

/// `path` itself if it is absolute, else below `folder`.
std::string below(const std::string& folder, const std::string& path);

/// A secret by its source: "file:PATH" (below `folder`; one newline at the end is not part of it), "env:NAME", else the text itself.
Result<Octets> read_source(const std::string& source, const std::string& folder);

}  // namespace cmpkit::service

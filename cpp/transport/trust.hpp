// Whom a file on disk belongs to, and who could have put it there.
// It refuses to load anything; it answers with a path that nobody but root and the effective user can make mean another file.
#pragma once
#include "result.hpp"

namespace cmpkit::transport {

/// The real path of `file` if it is a regular file that, as all folders above it, belongs to root or the effective user and is writable
/// by its owner alone. Above the file's own folder a folder with the sticky bit may be writable: nobody can rename there what is not theirs.
///
/// @error not_found   no such file
/// @error bad_plugin  not trusted; detail names the file or folder and what is wrong with it
Result<std::string> trusted_path(const std::string& file);

/// `<folder of file>/../<name>` as a real path; empty if there is none.
std::string sibling_folder(const std::string& file, const std::string& name);

}  // namespace cmpkit::transport

// Files of the program: read whole, written whole. What is written has its name only when it is complete and on the disk.
#pragma once
#include "octets.hpp"

#include <string>

namespace tool {

/// The whole file; "-" is standard input.
/// @throws Failure  it cannot be read, or is larger than 64 MiB
Octets read_file(const std::string& path);
/// The same for a key or secret: no copy is left behind.
Secret read_private_file(const std::string& path);

enum class Mode : unsigned { secret = 0600, open = 0644 };

/// A file that is complete and synced under a name of its own, beside the place where it belongs. Gone with the object unless it got its place.
class Draft {
public:
    /// @param path  its place; a symbolic link is followed  @throws Failure  also for a place that is no regular file
    Draft(const std::string& path, std::string_view octets, Mode mode);
    /// Adopts one that another process left under that name; it stands at its place already if the name is empty.
    Draft(const std::string& path, std::string name);
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft();

    void publish();  // never over a file that is there: Failure
    void replace();  // over the old one
    void take_back();  // removes what was published
    void leave();      // the file stays when the object goes: a later process may adopt it
    const std::string& name() const { return name_; }


private:
    std::string place_, name_;
    bool        is_placed_ = false, is_left_ = false;
};

/// Draft and replace.
void write_file(const std::string& path, std::string_view octets, Mode mode = Mode::open);

bool exists(const std::string& path);
/// Whether both name one file that exists.
bool are_same_file(const std::string& one, const std::string& other);
/// For good, the folder synced. @throws Failure
void remove_file(const std::string& path);
/// Finds out before anything is asked of a CA that its answer could not be kept. @throws Failure
void require_place(const std::string& path);

}  // namespace tool

// The messages of an operation as they go and come: a line each for people, a file each for tools.
#pragma once
#include "library.hpp"

#include <string>

namespace tool {

class Trace {
public:
    /// @param folder  made if need be; empty: no files. The numbers go on where an earlier trace ended.
    Trace(std::string folder, bool verbose);

    void attach_to(const Operation& operation);

private:
    void note(bool sent, const std::uint8_t* message, std::size_t size);

    std::string folder_;
    bool        verbose_;
    unsigned    number_ = 0;
};

}  // namespace tool

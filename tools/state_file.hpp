// The file in which an operation survives its process: written before each message leaves, gone when the operation has come to its end.
#pragma once
#include "failure.hpp"
#include "library.hpp"
#include "octets.hpp"
#include "options.hpp"

#include <optional>

namespace tool {

class StateFile {
public:
    /// That of a command that begins. @param path  empty: none  @throws Failure  there is an operation in it already
    static StateFile fresh(std::string path);
    /// That of a command that goes on.
    static StateFile existing(std::string path) { return {std::move(path), true}; }

    /// Runs the operation to its end. An interrupted one, and one that failed on its way to the CA, stays in the file, and the failure's hint says
    /// how to go on. @param memo  what «resume» needs  @throws Failure
    void run(const Operation& operation, const Context& context, const Peer& peer, const std::string& memo);
    /// Whether it still holds an operation that may go on.
    bool is_kept() const { return is_kept_; }

private:
    StateFile(std::string path, bool is_there) : path_(std::move(path)), is_there_(is_there) {}
    static cmpkit_rc save(void* user, const uint8_t* state, size_t size);
    void             write(std::string_view octets);
    void             settle(Failure& failure);
    void             remove();

    std::string            path_;
    bool                   is_there_, is_kept_ = false;
    std::optional<Failure> failure_;  // of writing it
};

}  // namespace tool

// The key that is to be certified: read from its file, or made here and safe on the disk before anybody hears of it.
#pragma once
#include "files.hpp"
#include "library.hpp"

#include <CLI/CLI.hpp>

#include <optional>

namespace tool {

struct NewKeyOptions {
    std::string kind;  // empty: the key is in the file already
    std::string path, passphrase;
    bool        force = false;

    std::vector<CLI::Option*> add_to(CLI::App& command);
};

class NewKey {
public:
    /// Loads or makes it. @throws Failure  the file is there and shall not be written over
    explicit NewKey(const NewKeyOptions& options);

    const cmpkit_key* get() const { return key_.get(); }

    /// A key made here gets its place; one that takes another's place waits beside it until there is a certificate for it.
    void secure();
    /// There is a certificate for it: it takes its place for good.
    void settle();
    /// The operation failed: the key goes if no CA can have certified it, else it stays and the hint says where.
    void give_up(Failure& failure);

private:
    const NewKeyOptions& options_;
    bool                 takes_anothers_place_;
    Key                  key_;
    std::optional<Draft> draft_;
};

}  // namespace tool

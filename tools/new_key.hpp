// The key that is to be certified: read from its file, or made here and safe on the disk before anybody hears of it.
#pragma once
#include "files.hpp"
#include "library.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace tool {

struct NewKeyOptions {
    std::string kind;  // empty: the key is in the file already
    std::string path, passphrase;
    bool        force = false;
    // of a saved operation
    std::string draft;                  // the file in which a key that takes another's place waits
    std::string carried, carried_pass;  // the key itself, encrypted PKCS#8, and where its passphrase comes from

    std::vector<CLI::Option*> add_to(CLI::App& command);
    template <class Memo> void remember(Memo& memo) {
        memo.field("newKeyMade", kind), memo.field("newKey", path), memo.source("newKeyPass", passphrase), memo.field("newKeyDraft", draft);
        memo.field("carriedKey", carried), memo.source("carriedKeyPass", carried_pass);
    }
};

class NewKey {
public:
    /// Loads or makes it. @throws Failure  the file is there and shall not be written over
    explicit NewKey(const NewKeyOptions& options);
    /// Finds it where an operation that was saved left it: waiting, in its place, or in the state file itself.
    static NewKey found(const NewKeyOptions& options);

    const cmpkit_key* get() const { return key_.get(); }

    /// A key made here gets its place; one that takes another's place waits beside it until there is a certificate for it.
    void secure();
    /// There is a certificate for it: it takes its place for good.
    void settle();
    /// The operation failed: the key goes if no CA can have certified it, else it stays and the hint says where.
    void give_up(Failure& failure);
    /// The operation goes on in another process: what waits stays.
    void leave();
    /// What that process must know beside the options: where the key waits; with a source of a passphrase also the key, encrypted.
    void note(NewKeyOptions& options) const;

private:
    NewKey(const NewKeyOptions& options, bool takes_anothers_place, Key key) : options_(options), takes_anothers_place_(takes_anothers_place), key_(std::move(key)) {}

    const NewKeyOptions& options_;
    bool                 takes_anothers_place_, is_safe_ = false;  // on the disk
    Key                  key_;
    std::unique_ptr<Draft> draft_;
};

}  // namespace tool

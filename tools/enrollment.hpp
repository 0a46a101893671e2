// An enrollment or update of the command line, from its options to its files; begun here, or gone on with from a state file.
#pragma once
#include "new_key.hpp"
#include "options.hpp"
#include "report.hpp"
#include "state_file.hpp"

namespace tool {

struct Enrollment {
    explicit Enrollment(Common& c) : common(c) {}

    Common&                  common;
    Peer                     peer;
    Identity                 identity;
    TrustOptions             trust;
    NewKeyOptions            key;
    cmpkit_enroll_kind       kind = CMPKIT_ENROLL_IR;
    std::string              op = "ir", csr, subject, profile, out, chain_out, state;
    std::vector<std::string> sans;
    unsigned                 days = 0;
    bool                     implicit_confirm = false, use_template = false;

    void begin();
    /// @param saved  the octets of the state file
    void go_on(const Octets& saved, StateFile file);

    template <class Memo> void remember(Memo& memo) {
        peer.remember(memo), identity.remember(memo), trust.remember(memo), key.remember(memo);
        memo.field("out", out), memo.field("chainOut", chain_out), memo.field("pluginFolder", common.plugin_folder);
    }

private:
    void        choose_kind();
    void        check() const;
    Octets      template_for(const Context& context, const Presented& who);
    Operation   operation(const Context& context, const Presented& who, const Octets& request_template, const cmpkit_key* key);
    void        carry_out(const Context& context, const Operation& operation, NewKey* key, StateFile& file);
    std::string memo();
    void        tell(const Operation& operation, const Summary& summary) const;
};

}  // namespace tool

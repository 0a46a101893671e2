// A revocation of the command line; begun here, or gone on with from a state file.
#pragma once
#include "options.hpp"
#include "state_file.hpp"

namespace tool {

struct Revocation {
    explicit Revocation(Common& c) : common(c) {}

    Common&      common;
    Peer         peer;
    Identity     identity;
    TrustOptions trust;
    Files        target;  // one at most
    std::string  issuer, serial, reason = "unspecified", invalid_since, state;

    void begin();
    /// @param saved  the octets of the state file
    void go_on(const Octets& saved, StateFile file);

    template <class Memo> void remember(Memo& memo) {
        peer.remember(memo), identity.remember(memo), trust.remember(memo);
        memo.field("target", target), memo.field("issuer", issuer), memo.field("serial", serial), memo.field("reason", reason), memo.field("pluginFolder", common.plugin_folder);
    }

private:
    Operation   operation(const Context& context, const Credentials& who) const;
    void        carry_out(const Context& context, const Operation& operation, StateFile& file);
    std::string memo();
    void        tell(const Operation& operation) const;
};

}  // namespace tool

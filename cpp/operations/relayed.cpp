#include "operations/relayed.hpp"

template struct cmpkit::der::Described<cmpkit::operations::RelayedTransaction>;
template struct cmpkit::der::Described<cmpkit::operations::RelayedBatch>;
template struct cmpkit::der::Described<cmpkit::operations::ArchivedRequest>;

namespace cmpkit::operations {

std::string_view name_of(RelayState state) {
    switch (state) {
    case RelayState::fresh: return "fresh";
    case RelayState::undecided: return "undecided";
    case RelayState::asked: return "asked";
    case RelayState::told: return "told to wait";
    case RelayState::ready: return "ready";
    case RelayState::open: return "open";
    case RelayState::ended: return "ended";
    }
    return "unknown";
}

std::string_view name_of(Forwarding forwarding) {
    switch (forwarding) {
    case Forwarding::unchanged: return "unchanged";
    case Forwarding::reprotected: return "reprotected";
    case Forwarding::modified: return "modified";
    case Forwarding::nested: return "nested";
    case Forwarding::converted: return "converted";
    }
    return "unknown";
}

bool is_ours(Forwarding forwarding) { return forwarding == Forwarding::reprotected || forwarding == Forwarding::modified; }

std::string_view name_of(Errand errand) {
    switch (errand) {
    case Errand::message: return "message";
    case Errand::poll: return "poll";
    case Errand::confirmation: return "confirmation";
    }
    return "unknown";
}

}  // namespace cmpkit::operations

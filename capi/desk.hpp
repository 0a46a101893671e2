// Where an operator works: at one CA of a server.
#pragma once
#include "admission/desk.hpp"
#include "responder.hpp"
#include "service/clock.hpp"

#include <unistd.h>

namespace cmpkit::capi {

/// The CA that the desk is at, and what keeps it.
class AtDesk {
public:
    static Result<AtDesk> of(cmpkit_responder& responder) {
        auto edition = responder.server->edition();
        auto office  = edition->office(name_in(responder));
        return office ? Result<AtDesk>(AtDesk(std::move(edition), *office)) : office.error();
    }
    static std::string name_in(cmpkit_responder& responder) {
        const std::lock_guard lock(responder.mutex);
        return responder.ca;
    }
    /// Keeps what the operator has done, and who it was to the system. @error io  it is done all the same
    Result<void> audit(responder::Incident done) const {
        done.requester = "operator, user " + std::to_string(::getuid());
        done.kind      = "operator";
        done.authority = ca_;
        return edition_->audit(done, service::unix_now());
    }
    ca::CertificationAuthority& operator*() const { return authority_; }
    ca::CertificationAuthority* operator->() const { return &authority_; }

private:
    AtDesk(std::shared_ptr<const service::Edition> edition, const service::Edition::Office& office)
        : edition_(std::move(edition)), authority_(office.authority), ca_(office.configuration.ca.name) {}

    std::shared_ptr<const service::Edition> edition_;  // shared with the server, which may take up another one meanwhile
    ca::CertificationAuthority&             authority_;
    std::string                             ca_;
};

}  // namespace cmpkit::capi

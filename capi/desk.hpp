// Where an operator works: at one CA of a server, or at a registration authority.
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
    const admission::Desk&      desk() const { return authority_.desk(); }

private:
    AtDesk(std::shared_ptr<const service::Edition> edition, const service::Edition::Office& office)
        : edition_(std::move(edition)), authority_(office.authority), ca_(office.configuration.ca.name) {}

    std::shared_ptr<const service::Edition> edition_;  // shared with the server, which may take up another one meanwhile
    ca::CertificationAuthority&             authority_;
    std::string                             ca_;
};

/// The registration officer's place, and what keeps it.
class AtCounter {
public:
    static Result<AtCounter> of(cmpkit_responder& responder) {
        auto edition = responder.server->edition();
        if (!edition->registration()) return Error{.code = Code::bad_state, .detail = "the configuration is that of a CA, not of a registration authority"};
        return AtCounter(std::move(edition));
    }
    const admission::Desk& desk() const { return edition_->registration()->desk(); }
    /// As AtDesk::audit.
    Result<void> audit(responder::Incident done) const {
        done.requester = "officer, user " + std::to_string(::getuid());
        done.kind      = "operator";
        return edition_->audit(done, service::unix_now());
    }

private:
    explicit AtCounter(std::shared_ptr<const service::Edition> edition) : edition_(std::move(edition)) {}

    std::shared_ptr<const service::Edition> edition_;  // shared with the server
};

/// The requests that wait there, as JSON.
Result<std::string> pending_json(const admission::Desk& desk);

/// What a word on that request will be told as; it is still on the desk.
Result<responder::Incident> decision_on(const admission::Desk& desk, Bytes id, admission::Verdict verdict, std::string_view reason);

/// The word on one of them, by the first digits of its identifier.
template <class Place> Result<void> decide(const Place& place, std::string_view digits, admission::Verdict verdict, std::string_view reason) {
    auto whole = place.desk().complete(digits);
    if (!whole) return whole.error();
    auto incident = decision_on(place.desk(), *whole, verdict, reason);
    if (!incident) return incident.error();
    if (auto decided = place.desk().decide(*whole, verdict, reason); !decided) return decided.error();
    return place.audit(std::move(*incident));
}

}  // namespace cmpkit::capi

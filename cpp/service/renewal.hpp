// A registration authority's own certificate, for its messages or for its listeners, got from its CA and renewed in time. One operation at a time, saved before each
// of its messages leaves: whoever is killed in the middle goes on with the same transaction and the same key. It decides when and as what to ask; it neither opens
// connections nor starts threads.
//
//     Renewal renewal(log);
//     if (auto signer = renewal.turn(settings, road, now, cancel)) take_up(*signer);      // every second or so
#pragma once
#include "responder/responder.hpp"
#include "service/drive.hpp"
#include "service/ra_config.hpp"

namespace cmpkit::service {

/// The way to the CA that issues the signer.
struct Road {
    Carry                 carry;
    Way                   way = Way::online;
    operations::PeerTrust trust;
    Octets                recipient{};  // DER of a Name; empty: NULL-DN
    Limits                limits{};
    std::function<Result<Octets>(const crypto::StatusQuery&, std::chrono::milliseconds)> fetch{};  // as Application's
};

/// When a certificate is to be renewed. @param renew_before  seconds; 0: a third of its validity
std::int64_t renewal_time(const crypto::Cert& certificate, std::int64_t renew_before);
/// Seconds until the next try: they double, up to an hour, and to a quarter of the time that is left. @param failures  in a row, 1 or more
std::int64_t pause_after(int failures, std::int64_t retry, std::int64_t left);

/// Asks for a certificate, or goes on with what was asked for; then the file has it, with its key. Blocks.
///
/// @param current  the signer that asks for its successor; none: the beginning of `enroll` does
/// @return the new signer, or the one that another process has put into the file meanwhile
/// @error conflict  another process is at it; what drive and the files fail with
Result<OwnSigner> obtain_signer(const SignerEnrollment& enroll, const OwnSigner& current, const Road& road, const std::function<std::int64_t()>& clock, transport::Cancel& cancel);

/// Threads: one at a time.
class Renewal {
public:
    using RoadMaker = std::function<Result<Road>()>;  // called when there is something to ask

    explicit Renewal(responder::Log log) : log_(std::move(log)) {}

    /// Does what is due, and blocks while it does.
    /// @return a signer that is not `enroll.current` and is to take its place
    std::optional<OwnSigner> turn(const SignerEnrollment& enroll, const RoadMaker& road, const std::function<std::int64_t()>& clock, transport::Cancel& cancel);
    /// What turn() gave could not be taken up; it gives it again after a pause.
    void refused(const OwnSigner& signer, const Error& why, std::int64_t now, const SignerEnrollment& enroll);
    /// What failed is tried again at once: the configuration is another one.
    void begin_afresh();

private:
    std::optional<OwnSigner> look_into(const SignerEnrollment& enroll);
    void                     succeeded(const OwnSigner& signer, const char* how, std::int64_t now, const SignerEnrollment& enroll);
    void                     failed(const Error& why, std::int64_t now, const SignerEnrollment& enroll);

    responder::Log log_;
    Octets         seen_;           // SHA-256 of the file's octets when they were last read
    OwnSigner      there_, refused_;  // what was in it; what could not be taken up
    int            failures_ = 0;   // in a row
    std::int64_t   next_ = 0;       // Unix seconds before which nothing is tried
};

}  // namespace cmpkit::service

// A server as it runs: its store, and the CAs and responder made from one configuration; then listeners, the pool that answers, the timer.
#pragma once
#include "admission/given_names.hpp"
#include "service/edition.hpp"
#include "service/pool.hpp"
#include "service/renewal.hpp"
#include "service/waiting_room.hpp"
#include "transport/registry.hpp"

#include <atomic>
#include <shared_mutex>

namespace cmpkit::service {

/// Threads: any number at once.
class Server {
public:
    /// @param log      from any thread, one line for each incident
    /// @param fetcher  asks whether signers of other PKIs are revoked, where the configuration says so; any thread, may block; may be empty
    /// @param registry  for an RA's ways to its upstreams, must outlive the server; null: it cannot be an RA
    static Result<std::unique_ptr<Server>> make(Configuration configuration, responder::Log log, Fetcher fetcher = {}, transport::Registry* registry = nullptr);
    ~Server();

    /// Blocks while it is asked whether the signer is revoked, and of an RA while its upstream is asked.
    responder::Reply answer(Bytes request, const responder::Origin& origin, std::int64_t now);
    /// The same for a connection that may be answered later. @param exchange  shared with whoever answers it
    void             receive(std::shared_ptr<transport::Exchange> exchange, Octets request, responder::Origin origin);
    /// Of an RA: tells those to wait whose answer is late, and looks whether another process has it. Called often.
    void             look_around();
    /// Lets go of connections whose answer is not here; who they were asks again.
    void             dismiss();
    /// What is offered, for a transport's discovery.
    std::string      links() const;
    /// A message that says systemUnavail to `request`, for a full queue; empty if it cannot be read.
    Octets           unavailable(Bytes request, std::int64_t now);
    /// Ends overdue transactions, renews the CRLs and their files where they are due, forgets what is not kept any longer.
    Result<void>     tick(std::int64_t now);
    /// Asks for CRLs of others whose time it is, and for what TLS handshakes wanted to know. Blocks.
    void             ask_ahead(std::int64_t now, transport::Cancel* cancel);
    /// Of an RA that gets its signer or the certificate of its listeners itself: asks for it, renews it in time, and goes by it. Blocks while there is something
    /// to ask. Called often.
    void             look_after_own(transport::Cancel& cancel);
    /// A fresh CRL of that CA, also written to the configured file. @error not_found  see Edition::office
    Result<ca::CertificationAuthority::Crl> issue_crl(std::string_view name, std::int64_t now);

    /// Answers of the application, for every CA of this server.
    ca::Informants& informants() { return *informants_; }
    admission::Namer&      namer() { return *namer_; }
    Audience&              audience() { return *audience_; }
    ra::Overseer&          overseer() { return *overseer_; }
    Adapter&               adapter() { return *adapter_; }

    /// Goes by another configuration from now on; what is under way ends as it began. Store, listeners and pool stay as they are.
    /// @return the keys in which it differs from what they were made with: those need another server
    /// @error bad_configuration, tls_failed …  nothing has changed
    Result<std::vector<std::string>> reload(Configuration configuration);

    /// What it works by now; whoever holds it keeps it whole.
    std::shared_ptr<const Edition> edition() const;
    /// What TLS handshakes go by now: that of the last configuration that had any.
    crypto::TlsServer              tls() const;
    /// The same for one that begins: where it can only fail, as there is no certificate yet, the log has a word of it now and then.
    crypto::TlsServer              tls_for_handshake();

private:
    using Fixed = std::vector<std::pair<std::string, std::string>>;  // keys that cannot change, and their values

    Server() = default;
    static Fixed fixed_in(const Configuration& configuration);
    void         take(std::shared_ptr<const Edition> edition);
    responder::Step arrive(const Edition& edition, Bytes request, const responder::Origin& origin, std::int64_t now);
    responder::Step settle(const Edition& edition, const responder::Parcel& parcel, const Result<Octets>& answer, std::int64_t now);
    void         send(const Edition& edition, responder::Parcel parcel);
    void         admit(const Edition& edition, WaitingRoom::Visitor visitor);
    void         serve(const responder::Step& step);
    responder::Reply relay_at_once(const Edition& edition, Bytes request, const responder::Origin& origin, std::int64_t now);
    std::optional<responder::Step> withhold(const Edition& edition, Bytes request, const responder::Origin& origin, std::int64_t now);
    void             look_after(Renewal& renewal, const SignerEnrollment& enroll, const std::shared_ptr<const Edition>& edition, transport::Cancel& cancel);
    Result<void>     take_up(const OwnSigner& signer, const CertificateUse& use, const std::shared_ptr<const Edition>& before, transport::Cancel& cancel);
    void             ask_what_is_due(const Edition& edition, std::int64_t now, transport::Cancel* cancel);
    void             tell_of_own(const responder::Incident& incident);
    Result<Road>     road_to(const Configuration& configuration, const SignerEnrollment& enroll, transport::Cancel& cancel);
    void             retire(std::shared_ptr<const Edition> edition);
    void             let_go_of_retired();
    Result<void>     carry_what_is_due(const Edition& edition, std::int64_t now);
    void         ask(const Edition& edition, crypto::Verifier& verifier, const crypto::StatusQuery& query, std::int64_t now, transport::Cancel* cancel);
    Result<std::shared_ptr<const Edition>> edition_of(Configuration configuration) const;

    const std::shared_ptr<ca::Informants> informants_ = std::make_shared<ca::Informants>();  // shared with the CAs
    const std::shared_ptr<admission::Namer>      namer_      = std::make_shared<admission::Namer>();       // the same
    const std::shared_ptr<ra::Overseer>          overseer_   = std::make_shared<ra::Overseer>();           // with an RA
    const std::shared_ptr<Adapter>               adapter_    = std::make_shared<Adapter>();                // with its couriers
    const std::shared_ptr<Audience>              audience_   = std::make_shared<Audience>();               // shared with the editions
    std::unique_ptr<store::Store>  store_;
    responder::Log                 log_;
    Fixed                          fixed_;
    Fetcher                        fetcher_;
    transport::Registry*           registry_ = nullptr;
    WaitingRoom                    room_;     // of an RA's requesters
    std::shared_mutex              serving_;  // shared by who has visitors of the room in hand
    std::mutex                     asking_;   // one asks; who waits for it finds the answer
    std::unique_ptr<Renewal>       signer_renewal_, tls_renewal_;  // of who looks after own certificates
    std::atomic<bool>              is_reloaded_ = false;  // since they were looked after
    std::atomic<std::int64_t>      told_of_handshake_ = 0;  // Unix seconds
    mutable std::mutex             mutex_;    // guards what is below
    std::shared_ptr<const Edition> edition_;  // shared with those who work by it
    std::vector<std::shared_ptr<const Edition>> retired_;  // the same, until what they carry has come back
    crypto::TlsServer              tls_;
};

/// Serves at URLs until it is freed: one loop a listener (the plugin's), a pool that answers, one thread for timed work.
class Listening {
public:
    /// @error the plugin's: bad_url, no_plugin, connect_failed (the address is in use) …
    static Result<std::unique_ptr<Listening>> start(Server& server, transport::Registry& registry, const std::vector<std::string>& urls, responder::Log log);
    ~Listening();

    const std::vector<std::string>& urls() const { return urls_; }  // with the real ports
    void                            stop(std::chrono::milliseconds grace);

private:
    explicit Listening(Server& server);
    void take(std::shared_ptr<transport::Exchange> exchange, const transport::Request& request, const transport::Peer& peer);
    void keep_time(const responder::Log& log);
    void keep_asking();
    void keep_looking();
    void keep_own();

    Server&                                           server_;
    std::unique_ptr<transport::Tls>                   tls_;
    std::unique_ptr<Pool>                             pool_;
    std::vector<std::unique_ptr<transport::Listener>> listeners_;
    std::vector<std::string>                          urls_;
    transport::Cancel                                 ending_, ending_renewal_;  // each for one exchange at a time
    std::thread                                       timer_, asker_, looker_, renewer_;
};

}  // namespace cmpkit::service

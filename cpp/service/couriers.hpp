// Carry a registration authority's messages to its upstreams and bring the answers: a few threads and one connection for each upstream. They decide nothing;
// what is not answered is carried again by whoever claims it next.
#pragma once
#include "responder/relay.hpp"
#include "service/adapter.hpp"
#include "service/connection.hpp"
#include "service/pool.hpp"
#include "service/ra_config.hpp"

namespace cmpkit::service {

/// Threads: any.
class Couriers {
public:
    /// Does no I/O. @param adapter  for upstreams that the application asks; null: nobody does  @error the registry's, as Connection::open; detail names the upstream
    static Result<std::unique_ptr<Couriers>> make(transport::Registry& registry, std::span<const UpstreamConfiguration> upstreams, const FetchLimits& limits,
                                                  std::shared_ptr<const Adapter> adapter = nullptr);
    /// What is under way is cancelled; nobody is told of it.
    ~Couriers();

    /// Whether somebody is there to ask what the application is to ask. @error bad_state  detail names the upstream
    Result<void> check() const;

    /// Whether the upstream's transport stores and forwards.
    bool is_offline(std::string_view upstream) const;

    /// Blocks until it is answered, or the time of one exchange is over; of an offline upstream only as long as it takes to look.
    Result<Octets> carry(const responder::Parcel& parcel);

    /// Whether nothing that was submitted is on its way.
    bool is_idle() const { return submitted_ == 0; }

    using Returned = std::function<void(const responder::Parcel&, const Result<Octets>&)>;
    /// The same in a thread of that upstream. @return false: all are busy, and many wait already; `returned` is not called
    bool submit(responder::Parcel parcel, Returned returned);

private:
    struct Way {
        const UpstreamConfiguration* upstream;
        std::unique_ptr<Connection>  connection;  // null: it is asked by adapter
        std::unique_ptr<Pool>        pool{};
    };
    Couriers() = default;
    Way* way(std::string_view upstream);
    Result<Octets> exchange(const Way& way, const responder::Parcel& parcel, transport::Cancel& cancel) const;
    Result<Octets> ask(const Way& way, const responder::Parcel& parcel, transport::Cancel& cancel) const;

    std::shared_ptr<const Adapter> adapter_;  // shared with the application that sets its answer; null: there is none
    std::vector<Way>  ways_;
    std::atomic<bool>        is_ending_ = false;
    std::atomic<std::size_t> submitted_ = 0;  // and not done yet
    std::mutex                               mutex_;     // guards what is below
    std::vector<transport::Cancel*>          under_way_;
};

}  // namespace cmpkit::service

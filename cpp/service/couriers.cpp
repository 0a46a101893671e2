#include "service/couriers.hpp"

#include "service/label.hpp"

namespace cmpkit::service {
namespace {

constexpr std::size_t               most_waiting = 4096;  // messages for one upstream that no thread has taken yet
constexpr std::chrono::milliseconds look{1000};           // at a folder: the answer is there, or it is looked for again later

}  // namespace

Result<std::unique_ptr<Couriers>> Couriers::make(transport::Registry& registry, std::span<const UpstreamConfiguration> upstreams, const FetchLimits& limits,
                                                 std::shared_ptr<const Adapter> adapter) {
    std::unique_ptr<Couriers> couriers(new Couriers);
    couriers->adapter_ = std::move(adapter);
    for (const UpstreamConfiguration& each : upstreams) {
        if (each.upstream.converts) {
            couriers->ways_.push_back({&each, nullptr, std::make_unique<Pool>(each.connections, most_waiting)});
            continue;
        }
        const auto failed = [&](const Error& error) { return Error{.code = error.code, .detail = "upstream \"" + escaped(each.upstream.name) + "\""}.because_of(error); };
        auto offline = registry.is_offline(each.url);
        if (!offline) return failed(offline.error());
        transport::Options options = each.options;
        // What lies in a folder stays there between two looks. An answer that is not believed must not come again from done/ in the place of the right one.
        if (*offline) {
            options.try_emplace("withdraw", "off");
            options.try_emplace("keep", "0");
        }
        auto connection = Connection::open(registry, each.url, each.tls ? &*each.tls : nullptr, options, limits);
        if (!connection) return failed(connection.error());
        couriers->ways_.push_back({&each, std::move(*connection), std::make_unique<Pool>(each.connections, most_waiting)});
    }
    return couriers;
}

Couriers::~Couriers() {
    is_ending_ = true;
    {
        const std::lock_guard lock(mutex_);
        for (transport::Cancel* cancel : under_way_) cancel->fire();
    }
    for (Way& way : ways_) way.pool.reset();
}

Couriers::Way* Couriers::way(std::string_view upstream) {
    const auto found = std::ranges::find(ways_, upstream, [](const Way& way) { return std::string_view(way.upstream->upstream.name); });
    return found == ways_.end() ? nullptr : &*found;
}

bool Couriers::is_offline(std::string_view upstream) const {
    const auto found = std::ranges::find(ways_, upstream, [](const Way& way) { return std::string_view(way.upstream->upstream.name); });
    return found != ways_.end() && found->connection && found->connection->way() == service::Way::offline;
}

Result<void> Couriers::check() const {
    for (const Way& way : ways_)
        if (!way.connection && way.upstream->command.empty() && !(adapter_ && adapter_->find()))
            return Error{.code = Code::bad_state, .detail = "upstream \"" + escaped(way.upstream->upstream.name) + "\" is asked by the application, which has set no adapter"};
    return {};
}

Result<Octets> Couriers::exchange(const Way& way, const responder::Parcel& parcel, transport::Cancel& cancel) const {
    const transport::Request request{.message = parcel.message, .operation = parcel.operation, .profile = parcel.profile, .label = label_of(parcel.message)};
    const auto timeout = way.connection->way() == service::Way::offline ? look : std::chrono::milliseconds(way.upstream->exchange);
    return way.connection->exchange(request, timeout, &cancel);
}

Result<Octets> Couriers::ask(const Way& way, const responder::Parcel& parcel, transport::Cancel& cancel) const {
    const AdapterQuestion question = question_of(parcel);
    return way.upstream->command.empty() ? ask_application(adapter_.get(), question) : ask_command(way.upstream->command, question, way.upstream->exchange, cancel);
}

Result<Octets> Couriers::carry(const responder::Parcel& parcel) {
    Way* to = way(parcel.upstream);
    if (!to) return Error{.code = Code::not_found, .detail = "no upstream is called \"" + escaped(parcel.upstream) + "\""};
    // A transaction goes on as it began, however its upstream is configured by now.
    if (parcel.is_converted != !to->connection) return Error{.code = Code::bad_state, .detail = "upstream \"" + escaped(parcel.upstream) + "\" is of another kind by now"};
    transport::Cancel cancel;
    {
        const std::lock_guard lock(mutex_);
        if (is_ending_) return Error{.code = Code::cancelled};
        under_way_.push_back(&cancel);
    }
    auto answer = to->connection ? exchange(*to, parcel, cancel) : ask(*to, parcel, cancel);
    const std::lock_guard lock(mutex_);
    std::erase(under_way_, &cancel);
    return answer;
}

bool Couriers::submit(responder::Parcel parcel, Returned returned) {
    Way* to = way(parcel.upstream);
    if (!to) return false;
    ++submitted_;
    const bool is_taken = to->pool->submit([this, parcel = std::move(parcel), returned = std::move(returned)] {
        const auto answer = is_ending_ ? Result<Octets>(Error{.code = Code::cancelled}) : carry(parcel);
        if (!is_ending_) returned(parcel, answer);
        --submitted_;
    });
    if (!is_taken) --submitted_;
    return is_taken;
}

}  // namespace cmpkit::service

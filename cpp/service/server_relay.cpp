// A server that is an RA: its requesters' connections, and its messages on their way to upstreams.
#include "service/clock.hpp"
#include "service/server.hpp"

namespace cmpkit::service {
namespace {

using Clock = WaitingRoom::Clock;

constexpr int                       most_queries = 64;  // for one message
constexpr std::chrono::milliseconds between_looks{250};
constexpr std::size_t               most_at_once = 64;  // parcels that are claimed in one go

void respond(transport::Exchange& exchange, const responder::Reply& reply) {
    using Status = responder::Reply::Status;
    const std::int32_t status = reply.status == Status::not_a_message ? CMPKIT_TRANSPORT_BAD : reply.status == Status::broken ? CMPKIT_TRANSPORT_BROKEN : CMPKIT_TRANSPORT_ANSWERED;
    (void)exchange.respond(reply.message, status);  // a peer that left asks again and gets the stored reply
}

}  // namespace

responder::Step Server::arrive(const Edition& edition, Bytes request, const responder::Origin& origin, std::int64_t now) {
    if (auto withheld = withhold(edition, request, origin, now)) return std::move(*withheld);
    for (int queries = 0; queries < most_queries; ++queries) {
        auto step = edition.relay()->arrived(request, origin, now);
        if (!step.missing) return step;
        ask(edition, *step.missing->verifier, step.missing->query, now, nullptr);
    }
    return {.reply = responder::Reply{unavailable(request, now)}};
}

responder::Step Server::settle(const Edition& edition, const responder::Parcel& parcel, const Result<Octets>& answer, std::int64_t now) {
    for (int queries = 0; queries < most_queries; ++queries) {
        auto step = edition.relay()->returned(parcel, answer, now);
        if (!step.missing) return step;
        ask(edition, *step.missing->verifier, step.missing->query, now, nullptr);
    }
    return edition.relay()->returned(parcel, Error{.code = Code::status_unknown}, now);
}

// Whoever waits for that transaction gets it.
void Server::serve(const responder::Step& step) {
    if (!step.reply || step.key.empty()) return;
    const std::shared_lock in_hand(serving_);
    for (const WaitingRoom::Visitor& visitor : room_.leave(step.key)) respond(*visitor.exchange, *step.reply);
}

// Whoever has connections in hand is waited for: a listener goes after all of them.
void Server::dismiss() {
    const std::unique_lock nobody_serves(serving_);
    room_.dismiss();
}

// The couriers are the edition's and go before it does: what they tell, they tell a whole one.
void Server::send(const Edition& edition, responder::Parcel parcel) {
    edition.couriers().submit(std::move(parcel), [this, &edition](const responder::Parcel& carried, const Result<Octets>& answer) {
        // A folder without an answer yet is nothing to tell of.
        if (!answer && answer.error().code == Code::deadline && edition.couriers().is_offline(carried.upstream)) return;
        serve(settle(edition, carried, answer, unix_now()));
    });
}

void Server::admit(const Edition& edition, WaitingRoom::Visitor visitor) {
    auto step = arrive(edition, visitor.request, visitor.origin, unix_now());
    if (step.reply) return respond(*visitor.exchange, *step.reply);
    const auto now    = Clock::now();
    visitor.next_look = now + between_looks;
    if (visitor.until == Clock::time_point()) visitor.until = now + std::chrono::seconds(step.patience);
    room_.enter(step.key, std::move(visitor));
    if (step.parcel) send(edition, std::move(*step.parcel));
}

void Server::receive(std::shared_ptr<transport::Exchange> exchange, Octets request, responder::Origin origin) {
    const auto edition = this->edition();
    if (!edition->relay()) return respond(*exchange, answer(request, origin, unix_now()));
    admit(*edition, {.exchange = std::move(exchange), .request = std::move(request), .origin = std::move(origin)});
}

void Server::look_around() {
    const auto edition = this->edition();
    if (!edition->relay()) return;
    auto due = room_.due(Clock::now());
    for (auto& [key, visitor] : due.lapsed) {
        const auto step = edition->relay()->lapsed(key, unix_now());
        if (step.reply) respond(*visitor.exchange, *step.reply);
        else if (auto again = arrive(*edition, visitor.request, visitor.origin, unix_now()); again.reply) respond(*visitor.exchange, *again.reply);
        else if (auto busy = unavailable(visitor.request, unix_now()); !busy.empty()) respond(*visitor.exchange, responder::Reply{std::move(busy)});
        serve(step);
    }
    for (auto& [key, visitor] : due.to_look) {
        if (!edition->relay()->still_waits(key)) {
            admit(*edition, std::move(visitor));
            continue;
        }
        visitor.next_look = Clock::now() + between_looks;
        room_.enter(key, std::move(visitor));
    }
}

Result<void> Server::carry_what_is_due(const Edition& edition, std::int64_t now) {
    for (;;) {
        auto parcels = edition.relay()->due(now, most_at_once);
        if (!parcels) return parcels.error();
        const bool is_last = parcels->size() < most_at_once;
        for (responder::Parcel& parcel : *parcels) send(edition, std::move(parcel));
        if (is_last) return {};
    }
}

// Without a listener there is nobody to come back to: the caller's thread goes all the way.
responder::Reply Server::relay_at_once(const Edition& edition, Bytes request, const responder::Origin& origin, std::int64_t now) {
    auto step = arrive(edition, request, origin, now);
    if (step.parcel) step = settle(edition, *step.parcel, edition.couriers().carry(*step.parcel), now);
    if (!step.reply && !step.key.empty()) step = edition.relay()->lapsed(step.key, now);
    if (!step.reply) step = arrive(edition, request, origin, now);
    return step.reply ? std::move(*step.reply) : responder::Reply{unavailable(request, now)};
}

}  // namespace cmpkit::service

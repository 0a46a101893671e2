// An RA in memory, between requesters and an upstream that somebody else plays. Whatever comes of a message: its requester has a CMP message as its answer or waits
// for one, and what the store holds can be read.
#pragma once
#include "responder/relay.hpp"
#include "ways.hpp"

#include <deque>

namespace cmpkit::fuzz {

class Registration {
public:
    explicit Registration(const Way& way) {
        auto made = ra::RegistrationAuthority::make(settings_of(way), *store_);
        hold(bool(made));
        authority_ = std::move(*made);
        relay_.emplace(*authority_, responder::Doorway(), *store_, counting_random(), responder::Log());
    }

    /// @return its answer; none: it waits
    std::optional<der::Parsed<PKIMessage>> arrived(Bytes request, std::int64_t time) {
        responder::Step step = relay_->arrived(request, {.address = "127.0.0.1:1", .profile = {}}, time);
        hold(step.reply || (!step.key.empty() && relay_->still_waits(step.key)));
        if (!step.reply) waiting_ = step.key;
        return settle(std::move(step));
    }
    /// The upstream says something to the oldest message that it has; if there is none, to the last one, again.
    template <class Answer> std::optional<der::Parsed<PKIMessage>> returned(const Answer& answer, std::int64_t time) {
        if (!parcels_.empty()) last_ = std::move(parcels_.front()), parcels_.pop_front();
        return last_ ? settle(relay_->returned(*last_, answer(*last_), time)) : std::nullopt;
    }
    std::optional<der::Parsed<PKIMessage>> lapsed(std::int64_t time) { return waiting_.empty() ? std::nullopt : settle(relay_->lapsed(waiting_, time)); }

    void pass_time(std::int64_t time) {
        auto due = relay_->due(time, 64);
        hold(bool(due));
        std::ranges::move(*due, std::back_inserter(parcels_));
    }
    void decide(ra::Verdict verdict) {
        const auto pending = authority_->desk().list();
        hold(bool(pending));
        for (const auto& each : *pending) (void)authority_->desk().decide(each.id, verdict, "the fuzzer says so");
    }

private:
    std::optional<der::Parsed<PKIMessage>> settle(responder::Step step) {
        hold(!step.missing);
        if (step.parcel) parcels_.push_back(std::move(*step.parcel));
        if (!step.reply) return std::nullopt;
        auto parsed = der::parse<PKIMessage>(step.reply->message);
        hold(bool(parsed));
        return std::move(*parsed);
    }

    std::unique_ptr<store::Store>              store_ = store::open_memory();
    std::unique_ptr<ra::RegistrationAuthority> authority_;
    std::optional<responder::Relay>            relay_;
    std::deque<responder::Parcel>              parcels_;  // on their way
    std::optional<responder::Parcel>           last_;     // that was answered
    Octets                                     waiting_;  // key of who came last and waits
};

}  // namespace cmpkit::fuzz

// The CAs of one server, and which of them a message is for. It reads what a message says of itself, unverified: that is for finding the CA
// alone, which then authenticates the message as if it were the only one.
//
//     Directory directory({{.name = "plant", .authority = &plant}, {.name = "lab", .authority = &lab}});
//     const Destination where = directory.destination_of(message, "lab");      // path /p/lab
#pragma once
#include "operations/authority.hpp"
#include "operations/transaction.hpp"

namespace cmpkit::responder {

/// How a CA wants its messages to be treated.
struct Policy {
    std::int64_t          time_window  = 300;   // seconds that messageTime may be off; 0: not judged
    std::int64_t          keep_seconds = 900;   // an ended transaction is kept that long: repeated messages get their answer again
    std::int64_t          poll_seconds = 7 * 86400;  // how long after its time to ask again a client that waits may stay away
    protection::MacLimits mac_limits{.max_iterations = 10'000};
};

/// One CA of the server.
struct Member {
    std::string              name{};               // in path labels and in the records of its transactions; empty: neither
    operations::Authority*   authority = nullptr;  // borrowed
    Policy                   policy{};
    std::vector<std::string> profiles{};           // their names
};

struct Destination {
    const Member*        member = nullptr;  // never null; lives in the directory
    std::string          profile{};         // what the path says of the profile; empty: nothing
    std::optional<Error> misdirected{};     // the path names nothing that is here: a first message is refused
};

/// Immutable. Any thread.
class Directory {
public:
    /// @param members   names differ; records that name no CA belong to the first
    /// @param standard  index of the one that answers what is for nobody in particular
    explicit Directory(std::vector<Member> members, std::size_t standard = 0);
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    /// For whom a first message is. In this order: the label of the path (RFC 9483 6.1: a CA, else a profile that one CA alone has), certProfile
    /// (the same), the issuer that the request wants or whose certificate it is about, the recipient (the CA or its CMP signer), the standard.
    /// @param label  the name after /p/; empty: none
    Destination destination_of(const PKIMessage& message, const std::string& label) const;

    /// For whom a batch is that an RA signed: the CA that issued the RA's certificate, else as a first message.
    Destination destination_of_batch(const PKIMessage& message, const std::string& label) const;

    /// Whose a transaction is; null: a CA that is not here (any more).
    const Member* owner_of(const operations::Transaction& transaction) const;

    const Member& standard() const { return *standard_; }
    bool          has_choice() const { return members_.size() > 1; }

private:
    const Member* named(std::string_view name) const;
    const Member* with_profile(std::string_view name) const;
    const Member* by_profile(const PKIMessage& message) const;
    const Member* by_issuer(const PKIMessage& message) const;
    const Member* by_recipient(const PKIMessage& message) const;

    std::vector<Member> members_;
    const Member*       standard_;
};

}  // namespace cmpkit::responder

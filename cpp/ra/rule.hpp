// The rules of a registration authority: which messages go on, how, and to which upstream. They are data, checked when the RA is made: what RFC 9483 5.2
// forbids is refused then, and not when a device asks.
//
//     Rule rule{.name = "first", .bodies = {BodyType::ir}, .action = Action::reprotect, .reason = "maker's certificate was checked"};
#pragma once
#include "admission/inventory.hpp"
#include "admission/name_rules.hpp"
#include "operations/relayed.hpp"

namespace cmpkit::ra {

using namespace admission;  // who may ask for what is said in its words

enum class Action : std::uint8_t {
    unchanged,  // 5.2.1
    reprotect,  // 5.2.3.1
    modify,     // 5.2.3.2
    nest,       // 5.2.2.1
    answer,     // a genm, from the RA's own data
    refuse,
};
std::optional<Action> action_named(std::string_view word);

/// What a message must be for a rule to be about it; an empty list takes all.
struct Selection {
    std::vector<BodyType>                  bodies{};      // of first messages: ir cr p10cr kur rr genm
    std::vector<operations::RequesterKind> requesters{};
    std::vector<std::string>               profiles{};    // as the request names it, or its path; "": none
    std::vector<std::string>               routes{};      // what the path says (RFC 9483 6.1: /p/<name>); "": nothing
    std::vector<Octets> information{};  // of a genm: it asks for these infoTypes (content octets of OIDs) and no others
    bool with_old_cert_id = false;  // only a kur whose oldCertID says what it updates
    bool key_generation   = false;  // also requests for a key that the PKI generates (RFC 9483 4.1.6)
    bool unverified       = false;  // messages of requesters that are unknown here, and no others
};

struct Rule {
    std::string name;    // in logs and records
    std::string reason;  // in logs, and told to who is refused
    Selection   about{};
    Action      action = Action::refuse;
    std::string upstream{};             // empty: the default
    bool        approve_by_hand = false;  // an officer decides
    bool        keep_original   = false;  // modify: the request as it came goes along in origPKIMessage
    bool        archive         = false;  // first messages are kept with what was decided
    bool        implicit_confirm = false;  // granted here to who asks for it; the RA confirms in the requester's stead
    std::int64_t poll_seconds   = 60;     // after which a requester that waits is to ask again
    std::string forced_subject{};         // modify: attributes that take the place of the template's, as in profiles of a CA

    // What is approved has a name that is its requester's to have. An inventory says which; without one these patterns do (admission/pattern.hpp). Who
    // has a certificate of the PKI keeps its name; another RA vouches for the names that it forwards.
    std::shared_ptr<const Inventory> inventory{};  // shared by the editions of a configuration; null: there is none
    std::string              inventory_key = "{subject.serialNumber}";
    std::vector<std::string> subjects{"CN={subject.CN},*", "CN={subject.serialNumber},*"}, secret_subjects{"CN={reference},*"};
    std::vector<std::string> sans{}, secret_sans{};
};

/// A rule read once, ready to judge requests.
struct ReadRule : Rule {
    NameRules   by_certificate{}, by_secret{};
    TextPattern key{};     // of the inventory
    Octets      forced{};  // DER of a Name
};

/// What a rule is asked about.
struct Request {
    BodyType    type = BodyType::ir;
    operations::RequesterKind requester = operations::RequesterKind::secret;
    std::string profile{};   // certProfile, else the path's
    std::string route{};     // the path's
    std::vector<Octets> information{};  // the infoTypes that a genm asks for
    bool        has_old_cert_id = false, is_key_generation = false, is_unverified = false;
};

/// What an upstream is able to do, for the check of rules.
struct Reach {
    std::string name;
    bool        signs = false, protects = false;  // our protection there is a signature; there is any
    bool        converts = false;                 // it knows PKCS#10 alone
    bool        bundles  = false;                 // what goes there travels in batches
};

/// Immutable once read. Any thread.
class Rules {
public:
    /// @param upstreams  the first is the default
    /// @error bad_configuration  detail names the rule, and the clause that it breaks
    static Result<Rules> read(std::vector<Rule> rules, std::span<const Reach> upstreams);

    /// The first rule that is about it; null: there is none, and nothing goes on.
    const ReadRule* find(const Request& request) const;
    const ReadRule* named(std::string_view name) const;

private:
    std::vector<ReadRule> rules_;
};

/// What holds where no rule is written: kur and genm go on unchanged, all else under the RA's protection, or unchanged if it has none.
std::vector<Rule> usual_rules(bool protects);
/// The same where the default upstream knows PKCS#10 alone: p10cr goes there, and nothing else goes on.
std::vector<Rule> usual_pkcs10_rules();

}  // namespace cmpkit::ra

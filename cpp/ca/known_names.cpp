#include "ca/known_names.hpp"

#include "admission/refusal.hpp"
#include "ca/state.hpp"
#include "der/encode.hpp"

namespace cmpkit::ca {
namespace {

// An RA says by the name it asks for which device it means.
const GivenNames* row_asked_for(const Inventory& inventory, const NamingQuestion& question) {
    const Name nobody;
    return inventory.by_name(question.subject ? *question.subject : nobody, question.sans ? std::span<const GeneralName>(*question.sans) : std::span<const GeneralName>());
}

const GivenNames* row_of(const Inventory& inventory, const Rules& rules, const NamingQuestion& question) {
    using enum operations::RequesterKind;
    const operations::Requester& requester = question.requester;
    if (question.continued) return inventory.by_name(*question.continued);
    if (requester.kind == secret) return inventory.by_reference(requester.reference);
    if (requester.kind == ra) return row_asked_for(inventory, question);
    const auto device = rules.inventory_key.runs(identity_of(requester));
    return device ? inventory.by_device(device->front()) : nullptr;
}

}  // namespace

Result<Names> grant_given(const Name* subject, const Wishes& wishes, const GivenNames& given, der::Arena& arena) {
    auto names = read_names(given, arena);
    if (!names) return names;
    if (to_text(subject ? *subject : Name()) != to_text(names->subject)) names->changes.emplace_back("subject is the one on record here");
    const GeneralNames asked = wishes.subjectAltName ? *wishes.subjectAltName : GeneralNames();
    if (!equal(der::encode(asked), der::encode(GeneralNames(names->subjectAltName)))) names->changes.emplace_back("subjectAltName is the one on record here");
    return names;
}

Result<std::optional<GivenNames>> names_given(const std::shared_ptr<Namer>& namer, const Rules& rules, const NamingQuestion& question) {
    if (const auto ask = namer ? namer->find() : Namer::Answer()) {
        auto answer = ask(question);
        if (!answer || *answer) return answer;
    }
    if (!rules.profile.inventory) return std::optional<GivenNames>();
    if (const GivenNames* row = row_of(*rules.profile.inventory, rules, question)) return std::optional(*row);
    const operations::Requester& who = question.requester;
    if (who.kind == operations::RequesterKind::ra && !question.continued)
        return refusal(FailInfo::notAuthorized, "subject: no device on record here is called so");
    const std::string            name = who.certificate ? to_text(who.certificate->subject) : escaped(who.reference);
    return refusal(FailInfo::notAuthorized, "no certificate may be had here by this requester")
        .because_of({.code = Code::not_found, .detail = "the inventory has no device for \"" + name + "\""});
}

}  // namespace cmpkit::ca

#include "ca/known_names.hpp"

#include "admission/refusal.hpp"
#include "ca/state.hpp"
#include "der/encode.hpp"

namespace cmpkit::ca {
namespace {

const GivenNames* row_of(const Inventory& inventory, const Rules& rules, const operations::Requester& requester) {
    using enum operations::RequesterKind;
    if (requester.kind == secret) return inventory.by_reference(requester.reference);
    if (requester.kind == own) return inventory.by_name(requester.certificate);
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
    if (const GivenNames* row = row_of(*rules.profile.inventory, rules, question.requester)) return std::optional(*row);
    const operations::Requester& who = question.requester;
    const std::string            name = who.certificate ? to_text(who.certificate->subject) : escaped(who.reference);
    return refusal(FailInfo::notAuthorized, "no certificate may be had here by this requester")
        .because_of({.code = Code::not_found, .detail = "the inventory has no device for \"" + name + "\""});
}

}  // namespace cmpkit::ca

// An operation at rest, read from octets that anybody wrote: it is refused, or restored, and then it saves to what restores to the same, and goes on until it ends. New
// inputs begin as what operations save (saved_states.hpp).
#include "operations/end_entity_state.hpp"
#include "saved_states.hpp"

using namespace cmpkit;
using operations::EndEntity;

namespace {

Result<EndEntity> restored(Bytes saved) {
    const auto parsed = der::parse<operations::SavedOperation>(copy_of(saved));
    const auto state  = parsed ? der::parse<operations::EndEntityState>(copy_of((*parsed)->content.content)) : parsed.error();
    const auto* wanted = state ? (*state)->order.get<"enrollment">() : nullptr;
    return EndEntity::restore(saved, fuzz::known_credentials(), {}, wanted && wanted->type != BodyType::p10cr ? fuzz::constant_key() : nullptr);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    const Octets& fresh = fuzz::saved_states()[seed % fuzz::saved_states().size()];
    if ((size > 1 && seed % 64) || fresh.size() > most) return fuzz::mutate_der(data, size, most, seed);
    std::ranges::copy(fresh, data);
    return fresh.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto operation = restored({data, size});
    if (!operation) return fuzz::hold(!operation.error().text().empty()), 0;
    const auto saved = operation->save();
    fuzz::hold(bool(saved));
    const auto again = restored(*saved);
    fuzz::hold(again && *again->save() == *saved && again->state() == operation->state());
    std::optional<operations::Action> action = operation->resume(fuzz::now, fuzz::counting_random());
    for (int turns = 0; turns < 6 && action; ++turns) action = fuzz::next_action(*operation, *action, [](Bytes) { return Error{.code = Code::transport_failed}; });
    return 0;
}

// Records of the store by their schemas: the first octet chooses the type.
#include "admission/desk.hpp"
#include "admission/secrets.hpp"
#include "ca/authority.hpp"
#include "ca/roots.hpp"
#include "operations/end_entity_state.hpp"
#include "operations/relayed.hpp"
#include "operations/transaction.hpp"
#include "schema.hpp"

namespace {

using namespace cmpkit;
using Hold = bool (*)(Bytes);

constexpr Hold types[] = {fuzz::hold_schema<operations::Transaction>,     fuzz::hold_schema<operations::RelayedTransaction>, fuzz::hold_schema<operations::RelayedBatch>,
                          fuzz::hold_schema<operations::ArchivedRequest>, fuzz::hold_schema<operations::SavedOperation>,     fuzz::hold_schema<operations::EndEntityState>,
                          fuzz::hold_schema<admission::PendingRequest>,   fuzz::hold_schema<admission::SecretRecord>,        fuzz::hold_schema<ca::CertificateRecord>,
                          fuzz::hold_schema<ca::RootRecord>};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size) types[data[0] % std::size(types)]({data + 1, size - 1});
    return 0;
}

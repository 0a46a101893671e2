#include "ca/informants.hpp"

namespace cmpkit::ca {

void Informants::set(Bytes type, Informant informant) {
    const std::lock_guard lock(mutex_);
    if (informant) informants_[copy_of(type)] = std::move(informant);
    else informants_.erase(copy_of(type));
}

Informants::Informant Informants::find(Bytes type) const {
    const std::lock_guard lock(mutex_);
    const auto            found = informants_.find(copy_of(type));
    return found == informants_.end() ? Informant() : found->second;
}

}  // namespace cmpkit::ca

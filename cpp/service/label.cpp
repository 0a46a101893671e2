#include "service/label.hpp"

#include "der/parse.hpp"
#include "messages/body.hpp"

namespace cmpkit::service {

std::string label_of(Bytes octets) {
    static constexpr std::size_t most = 16;
    const auto message = der::parse<PKIMessage>(copy_of(octets));
    if (!message || !(*message)->header.transactionID) return {};
    const Bytes id = (*message)->header.transactionID->content;
    return to_hex(id.first(std::min(id.size(), most))) + "-" + std::string(name_of(type_of((*message)->body)));
}

}  // namespace cmpkit::service

#include "messages/ocsp.hpp"

template struct cmpkit::der::Described<cmpkit::ocsp::OCSPRequest>;
template struct cmpkit::der::Described<cmpkit::ocsp::OCSPResponse>;
template struct cmpkit::der::Described<cmpkit::ocsp::BasicOCSPResponse>;

namespace cmpkit::ocsp {

std::string_view name_of(Version version) { return version == Version::v1 ? "v1" : "unknown"; }

std::string_view name_of(ResponseStatus status) {
    switch (status) {
    case ResponseStatus::successful: return "successful";
    case ResponseStatus::malformedRequest: return "malformedRequest";
    case ResponseStatus::internalError: return "internalError";
    case ResponseStatus::tryLater: return "tryLater";
    case ResponseStatus::sigRequired: return "sigRequired";
    case ResponseStatus::unauthorized: return "unauthorized";
    }
    return "unknown";
}

}  // namespace cmpkit::ocsp

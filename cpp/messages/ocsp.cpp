#include "messages/ocsp.hpp"

template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::ocsp::OCSPRequest>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::ocsp::OCSPResponse>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::ocsp::BasicOCSPResponse>();

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

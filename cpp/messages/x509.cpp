#include "messages/x509.hpp"

template struct cmpkit::der::Described<cmpkit::AlgorithmIdentifier>;
template struct cmpkit::der::Described<cmpkit::Name>;
template struct cmpkit::der::Described<cmpkit::GeneralNames>;
template struct cmpkit::der::Described<cmpkit::SubjectPublicKeyInfo>;
template struct cmpkit::der::Described<cmpkit::Extensions>;
template struct cmpkit::der::Described<cmpkit::TBSCertificate>;
template struct cmpkit::der::Described<cmpkit::Certificate>;
template struct cmpkit::der::Described<cmpkit::TBSCertList>;
template struct cmpkit::der::Described<cmpkit::CertificateList>;

namespace cmpkit {

bool well_formed_content(Bytes content) {
    while (!content.empty()) {
        der::Tlv element;
        if (der::take(content, element) || !der::well_formed(element.whole, 20)) return false;
    }
    return true;
}

std::string_view name_of(CertificateVersion version) {
    static constexpr std::string_view names[] = {"v1", "v2", "v3"};
    const auto i = static_cast<std::size_t>(version);
    return i < std::size(names) ? names[i] : "unknown";
}

std::int64_t unix_seconds(const Time& time) {
    if (const auto* utc = time.get<"utcTime">()) return der::unix_seconds(*utc);
    return der::unix_seconds(*time.get<"generalTime">());
}

Time time_of(std::int64_t seconds, der::Arena& arena) {
    constexpr std::int64_t year_2050 = 2524608000;
    Time time;
    if (seconds < year_2050) time.emplace<"utcTime">() = der::utc_time(seconds, arena);
    else time.emplace<"generalTime">() = der::generalized_time(std::min(seconds, der::last_second), arena);
    return time;
}

}  // namespace cmpkit

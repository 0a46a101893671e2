#include "service/fetch.hpp"

namespace cmpkit::service {

Result<void> FetchLimits::check() const {
    if (named_addresses != "any" && named_addresses != "remote" && named_addresses != "internet")
        return Error{.code = Code::bad_argument, .detail = "addresses: \"any\", \"remote\" or \"internet\" is expected"};
    if (octets < 1024 || octets > std::size_t{1} << 28 || time.count() < 1 || time > std::chrono::hours(1))
        return Error{.code = Code::bad_argument, .detail = "1 KiB to 256 MiB and 1 ms to 1 h are expected"};
    return {};
}

Result<Octets> fetch(transport::Registry& registry, const crypto::StatusQuery& query, const FetchLimits& limits, transport::Cancel* cancel) {
    const transport::Options options{{"max-message", std::to_string(limits.octets)},
                                     {"connect-timeout", std::to_string(limits.time.count())},
                                     {"addresses", query.is_named_by_certificate ? limits.named_addresses : "any"}};
    auto channel = registry.open(query.url, nullptr, options);
    if (!channel) return channel.error();
    const bool is_crl = query.kind == crypto::StatusQuery::Kind::crl;
    auto answer = (*channel)->exchange({.message = query.request, .operation = {}, .profile = {}, .kind = is_crl ? CMPKIT_TRANSPORT_CRL : CMPKIT_TRANSPORT_OCSP}, limits.time, cancel);
    if (!answer) return answer.error();
    return std::move(answer->message);
}

}  // namespace cmpkit::service

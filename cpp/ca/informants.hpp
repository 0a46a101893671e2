// What an application tells of infoTypes of its own, asked whenever somebody asks the CA by genm. It keeps nothing of what was asked or told.
#pragma once
#include "operations/authority.hpp"

#include <functional>
#include <map>
#include <mutex>

namespace cmpkit::ca {

/// Any thread.
class Informants {
public:
    /// DER of the answer's infoValue, empty: absent; or not yet: the requester polls, and the informant is asked the same again.
    using Told = std::variant<Octets, operations::Waiting>;
    /// @param value  DER of the infoValue; empty: absent
    /// @error with failInfo: the requester is refused; else it is told systemFailure
    using Informant = std::function<Result<Told>(const operations::Requester& requester, Bytes value)>;

    /// @param type  content octets of the OID  @param informant  empty: none any more
    void      set(Bytes type, Informant informant);
    Informant find(Bytes type) const;  // empty: there is none

private:
    mutable std::mutex          mutex_;
    std::map<Octets, Informant> informants_;
};

}  // namespace cmpkit::ca

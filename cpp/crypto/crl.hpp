// A CRL as the short way through a remembered issuer reads it. For crypto's own files.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::crypto {

class Crl {
public:
    /// @error the reader's
    static Result<Crl> parse(Bytes der);

    const CertificateList& operator*() const { return *list_; }

    /// It speaks of all certificates of its issuer and of no others, and nothing in it is critical and unknown.
    bool         is_plain() const { return is_plain_; }
    bool         is_current(std::int64_t now) const { return this_update_ <= now && now < next_update_; }
    std::int64_t this_update() const { return this_update_; }
    std::int64_t next_update() const { return next_update_; }  // INT64_MAX: it says none
    bool         lists(Bytes serial) const;

private:
    explicit Crl(der::Parsed<CertificateList> list);
    der::Parsed<CertificateList> list_;
    std::vector<Bytes>           serials_;  // sorted; views of list_
    std::int64_t                 this_update_ = 0, next_update_ = 0;
    bool                         is_plain_ = false;
};

}  // namespace cmpkit::crypto

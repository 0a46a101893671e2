// A root that was replaced, and what may be told of that: true, in a wrong place, or of others.
#pragma once
#include "authority.hpp"
#include "ca/rollover.hpp"
#include "input.hpp"
#include "messages/body.hpp"
#include "openssl_reading.hpp"
#include "operations/inquiry.hpp"

namespace cmpkit::fuzz {

inline const ca::Rollover& rolled_over() {
    static const auto one = [] {
        const auto& [old_root, issuing, cmp, ra, kga] = founded();
        return *ca::roll_over({.old_root = old_root.certificate, .issuing = issuing.certificate, .old_key = *old_root.key, .new_key = **crypto::generate_key("ec:P-256")}, counting_random(), now);
    }();
    return one;
}

/// A GenRepContent with a root update: newWithNew, newWithOld and oldWithNew as three octets choose them.
inline Octets drawn_update(Input& input) {
    const ca::Rollover& all = rolled_over();
    const Certificate*  certificates[] = {&*all.new_with_new, &*all.new_with_old, &*all.old_with_new, &*all.old_root, &*all.issuing, nullptr};
    const Certificate*  told[] = {input.one_of(certificates), input.one_of(certificates), input.one_of(certificates)};
    RootCaKeyUpdateContent update;
    update.newWithNew = told[0] ? *told[0] : *all.new_with_new;
    if (told[1]) update.newWithOld = *told[1];
    if (told[2]) update.oldWithNew = *told[2];
    const InfoTypeAndValue item{oids::id_it_rootCaKeyUpdate, der::Open::of(update)};
    return der::encode(GenMsgContent(&item, 1));
}

/// To OpenSSL, too, the old root's key certifies the new root, which signs itself.
inline bool is_reached(const operations::RootUpdate& update) {
    const auto read = [](const crypto::Cert& one) { return Openssl<X509, X509_free>(openssl_read(d2i_X509, X509_free, one.der())); };
    const auto root = read(update.new_with_new), link = read(update.new_with_old), old_root = read(rolled_over().old_root);
    return X509_verify(root.get(), X509_get0_pubkey(root.get())) == 1 && X509_verify(link.get(), X509_get0_pubkey(old_root.get())) == 1 &&
           EVP_PKEY_eq(X509_get0_pubkey(root.get()), X509_get0_pubkey(link.get())) == 1;
}

}  // namespace cmpkit::fuzz

#include "crypto/openssl.hpp"

#include <climits>
#include <new>
#include <openssl/err.h>

namespace cmpkit::crypto {

OpensslCall::OpensslCall() {
    // No exit handler: threads of the application may still be inside when the process ends.
    [[maybe_unused]] static const int started = OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    ERR_clear_error();
}

OpensslCall::~OpensslCall() {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

Error openssl_error(Code code, std::string_view what) {
    std::string detail(what);
    const char* separator = ": ";
    while (const unsigned long each = ERR_get_error()) {
        const char*       text   = ERR_reason_error_string(each);
        const std::string reason = text ? text : "error " + std::to_string(each);
        if (detail.find(reason) != std::string::npos) continue;  // OpenSSL's layers repeat each other
        detail.append(separator).append(reason);
        separator = "; ";
    }
    return Error{.code = code, .detail = std::move(detail)};
}

Error at_element(Error error, const char* list, std::size_t index) {
    error.path.push_front(index);
    error.path = error.path.below(list);
    return error;
}

BioPtr reader_of(Bytes octets) {
    if (octets.size() > INT_MAX) return nullptr;
    const void* data = octets.empty() ? "" : static_cast<const void*>(octets.data());
    return BioPtr(BIO_new_mem_buf(data, static_cast<int>(octets.size())));
}

Bytes written_to(const BioPtr& bio) {
    char*      data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

X509Ptr x509_of(Bytes der) {
    const unsigned char* at = der.data();
    return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

Octets der_of(const X509* certificate) {
    unsigned char*  der  = nullptr;
    const int       size = i2d_X509(certificate, &der);
    const OctetsPtr owner(der);
    if (size <= 0) throw std::bad_alloc();  // the one way in which this can fail
    return Octets(der, der + size);
}

}  // namespace cmpkit::crypto

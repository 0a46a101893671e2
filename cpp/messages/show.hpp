// Any message or certificate as text for people or JSON for programs, with the offset of every element and the names of OIDs.
// It judges nothing: what parses is shown, whoever sent it; peer text in it is escaped.
//
//     const auto shown = Shown::from(octets);
//     print(shown->text());      // "     0  PKIMessage\n     4    header\n …"
#pragma once
#include "messages/body.hpp"

namespace cmpkit {

/// What some octets are. Views of them, so they must outlive it; move-only.
class Shown {
public:
    /// Recognises a DER PKIMessage, Certificate, CertificateList, CertificationRequest (PKCS#10), CertReqMessages or CMS ContentInfo.
    ///
    /// @error the failure of the type that explains most of the octets; detail names that type
    static Result<Shown> from(Bytes octets);

    std::string_view type() const;  // "PKIMessage": the ASN.1 name
    std::size_t      size() const { return octets_.size(); }
    /// Null: it is something else.
    template <class T> const T* get() const { return &der::describe<T>() == type_ ? static_cast<const T*>(value_) : nullptr; }

    /// One element a line.
    std::string text() const;
    /// One JSON object. An object in it has "@offset"; OIDs are "name (dotted)", octets hexadecimal.
    std::string json() const;

private:
    Shown() = default;
    Bytes                       octets_;
    const der::Type*            type_  = nullptr;
    const void*                 value_ = nullptr;  // in the arena
    std::unique_ptr<der::Arena> arena_;
};

}  // namespace cmpkit

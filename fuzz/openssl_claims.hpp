// Where OpenSSL's readers and ours may disagree about whether octets are a message, a certificate, a CRL or a PKCS#10 request, and why. docs/fuzzing.md has an example of
// each; what is none of these is a finding.
#pragma once
#include "openssl_reading.hpp"

#include <openssl/err.h>

namespace cmpkit::fuzz {

struct Disagreement {
    Bytes                input;
    std::optional<Error> ours;       // why we refuse it; none: OpenSSL does
    Octets               rewritten;  // what OpenSSL makes of it
    std::string          theirs;     // why OpenSSL refuses it: reasons and types, innermost first

    bool         is(Code code) const { return ours && ours->code == code; }
    bool         is_about(std::string_view member) const { return ours && ours->path.text().ends_with(member); }
    bool         says(std::string_view words) const { return theirs.find(words) != std::string::npos; }
    /// What we stumbled over; tag 0: it is no element.
    der::Tlv element() const {
        Bytes    rest = input.subspan(ours->offset);
        der::Tlv found;
        (void)der::take(rest, found);
        return found;
    }
};

inline bool is_time(const der::Tlv& element) { return element.tag == der::tag::utc_time || element.tag == der::tag::generalized_time; }
/// INTEGER, or one under a tag of its context.
inline bool is_large(const der::Tlv& element) { return (element.tag == der::tag::integer || (element.tag & 0xe0) == 0x80) && element.content.size() > 8; }
inline bool has_unordered_set(const Bytes octets) {
    Bytes    row = octets, last;
    der::Tlv each;
    while (!row.empty() && !der::take(row, each)) {
        for (Bytes members = each.tag == der::tag::set ? each.content : Bytes(); !members.empty();) {
            der::Tlv member;
            if (der::take(members, member)) break;
            if (std::ranges::lexicographical_compare(member.whole, last)) return true;
            last = member.whole;
        }
        last = {};
        if ((each.tag & der::tag::constructed) && has_unordered_set(each.content)) return true;
    }
    return false;
}

/// EnvelopedData in place of EncryptedValue, encryptedRand, hashAlg, the new form of ckuann.
inline bool says_newer_type(const Disagreement& d) {
    constexpr std::string_view types[] = {"OSSL_CRMF_ENCRYPTEDVALUE", "OSSL_CMP_CHALLENGE", "OSSL_CRMF_POPOPRIVKEY", "OSSL_CMP_CERTSTATUS", "OSSL_CMP_CAKEYUPDANNCONTENT"};
    return std::ranges::any_of(types, [&](std::string_view type) { return d.says(type); });
}

struct Claim {
    const char* name;
    bool (*fits)(const Disagreement& d);
};
inline constexpr Claim claims[] = {
    // OpenSSL alone reads it.
    {"BER, which OpenSSL reads and writes otherwise (X.690 8; RFC 9810 5: DER)", [](const Disagreement& d) { return d.ours && (!der::well_formed(d.input, 100) || !equal(d.rewritten, d.input)); }},
    {"a time of another form (RFC 5280 4.1.2.5), which OpenSSL looks at when it is used", [](const Disagreement& d) { return d.is(Code::bad_value) && is_time(d.element()); }},
    {"a number beyond 64 bits where small ones stand", [](const Disagreement& d) { return d.is(Code::bad_value) && is_large(d.element()); }},
    {"a SET OF out of order (X.690 11.6)", [](const Disagreement& d) { return d.is(Code::bad_value) && has_unordered_set(d.input); }},
    {"an empty list where one element is needed: OpenSSL does not count", [](const Disagreement& d) { return d.is(Code::empty_list); }},
    {"a DEFAULT that is written out (X.690 11.5), kept by OpenSSL as it came", [](const Disagreement& d) { return d.is(Code::default_encoded); }},
    {"deeper than we look", [](const Disagreement& d) { return d.is(Code::too_deep); }},
    {"a PKCS#10 request without attributes (RFC 2986 4.1)", [](const Disagreement& d) { return d.is(Code::missing) && d.is_about("certificationRequestInfo.attributes"); }},
    {"a pkiconf of something else than NULL (RFC 9810 5.3.17)", [](const Disagreement& d) { return d.is(Code::unexpected) && d.is_about("body.pkiconf"); }},
    // We alone read it.
    {"an attribute of a name that is no string to OpenSSL (X.501: ANY)", [](const Disagreement& d) { return !d.ours && d.says("X509_NAME_ENTRY"); }},
    {"a string of characters that do not exist", [](const Disagreement& d) { return !d.ours && d.says("illegal characters"); }},
    {"an ediPartyName whose parts are no DirectoryStrings (RFC 5280 4.2.1.6): we do not look inside", [](const Disagreement& d) { return !d.ours && d.says("EDIPARTYNAME"); }},
    {"what RFC 9810 added, where OpenSSL has the form of RFC 4210", [](const Disagreement& d) { return !d.ours && says_newer_type(d); }},
    {"a value of a known type that it is not: raw to us (RFC 9810 5.1.1)", [](const Disagreement& d) { return !d.ours && (d.says("OSSL_CMP_ITAV") || d.says("OSSL_CRMF_ATTRIBUTETYPEANDVALUE")); }},
};

inline std::string openssl_words() {
    std::string   words;
    const char*   data  = nullptr;
    int           flags = 0;
    while (const unsigned long error = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
        const char* reason = ERR_reason_error_string(error);
        words.append(reason ? reason : "").append(" ").append(flags & ERR_TXT_STRING ? data : "").append("; ");
    }
    return words;
}

template <class T, class Theirs, auto release> struct Readings {
    Result<der::Parsed<T>>   ours;
    Openssl<Theirs, release> theirs;
    bool                     are_good() const { return ours && theirs; }
};

/// Reads both ways, and holds them to the claims. @tparam T  our type; the functions are OpenSSL's
template <class T, auto read, auto write, auto release> auto read_both_ways(Bytes input) {
    using Theirs = std::remove_pointer_t<decltype(read(nullptr, nullptr, 0))>;
    ERR_clear_error();
    Readings<T, Theirs, release> readings{der::parse<T>(copy_of(input)), Openssl<Theirs, release>(openssl_read(read, release, input))};
    if (bool(readings.ours) == bool(readings.theirs)) return readings;
    Disagreement disagreement{input, {}, {}, openssl_words()};
    if (!readings.ours) disagreement.ours = readings.ours.error();
    unsigned char* octets = nullptr;
    if (const int size = readings.theirs ? write(readings.theirs.get(), &octets) : 0; size > 0) disagreement.rewritten.assign(octets, octets + size);
    OPENSSL_free(octets);
    hold(std::ranges::any_of(claims, [&](const Claim& claim) { return claim.fits(disagreement); }));
    return readings;
}

}  // namespace cmpkit::fuzz

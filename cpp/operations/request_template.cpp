#include "operations/request_template.hpp"

#include "crypto/key_algorithm.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/names.hpp"

namespace cmpkit::operations {
namespace {

constexpr const char* clause = "RFC 9483 4.3.3";

Error no_place(const char* path, std::string detail) {
    return {.code = Code::bad_template, .path = path, .fail_info = FailInfo::badCertTemplate, .clause = clause, .detail = std::move(detail)};
}

// An element without content: a blank to be filled in.
bool is_blank(Bytes tlv) { return tlv.empty() || (tlv.size() == 2 && tlv[1] == 0); }

bool is_blank(const GeneralName& name) {
    if (const auto* dns = name.get<"dNSName">()) return dns->content.empty();
    if (const auto* uri = name.get<"uniformResourceIdentifier">()) return uri->content.empty();
    if (const auto* email = name.get<"rfc822Name">()) return email->content.empty();
    if (const auto* ip = name.get<"iPAddress">()) return ip->content.empty();
    const auto* directory = name.get<"directoryName">();
    return directory && directory->is_null_dn();
}

/// Wishes on their way into the blanks of a template; each is used once at most.
template <class T> class Pool {
public:
    void add(const T& wish) { wishes_.push_back({wish, false}); }

    /// The first unused wish that `fits`; null: there is none.
    template <class Fits> const T* take(const Fits& fits) {
        const auto found = std::ranges::find_if(wishes_, [&](const Wish& wish) { return !wish.is_used && fits(wish.value); });
        if (found == wishes_.end()) return nullptr;
        found->is_used = true;
        return &found->value;
    }
    const T* left_over() const {
        const auto found = std::ranges::find_if(wishes_, [](const Wish& wish) { return !wish.is_used; });
        return found == wishes_.end() ? nullptr : &found->value;
    }

private:
    struct Wish {
        T    value;
        bool is_used;
    };
    std::vector<Wish> wishes_;
};

bool same_attribute(const AttributeTypeAndValue& a, const AttributeTypeAndValue& b) {
    const RelativeDistinguishedName first(&a, 1), second(&b, 1);
    return same_name(Name(&first, 1), Name(&second, 1));
}

class Filling {
public:
    Filling(const CertTemplate& content, const TemplateWishes& wishes) : template_(content), wishes_(wishes) {}

    Result<FilledTemplate> fill() {
        FilledTemplate filled;
        if (template_.issuer && !template_.issuer->is_null_dn()) filled.issuer = der::encode(*template_.issuer);
        if (template_.validity && template_.validity->notAfter) filled.not_after = unix_seconds(*template_.validity->notAfter);
        auto subject = fill_subject();
        if (!subject) return subject.error();
        auto extensions = fill_extensions();
        if (!extensions) return extensions.error();
        filled.subject    = std::move(*subject);
        filled.extensions = std::move(*extensions);
        return filled;
    }

private:
    Result<Octets> fill_subject() {
        Name asked;
        if (!wishes_.subject.empty()) {
            auto name = der::parse<Name>(wishes_.subject, arena_);
            if (!name) return name.error();
            asked = *name;
        }
        if (template_.subject && template_.subject->is_null_dn()) return copy_of(wishes_.subject);
        Pool<AttributeTypeAndValue> pool;
        for (const RelativeDistinguishedName& rdn : asked)
            for (const AttributeTypeAndValue& attribute : rdn) pool.add(attribute);
        std::vector<RelativeDistinguishedName> rdns;
        for (std::size_t i = 0; template_.subject && i < template_.subject->size(); ++i)
            if (auto rdn = fill_rdn((*template_.subject)[i], pool); !rdn.empty()) rdns.push_back(rdn);
        if (const auto* extra = pool.left_over()) {
            const RelativeDistinguishedName rdn(extra, 1);
            return no_place("certTemplate.subject", "the template has no place for " + to_text(Name(&rdn, 1)));
        }
        return rdns.empty() ? Octets() : der::encode(Name(rdns.data(), rdns.size()));
    }

    RelativeDistinguishedName fill_rdn(const RelativeDistinguishedName& rdn, Pool<AttributeTypeAndValue>& pool) {
        auto*       attributes = arena_.make<AttributeTypeAndValue>(rdn.size());
        std::size_t count      = 0;
        for (const AttributeTypeAndValue& attribute : rdn) {
            const bool  is_open = is_blank(attribute.value.tlv);
            const auto* wish    = pool.take([&](const AttributeTypeAndValue& each) { return is_open ? each.type == attribute.type : same_attribute(each, attribute); });
            // RFC 9483 4.3.3: what is empty and nobody can fill in is left out.
            if (wish || !is_open) attributes[count++] = is_open ? *wish : attribute;
        }
        return {attributes, count};
    }

    Result<Octets> fill_extensions() {
        std::optional<Extensions> asked;
        if (!wishes_.extensions.empty()) {
            auto extensions = der::parse<Extensions>(wishes_.extensions, arena_);
            if (!extensions) return extensions.error();
            asked = *extensions;
        }
        Pool<Extension> pool;
        for (std::size_t i = 0; asked && i < asked->size(); ++i) pool.add((*asked)[i]);
        std::vector<Extension> filled;
        for (std::size_t i = 0; template_.extensions && i < template_.extensions->size(); ++i) {
            const Extension& wanted = (*template_.extensions)[i];
            const auto*      wish   = pool.take([&](const Extension& each) { return each.extnID == wanted.extnID; });
            if (auto done = fill_extension(wanted, wish, filled); !done) return done.error();
        }
        if (const auto* extra = pool.left_over()) return no_place("certTemplate.extensions", "the template has no place for the extension " + der::dotted(extra->extnID.content));
        return filled.empty() ? Octets() : der::encode(Extensions(filled));
    }

    Result<void> fill_extension(const Extension& wanted, const Extension* wish, std::vector<Extension>& filled) {
        const auto* names = wanted.extnValue.get<GeneralNames>();
        if (wanted.extnID == oids::id_ce_subjectAltName && names && !is_blank(wanted.extnValue.tlv)) return fill_names(wanted, *names, wish, filled);
        if (is_blank(wanted.extnValue.tlv)) {
            if (wish) filled.push_back(*wish);
        } else if (wish && !equal(wish->extnValue.tlv, wanted.extnValue.tlv)) {
            return no_place("certTemplate.extensions", "the template says otherwise for the extension " + der::dotted(wanted.extnID.content));
        } else {
            filled.push_back(wanted);
        }
        return {};
    }

    Result<void> fill_names(const Extension& wanted, const GeneralNames& names, const Extension* wish, std::vector<Extension>& filled) {
        Pool<GeneralName> pool;
        if (const auto* asked = wish ? wish->extnValue.get<GeneralNames>() : nullptr)
            for (const GeneralName& name : *asked) pool.add(name);
        auto*       put   = arena_.make<GeneralName>(names.size());
        std::size_t count = 0;
        for (const GeneralName& name : names) {
            const bool  is_open = is_blank(name);
            const auto* given   = pool.take([&](const GeneralName& each) { return is_open ? each.value.index() == name.value.index() : to_text(each) == to_text(name); });
            if (given || !is_open) put[count++] = is_open ? *given : name;
        }
        if (const auto* extra = pool.left_over()) return no_place("certTemplate.extensions", "the template has no place for " + to_text(*extra));
        if (count == 0) return {};
        auto* value     = arena_.make<GeneralNames>();
        *value          = GeneralNames(put, count);
        Extension names_given{wanted.extnID, wanted.critical, der::OpenOctets(der::Open::of(*value))};
        filled.push_back(names_given);
        return {};
    }

    const CertTemplate&   template_;
    const TemplateWishes& wishes_;
    der::Arena            arena_;
};

/// What one control of keySpec allows: "ec:P-256", "rsa:2048"; nothing: unknown.
std::optional<std::string> kind_of(const AttributeTypeAndValue& control) {
    if (control.type == oids::id_regCtrl_rsaKeyLen) {
        const auto* bits = control.value.get<std::int64_t>();
        return bits && *bits > 0 ? std::optional("rsa:" + std::to_string(*bits)) : std::nullopt;
    }
    const auto* algorithm = control.type == oids::id_regCtrl_algId ? control.value.get<AlgorithmIdentifier>() : nullptr;
    return algorithm ? crypto::key_kind(*algorithm) : std::nullopt;
}

}  // namespace

Result<FilledTemplate> fill(Bytes content, const TemplateWishes& wishes) {
    der::Arena arena;
    auto       read = der::parse<CertReqTemplateContent>(content, arena);
    if (!read) return read.error();
    return Filling(read->certTemplate, wishes).fill();
}

Result<std::optional<std::vector<std::string>>> key_kinds(Bytes content) {
    der::Arena arena;
    auto       read = der::parse<CertReqTemplateContent>(content, arena);
    if (!read) return read.error();
    std::optional<std::vector<std::string>> kinds;
    if (read->keySpec) kinds.emplace();
    for (std::size_t i = 0; read->keySpec && i < read->keySpec->size(); ++i)
        if (auto kind = kind_of((*read->keySpec)[i])) kinds->push_back(std::move(*kind));
    if (!read->keySpec && read->rsaKeyLen) kinds = {"rsa:" + std::to_string(*read->rsaKeyLen)};
    if (kinds && kinds->empty())
        return Error{.code = Code::unsupported, .path = "keySpec", .clause = clause, .detail = "the template allows only kinds of keys that are unknown here"};
    return kinds;
}

Result<void> check_key(Bytes content, const crypto::PublicKey& key) {
    auto kinds = key_kinds(content);
    if (!kinds) return kinds.error();
    const std::string name = key.name();
    if (!*kinds || std::ranges::find(**kinds, name) != (**kinds).end()) return {};
    std::string allowed;
    for (const std::string& kind : **kinds) allowed += (allowed.empty() ? "" : ", ") + kind;
    return no_place("keySpec", "the template allows " + allowed + "; this key is " + name);
}

}  // namespace cmpkit::operations

#include "operations/inquiry.hpp"

#include "crypto/chain.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"

namespace cmpkit::operations {
namespace {

using namespace oids;

// Which infoType answers which (RFC 9810 5.3.19); all others answer themselves.
struct Pair {
    const OidConstant &asked, &answered;
};
constexpr Pair pairs[] = {{id_it_rootCaCert, id_it_rootCaKeyUpdate}, {id_it_crlStatusList, id_it_crls}, {id_it_keyPairParamReq, id_it_keyPairParamRep}};

Bytes answer_to(Bytes type) {
    for (const Pair& pair : pairs)
        if (equal(pair.asked.content(), type)) return pair.answered.content();
    return type;
}

Inquiry asking(const OidConstant& type, std::optional<der::Open> value = {}) {
    const InfoTypeAndValue item{type, value};
    return {der::encode(item), {}};
}

Inquiry ask_by(const CRLSource& source, std::int64_t this_update) {
    der::Arena arena;
    CRLStatus  status{source, {}};
    if (this_update) status.thisUpdate = time_of(this_update, arena);
    const CRLStatusList list(&status, 1);
    return asking(id_it_crlStatusList, der::Open::of(list));
}

Error wrong(const char* detail) {
    return {.code = Code::bad_value, .path = "body.genp[0].infoValue", .fail_info = FailInfo::badDataFormat, .clause = "RFC 9483 4.3", .detail = detail};
}

// The types whose value the protocol fixes; others are the application's business.
bool has_its_type(const InfoTypeAndValue& item) {
    if (!item.infoValue) return true;
    if (item.infoType == id_it_caCerts) return item.infoValue->get<CaCertsValue>();
    if (item.infoType == id_it_rootCaKeyUpdate) return item.infoValue->get<RootCaKeyUpdateContent>();
    if (item.infoType == id_it_certReqTemplate) return item.infoValue->get<CertReqTemplateContent>();
    if (item.infoType == id_it_crls) return item.infoValue->get<CRLs>();
    if (item.infoType == id_it_currentCRL) return item.infoValue->get<CertificateList>();
    return true;
}

const InfoTypeAndValue* find_item(const GenMsgContent& items, Bytes type) {
    const auto found = std::ranges::find_if(items, [&](const InfoTypeAndValue& item) { return equal(item.infoType.content, type); });
    return found == items.end() ? nullptr : &*found;
}

/// A genp that was checked before, parsed again: the item of that type and what it looks into.
class Reading {
public:
    static Result<Reading> of(Bytes information) {
        auto items = der::parse<GenMsgContent>(copy_of(information));
        if (!items) return items.error();
        return Reading(*std::move(items));
    }
    const InfoTypeAndValue* item(const OidConstant& type) const { return find_item(*items_, type.content()); }
    template <class T> const T* value(const OidConstant& type) const {
        const InfoTypeAndValue* found = item(type);
        return found && found->infoValue ? found->infoValue->get<T>() : nullptr;
    }
    const GenMsgContent& operator*() const { return *items_; }

private:
    explicit Reading(der::Parsed<GenMsgContent> items) : items_(std::move(items)) {}
    der::Parsed<GenMsgContent> items_;
};

Result<crypto::Cert> certificate_in(const CMPCertificate& certificate) { return crypto::Cert::parse(certificate.received); }

Result<RootUpdate> update_of(const RootCaKeyUpdateContent& content) {
    RootUpdate update;
    auto       made = certificate_in(content.newWithNew);
    if (!made) return made.error();
    update.new_with_new = std::move(*made);
    if (content.newWithOld) {
        if (made = certificate_in(*content.newWithOld); !made) return made.error();
        update.new_with_old = std::move(*made);
    }
    if (content.oldWithNew) {
        if (made = certificate_in(*content.oldWithNew); !made) return made.error();
        update.old_with_new = std::move(*made);
    }
    return update;
}

}  // namespace

// ---------------------------------------------------------------- what is asked

Inquiry ask_ca_certificates() { return asking(id_it_caCerts); }

Inquiry ask_root_update(const crypto::Cert& old_root) { return old_root ? asking(id_it_rootCaCert, der::Open::of(*old_root)) : asking(id_it_rootCaCert); }

Inquiry ask_request_template(std::string profile) {
    Inquiry inquiry = asking(id_it_certReqTemplate);
    inquiry.profile = std::move(profile);
    return inquiry;
}

Inquiry ask_crl(Bytes issuer, std::int64_t this_update) {
    der::Arena arena;
    auto       name = der::parse<Name>(issuer, arena);
    GeneralName one = directory_name(name ? *name : Name());
    CRLSource  source;
    source.emplace<"issuer">() = GeneralNames(&one, 1);
    return ask_by(source, this_update);
}

Inquiry ask_crl_at(std::string_view uri, std::int64_t this_update) {
    GeneralName one;
    one.emplace<"uniformResourceIdentifier">() = der::IA5String{bytes_of(uri)};
    CRLSource source;
    source.emplace<"dpn">().emplace<"fullName">() = GeneralNames(&one, 1);
    return ask_by(source, this_update);
}

Result<Inquiry> ask(Bytes type, Bytes value) {
    InfoTypeAndValue item{der::Oid{type}, {}};
    if (!value.empty()) {
        der::Arena arena;
        if (auto element = der::parse<der::Any>(value, arena); !element) return element.error();
        item.infoValue = der::Open::raw(value);
    }
    return Inquiry{der::encode(item), {}};
}

std::string_view label_of(const Inquiry& inquiry) {
    der::Arena arena;
    const auto item = inquiry.item.empty() ? Result<InfoTypeAndValue>(InfoTypeAndValue()) : der::parse<InfoTypeAndValue>(inquiry.item, arena);
    if (!item) return {};
    if (item->infoType == id_it_caCerts) return "getcacerts";
    if (item->infoType == id_it_rootCaCert || item->infoType == id_it_rootCaKeyUpdate) return "getrootupdate";
    if (item->infoType == id_it_certReqTemplate) return "getcertreqtemplate";
    if (item->infoType == id_it_crlStatusList || item->infoType == id_it_currentCRL) return "getcrls";
    return {};
}

// ---------------------------------------------------------------- what is answered

Result<void> check_information(const Inquiry& inquiry, const GenMsgContent& answer, std::span<const crypto::Cert> anchors, std::int64_t now) {
    if (!std::ranges::all_of(answer, has_its_type)) return wrong("it is not of the type that its infoType has");
    if (inquiry.item.empty()) return {};
    der::Arena arena;
    auto       asked = der::parse<InfoTypeAndValue>(inquiry.item, arena);
    if (!asked) return asked.error();
    if (!find_item(answer, answer_to(asked->infoType.content)))
        return Error{.code = Code::unexpected_body, .path = "body.genp", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.3",
                     .detail = find_item(answer, id_it_unsupportedOIDs.content()) ? "the CA does not know this infoType" : "no item answers what was asked for"};
    const auto* item   = find_item(answer, id_it_rootCaKeyUpdate.content());
    const auto* update = item && item->infoValue ? item->infoValue->get<RootCaKeyUpdateContent>() : nullptr;
    if (!update) return {};
    auto read = update_of(*update);
    if (!read) return read.error();
    auto old_root = asked->infoValue ? crypto::Cert::parse(asked->infoValue->tlv) : Result<crypto::Cert>(crypto::Cert());
    if (!old_root) return old_root.error();
    auto way = anchor_behind(*read, *old_root ? std::span<const crypto::Cert>(&*old_root, 1) : anchors, now);
    return way ? Result<void>() : way.error();
}

Result<std::vector<crypto::Cert>> ca_certificates(Bytes information) {
    auto reading = Reading::of(information);
    if (!reading) return reading.error();
    std::vector<crypto::Cert> all;
    const auto*               found = reading->value<CaCertsValue>(id_it_caCerts);
    for (std::size_t i = 0; found && i < found->size(); ++i) {
        auto certificate = certificate_in((*found)[i]);
        if (!certificate) return certificate.error();
        all.push_back(std::move(*certificate));
    }
    return all;
}

Result<std::vector<Octets>> certificate_lists(Bytes information) {
    auto reading = Reading::of(information);
    if (!reading) return reading.error();
    std::vector<Octets> all;
    if (const auto* lists = reading->value<CRLs>(id_it_crls))
        for (const CertificateList& list : *lists) all.push_back(copy_of(list.received));
    if (const auto* list = reading->value<CertificateList>(id_it_currentCRL)) all.push_back(copy_of(list->received));
    return all;
}

Result<Octets> request_template(Bytes information) { return value_of_type(information, id_it_certReqTemplate.content()); }

Result<Octets> value_of_type(Bytes information, Bytes type) {
    auto reading = Reading::of(information);
    if (!reading) return reading.error();
    const InfoTypeAndValue* item = find_item(**reading, type);
    if (!item) return Error{.code = Code::not_found, .detail = "the answer has no item of this infoType"};
    return item->infoValue ? copy_of(item->infoValue->tlv) : Octets();
}

Result<std::optional<RootUpdate>> root_update(Bytes information) {
    auto reading = Reading::of(information);
    if (!reading) return reading.error();
    const auto* content = reading->value<RootCaKeyUpdateContent>(id_it_rootCaKeyUpdate);
    if (!content) return std::optional<RootUpdate>();
    auto update = update_of(*content);
    if (!update) return update.error();
    return std::optional(std::move(*update));
}

Result<crypto::Cert> anchor_behind(const RootUpdate& update, std::span<const crypto::Cert> anchors, std::int64_t now) {
    const auto refused = [](const char* detail) {
        return Error{.code = Code::signer_not_trusted, .path = "body.genp[0].infoValue", .fail_info = FailInfo::signerNotTrusted, .clause = "RFC 9810 4.4", .detail = detail};
    };
    const crypto::Cert& root = update.new_with_new;
    if (!root.is_ca() || !crypto::is_issued_by(root, root)) return refused("newWithNew is no root: it does not sign itself as a CA");
    if (now && (now < root.not_before() || now > root.not_after()))
        return Error{.code = Code::certificate_expired, .path = "body.genp[0].infoValue.newWithNew", .fail_info = FailInfo::signerNotTrusted, .clause = "RFC 9810 4.4"};
    if (!update.new_with_old) return refused("there is no newWithOld, so nothing leads from the old root to the new one");
    if (!equal(update.new_with_old->subjectPublicKeyInfo.received, root->subjectPublicKeyInfo.received) || !same_name(update.new_with_old->subject, root->subject))
        return refused("newWithOld is for another key or name than newWithNew");
    for (const crypto::Cert& anchor : anchors) {
        if (!crypto::is_issued_by(update.new_with_old, anchor)) continue;
        auto verifier = crypto::Verifier::make({.anchors = {anchor}, .intermediates = {}, .crls = {}, .revocation = crypto::Revocation::none});
        if (!verifier) return verifier.error();
        if (auto path = (*verifier)->path(update.new_with_old, {}, now); !path) return path.error();
        return anchor;
    }
    return refused("newWithOld is not signed by a root that is trusted here");
}

}  // namespace cmpkit::operations

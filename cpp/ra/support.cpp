#include "ra/support.hpp"

#include "admission/information_draft.hpp"
#include "admission/refusal.hpp"
#include "der/encode.hpp"
#include "messages/extensions.hpp"
#include "messages/general.hpp"
#include "messages/names.hpp"

namespace cmpkit::ra {
namespace {

using namespace oids;
using admission::refusal, admission::failure, admission::oid_text;

bool has_same_key(const crypto::Cert& a, const crypto::Cert& b) {
    return same_name(a->subject, b->subject) && equal(der::encode(a->subjectPublicKeyInfo), der::encode(b->subjectPublicKeyInfo));
}

bool shares_name(const GeneralNames& some, const GeneralNames& others) {
    return std::ranges::any_of(some, [&](const GeneralName& one) {
        return std::ranges::any_of(others, [&](const GeneralName& other) { return equal(der::encode(one), der::encode(other)); });
    });
}

// RFC 5280 5.2.5: a CRL that is not for all certificates of its issuer says which distribution point it is for.
bool is_source_of(const CRLSource& source, const CertificateList& list) {
    const Name& issuer = list.tbsCertList.issuer;
    if (const auto* names = source.get<"issuer">())
        return std::ranges::any_of(*names, [&](const GeneralName& name) { return name.is<"directoryName">() && same_name(*name.get<"directoryName">(), issuer); });
    const auto* asked = source.get<"dpn">()->get<"fullName">();
    if (!asked || !list.tbsCertList.crlExtensions) return false;
    const auto* point = extension_value<IssuingDistributionPoint>(*list.tbsCertList.crlExtensions, id_ce_issuingDistributionPoint);
    const auto* names = point && point->distributionPoint ? point->distributionPoint->get<"fullName">() : nullptr;
    return names && shares_name(*asked, *names);
}

/// One genm on its way to its genp.
class Telling : admission::InformationDraft {
public:
    Telling(const Support& support, const GenMsgContent& items) : support_(support), items_(items) {}

    Result<operations::Information> answer() {
        for (const InfoTypeAndValue& item : items_)
            if (auto told = tell(item); !told) return told.error();
        if (items_.empty()) tell_all();
        if (!unknown_.empty() && answers_.empty())
            return refusal(FailInfo::badRequest, "the infoType " + oid_text(unknown_.front().content) + " is not known here", "RFC 9810 5.3.19");
        if (!unknown_.empty()) add(id_it_unsupportedOIDs, OidList(unknown_));
        return operations::Information{der::encode(GenMsgContent(answers_))};
    }

private:
    Result<void> tell(const InfoTypeAndValue& item) {
        if (item.infoType == id_it_caCerts) return tell_ca_certificates(), Result<void>();
        if (item.infoType == id_it_rootCaCert || item.infoType == id_it_rootCaKeyUpdate) return tell_root_update(item);
        if (item.infoType == id_it_crlStatusList) return tell_crls(*item.infoValue->get<CRLStatusList>());
        const auto found = std::ranges::find_if(support_.items, [&](const auto& each) { return equal(each.type, item.infoType.content); });
        if (found == support_.items.end()) unknown_.push_back(item.infoType);
        else add_raw(found->type, found->value);
        return {};
    }

    // RFC 9810 D.5: what will be needed for later operations.
    void tell_all() {
        if (!support_.ca_certificates.empty()) tell_ca_certificates();
        if (!support_.root_updates.empty()) add_update(support_.root_updates.back());
        for (const auto& item : support_.items) add_raw(item.type, item.value);
    }

    void tell_ca_certificates() {
        std::vector<CMPCertificate> all;
        for (const crypto::Cert& certificate : support_.ca_certificates) all.push_back(*certificate);
        if (all.empty()) add_type(id_it_caCerts);
        else add(id_it_caCerts, CaCertsValue(kept(all)));
    }

    // RFC 9483 4.3.2; without the root that is held it is the newest one that is told.
    Result<void> tell_root_update(const InfoTypeAndValue& item) {
        const auto& updates = support_.root_updates;
        const auto* held    = item.infoValue ? item.infoValue->get<CMPCertificate>() : nullptr;
        if (!held) return updates.empty() ? add_type(id_it_rootCaKeyUpdate) : add_update(updates.back()), Result<void>();
        auto root = crypto::Cert::parse(held->received);
        if (!root) return refusal(FailInfo::badDataFormat, "the root cannot be read", "RFC 9483 4.3.2");
        const auto found = std::ranges::find_if(updates, [&](const RootUpdate& update) { return has_same_key(update.old_with_new, *root); });
        return found == updates.end() ? add_type(id_it_rootCaKeyUpdate) : add_update(*found), Result<void>();
    }

    void add_update(const RootUpdate& update) { add(id_it_rootCaKeyUpdate, RootCaKeyUpdateContent{*update.new_with_new, *update.new_with_old, *update.old_with_new}); }

    // RFC 9810 5.3.19.17: only those that are newer than what the requester holds. That there is nothing newer is said of CRLs that are here alone.
    Result<void> tell_crls(const CRLStatusList& held) {
        std::vector<CertificateList> newer;
        bool                         is_known = false;
        for (const Octets& octets : support_.crls) {
            auto list = der::parse<CertificateList>(octets, arena_);
            if (!list) return failure(Code::bad_configuration, "a CRL cannot be read", list.error());
            bool is_newer = false;
            for (const CRLStatus& status : held) {
                if (!is_source_of(status.source, *list)) continue;
                is_known = true;
                is_newer = is_newer || !status.thisUpdate || unix_seconds(list->tbsCertList.thisUpdate) > unix_seconds(*status.thisUpdate);
            }
            if (is_newer) newer.push_back(*list);
        }
        if (!is_known) return refusal(FailInfo::badRequest, "the CRL of this source is not here", "RFC 9483 4.3.4");
        if (newer.empty()) add_type(id_it_crls);
        else add(id_it_crls, CRLs(kept(newer)));
        return {};
    }

    const Support&                support_;
    const GenMsgContent&          items_;
    std::vector<der::Oid>         unknown_;
};

}  // namespace

Result<void> check(const Support& support) {
    const auto wrong = [](const char* what) { return Error{.code = Code::bad_configuration, .clause = "RFC 9810 4.4", .detail = what}; };
    for (const RootUpdate& update : support.root_updates) {
        if (!has_same_key(update.new_with_new, update.new_with_old)) return wrong("new_with_old is not about the root of new_with_new");
        if (!same_name(update.old_with_new->issuer, update.new_with_new->subject)) return wrong("old_with_new is not issued by the root of new_with_new");
        if (!same_name(update.new_with_old->issuer, update.old_with_new->subject)) return wrong("new_with_old is not issued by the root of old_with_new");
    }
    der::Arena arena;
    for (const Octets& crl : support.crls)
        if (auto list = der::parse<CertificateList>(crl, arena); !list) return failure(Code::bad_configuration, "a CRL cannot be read", list.error());
    return {};
}

Result<operations::Information> answer_from(const Support& support, const operations::InformationRequest& request) { return Telling(support, *request.items).answer(); }

}  // namespace cmpkit::ra

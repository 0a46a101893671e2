#include "ca/support.hpp"

#include "admission/information_draft.hpp"
#include "admission/refusal.hpp"
#include "ca/known_names.hpp"
#include "ca/request_template.hpp"
#include "ca/roots.hpp"

#include <deque>

namespace cmpkit::ca {

using operations::Decision, operations::Information, operations::InformationRequest, operations::Requester, operations::RequesterKind, operations::Waiting;

namespace {

using namespace oids;

/// One genm on its way to its genp: each item asks one thing, or an empty list asks for all that everybody is told.
class Informing : admission::InformationDraft {
public:
    Informing(CertificationAuthority& authority, const Core& core, const InformationRequest& request, const Requester& requester)
        : authority_(authority), core_(core), request_(request), requester_(requester) {}

    Result<Decision<Information>> answer() {
        for (const InfoTypeAndValue& item : *request_.items)
            if (auto told = tell(item); !told) return told.error();
        if (waiting_) return Decision<Information>{std::move(*waiting_), {}};  // one that is not known yet holds up the others: there is one answer
        if (request_.items->empty())
            if (auto told = tell_all(); !told) return told.error();
        if (!unknown_.empty() && answers_.empty())
            return refusal(FailInfo::badRequest, "the infoType " + oid_text(unknown_.front().content) + " is not known here", "RFC 9810 5.3.19");
        if (!unknown_.empty()) add(id_it_unsupportedOIDs, OidList(unknown_));
        return Decision<Information>{Information{der::encode(GenMsgContent(answers_))}, {}};
    }

private:
    struct Row {
        const OidConstant& type;
        Result<void> (Informing::*tell)();
    };
    static std::span<const Row> table();

    Result<void> tell(const InfoTypeAndValue& item) {
        item_ = &item;
        for (const Row& row : table())
            if (item.infoType == row.type) return (this->*row.tell)();
        return tell_own();
    }

    // RFC 9810 D.5: what will be needed for later operations.
    Result<void> tell_all() {
        const InfoTypeAndValue nothing{};
        item_ = &nothing;
        if (core_.settings.support.encryption_certificate)
            if (auto told = tell_encryption_certificate(); !told) return told;
        for (const auto each : {&Informing::tell_signing_keys, &Informing::tell_encryption_keys, &Informing::tell_cipher, &Informing::tell_key_update, &Informing::tell_current_crl})
            if (auto told = (this->*each)(); !told) return told;
        for (const Support::Item& item : core_.settings.support.items) add_raw(item.type, item.value);
        return {};
    }

    Result<void> tell_ca_certificates() {
        std::vector<CMPCertificate> all;
        for (const auto* certificates : {&core_.chain, &core_.settings.support.ca_certificates})
            for (const crypto::Cert& certificate : *certificates) all.push_back(*certificate);
        if (all.empty()) add_type(id_it_caCerts);
        else add(id_it_caCerts, CaCertsValue(kept(all)));
        return {};
    }

    // RFC 9483 4.3.2. The draft asked with the infoType of the answer and without a root: then it is the newest one that is told.
    Result<void> tell_root_update() {
        auto roots = Roots::load(core_.store, core_.records.issuer_id());
        if (!roots) return roots.error();
        const auto*     held = item_->infoValue ? item_->infoValue->get<CMPCertificate>() : nullptr;
        const RootStep* step = nullptr;
        if (held) {
            auto root = crypto::Cert::parse(held->received);
            if (!root) return refusal(FailInfo::badDataFormat, "the root cannot be read", "RFC 9483 4.3.2");
            step = roots->after(*root);
        } else if (!roots->steps.empty()) {
            step = &roots->steps.back();
        }
        if (!step) return add_type(id_it_rootCaKeyUpdate), Result<void>();
        steps_.push_back(*step);
        const RootStep& told = steps_.back();
        add(id_it_rootCaKeyUpdate, RootCaKeyUpdateContent{*told.new_with_new, *told.new_with_old, *told.old_with_new});
        return {};
    }

    // The form of RFC 4210, for those who ask for all of it.
    Result<void> tell_key_update() {
        auto roots = Roots::load(core_.store, core_.records.issuer_id());
        if (!roots) return roots.error();
        if (roots->steps.empty()) return {};
        steps_.push_back(roots->steps.back());
        const RootStep& told = steps_.back();
        add(id_it_caKeyUpdateInfo, CAKeyUpdAnnContent{*told.old_with_new, *told.new_with_old, *told.new_with_new});
        return {};
    }

    const crypto::Cert* own_certificate() const { return requester_.kind == RequesterKind::own ? &requester_.certificate : nullptr; }

    // An RA asks for devices that it does not name.
    Result<std::optional<GivenNames>> names_of_requester(const Rules& rules) const {
        if (requester_.kind == RequesterKind::ra) return std::optional<GivenNames>();
        return names_given(core_.settings.namer, rules, {requester_, rules.profile.name, nullptr, nullptr, own_certificate()});
    }

    Result<void> tell_template() {
        const Secrets::Entry* secret = requester_.kind == RequesterKind::secret ? core_.secrets.find(bytes_of(requester_.reference)) : nullptr;
        const Rules*          rules  = core_.profile_for(secret, request_.profile);
        if (!rules) return refusal(FailInfo::badRequest, "certProfile: there is none of this name", "RFC 9483 4.3.3");
        if (!rules->allows(requester_.kind)) return refusal(FailInfo::notAuthorized, "this profile is not for this kind of requester");
        if (!rules->profile.offer_template) return add_type(id_it_certReqTemplate), Result<void>();
        const auto given = names_of_requester(*rules);
        if (!given) return given.error();
        auto named = *given ? read_names(**given, arena_) : Result(Names());
        if (!named) return named.error();
        const Callings         callings(*rules, requester_.kind, secret);
        const TemplateNames    names{own_certificate(), *given ? &*named : nullptr, callings, identity_of(requester_)};
        CertReqTemplateContent content;
        if (auto done = describe_request(core_, *rules, names, content, arena_); !done) return done;
        add(id_it_certReqTemplate, content);
        return {};
    }

    Result<void> tell_current_crl() {
        auto crl = authority_.latest_crl();
        if (!crl) return crl.error();
        if (!*crl) return add_type(id_it_currentCRL), Result<void>();
        auto list = der::parse<CertificateList>(arena_.keep((*crl)->der), arena_);
        if (!list) return failure(Code::store_failed, "the newest CRL cannot be read", list.error());
        add(id_it_currentCRL, *list);
        return {};
    }

    // RFC 9810 5.3.19.17: only those that are newer than what the requester holds.
    Result<void> tell_crls() {
        auto ours = authority_.latest_crl();
        if (!ours) return ours.error();
        std::vector<Bytes> candidates;
        if (*ours) candidates.push_back(arena_.keep((*ours)->der));
        candidates.insert(candidates.end(), core_.settings.support.crls.begin(), core_.settings.support.crls.end());
        std::vector<CertificateList> newer;
        for (const Bytes octets : candidates) {
            auto list = der::parse<CertificateList>(octets, arena_);
            if (!list) return failure(Code::store_failed, "a CRL cannot be read", list.error());
            if (is_asked_for(*list)) newer.push_back(*list);
        }
        if (newer.empty()) add_type(id_it_crls);
        else add(id_it_crls, CRLs(kept(newer)));
        return {};
    }

    bool is_asked_for(const CertificateList& list) const {
        return std::ranges::any_of(*item_->infoValue->get<CRLStatusList>(), [&](const CRLStatus& status) {
            const bool is_newer = !status.thisUpdate || unix_seconds(list.tbsCertList.thisUpdate) > unix_seconds(*status.thisUpdate);
            return is_newer && is_source_of(status.source, list);
        });
    }

    bool is_source_of(const CRLSource& source, const CertificateList& list) const {
        const Name& issuer = list.tbsCertList.issuer;
        if (const auto* names = source.get<"issuer">())
            return std::ranges::any_of(*names, [&](const GeneralName& name) { return name.is<"directoryName">() && same_name(*name.get<"directoryName">(), issuer); });
        const auto* full = source.get<"dpn">()->get<"fullName">();
        if (!full || !same_name(issuer, core_.name())) return false;  // the points of our profiles are those of our own CRL
        return std::ranges::any_of(*full, [&](const GeneralName& name) {
            const auto* uri = name.get<"uniformResourceIdentifier">();
            return uri && std::ranges::any_of(core_.profiles, [&](const Rules& rules) {
                return std::ranges::find(rules.profile.crl_distribution_points, text_of(uri->content)) != rules.profile.crl_distribution_points.end();
            });
        });
    }

    std::vector<AlgorithmIdentifier> algorithms_where(bool (*is_wanted)(const AlgorithmIdentifier&)) const {
        std::vector<AlgorithmIdentifier> all;
        for (const Rules& rules : core_.profiles)
            for (const AlgorithmIdentifier& one : key_algorithms(rules)) {
                const auto same = [&](const AlgorithmIdentifier& other) { return equal(der::encode(one), der::encode(other)); };
                if (is_wanted(one) && std::ranges::none_of(all, same)) all.push_back(one);
            }
        return all;
    }

    void add_algorithms(const OidConstant& type, const std::vector<AlgorithmIdentifier>& algorithms) {
        if (!algorithms.empty()) add(type, AlgorithmList(kept(algorithms)));
        else if (!request_.items->empty()) add_type(type);
    }

    Result<void> tell_signing_keys() {
        add_algorithms(id_it_signKeyPairTypes, algorithms_where([](const AlgorithmIdentifier&) { return true; }));
        return {};
    }
    Result<void> tell_encryption_keys() {
        const auto can_encrypt = [](const AlgorithmIdentifier& one) { return one.algorithm == rsaEncryption || one.algorithm == id_ecPublicKey; };
        add_algorithms(id_it_encKeyPairTypes, algorithms_where(can_encrypt));
        return {};
    }

    Result<void> tell_cipher() {
        if (core_.settings.support.preferred_cipher.empty()) return note_unknown();
        auto oid = oid_from_text(core_.settings.support.preferred_cipher);
        if (!oid) return failure(Code::bad_configuration, "preferred_cipher", oid.error());
        add(id_it_preferredSymmAlg, AlgorithmIdentifier{der::Oid{arena_.keep(*oid)}, {}});
        return {};
    }

    Result<void> tell_encryption_certificate() {
        if (const crypto::Cert& certificate = core_.settings.support.encryption_certificate) add(id_it_caProtEncCert, CMPCertificate(*certificate));
        else add_type(id_it_caProtEncCert);
        return {};
    }

    Result<void> tell_key_parameters() {
        const auto* asked = item_->infoValue ? item_->infoValue->get<der::Oid>() : nullptr;
        if (!asked) return refusal(FailInfo::badRequest, "keyPairParamReq needs the OID of an algorithm", "RFC 9810 5.3.19.8");
        const auto algorithms = key_algorithms(core_.profiles.front());
        const auto found      = std::ranges::find_if(algorithms, [&](const AlgorithmIdentifier& one) { return one.algorithm == *asked; });
        if (found == algorithms.end()) add_type(id_it_keyPairParamRep);
        else add(id_it_keyPairParamRep, *found);
        return {};
    }

    Result<void> tell_language() {
        const auto* tags = item_->infoValue ? item_->infoValue->get<LanguageTags>() : nullptr;
        if (!tags) return refusal(FailInfo::badRequest, "suppLangTags needs its list", "RFC 9810 5.3.19.13");
        const auto& ours = core_.settings.support.languages;
        for (const der::Utf8String& tag : *tags)
            if (std::ranges::find(ours, text_of(tag.content)) != ours.end()) return add(id_it_suppLangTags, LanguageTags(kept(std::vector{tag}))), Result<void>();
        return refusal(FailInfo::badRequest, "none of these languages is spoken here", "RFC 9810 5.3.19.13");
    }

    // What the application or the site has defined.
    Result<void> tell_own() {
        const Bytes type = item_->infoType.content;
        if (const auto informant = core_.settings.support.informants ? core_.settings.support.informants->find(type) : Informants::Informant()) {
            auto value = informant(requester_, item_->infoValue ? item_->infoValue->tlv : Bytes());
            if (!value) return value.error();
            if (const auto* octets = std::get_if<Octets>(&*value)) add_raw(type, arena_.keep(*octets));
            else waiting_ = std::get<Waiting>(std::move(*value));
            return {};
        }
        const auto& items = core_.settings.support.items;
        const auto  found = std::ranges::find_if(items, [&](const Support::Item& each) { return equal(each.type, type); });
        if (found == items.end()) return note_unknown();
        add_raw(found->type, found->value);
        return {};
    }

    Result<void> note_unknown() {
        if (!request_.items->empty()) unknown_.push_back(item_->infoType);
        return {};
    }

    CertificationAuthority&       authority_;
    const Core&                   core_;
    const InformationRequest&     request_;
    const Requester&              requester_;
    const InfoTypeAndValue*       item_ = nullptr;  // the one that is answered
    std::deque<RootStep>          steps_;           // what answers look into
    std::vector<der::Oid>         unknown_;
    std::optional<Waiting>        waiting_;
};

std::span<const Informing::Row> Informing::table() {
    using I = Informing;
    static constexpr Row rows[] = {
        {id_it_caCerts, &I::tell_ca_certificates},     {id_it_rootCaCert, &I::tell_root_update},       {id_it_rootCaKeyUpdate, &I::tell_root_update},
        {id_it_certReqTemplate, &I::tell_template},    {id_it_crlStatusList, &I::tell_crls},           {id_it_currentCRL, &I::tell_current_crl},
        {id_it_signKeyPairTypes, &I::tell_signing_keys}, {id_it_encKeyPairTypes, &I::tell_encryption_keys}, {id_it_preferredSymmAlg, &I::tell_cipher},
        {id_it_caProtEncCert, &I::tell_encryption_certificate}, {id_it_keyPairParamReq, &I::tell_key_parameters}, {id_it_suppLangTags, &I::tell_language},
    };
    return rows;
}

}  // namespace

Result<Decision<Information>> CertificationAuthority::inform(const InformationRequest& request, const Requester& requester, std::int64_t) {
    auto decision = Informing(*this, *state_, request, requester).answer();
    return decision ? decision : decision_of<Information>(decision.error());
}

}  // namespace cmpkit::ca

#include "messages/names.hpp"
#include "messages/round_trip.hpp"

using namespace cmpkit;

namespace {

/// What the bodies below are made of. Values that stand in lists must outlive the message, so they live here.
struct Parts {
    der::Parsed<Certificate>     certificate = parsed<Certificate>(oracle("cert-a.hex"));
    der::Parsed<CertificateList> crl         = parsed<CertificateList>(read_file(data_folder() / "openssl/ca.crl"));
    der::Parsed<PKIMessage>      request     = parsed<PKIMessage>(oracle("t1.hex"));
    Octets                       octets{0x80, 0x01, 0x02};
    der::Arena                   arena;
    Name                         issuer = common_name("test-ca", arena);
    GeneralName                  sender = directory_name(issuer);
    AlgorithmIdentifier          aes{oids::id_aes256_CBC, der::Open::of(iv)};
    AlgorithmIdentifier          wrap{oids::id_aes256_wrap, std::nullopt};
    der::OctetString             iv{octets};
    der::BitString               bits{0, octets};
    der::Utf8String              word = der::utf8_string("später");
    PKIFreeText                  text{&word, 1};
    PKIStatusInfo                refused{PKIStatus::rejection, text, PKIFailureInfo::of({FailInfo::badRequest, FailInfo::badPOP})};
    CertId                       cert_id{sender, der::Integer{Bytes(octets).subspan(1)}};
    CMPCertificates              certificates{&*certificate, 1};
    Bytes                        reason_octets = arena.keep(der::encode(CRLReason{Reason::keyCompromise}));
    Extension                    reason{oids::id_ce_cRLReasons, false, der::Open::raw(reason_octets)};
    Extensions                   reasons{&reason, 1};
    der::GeneralizedTime         time = der::generalized_time(1748779200, arena);
    RecipientInfo                recipient;
    EnvelopedData                enveloped;
    EncryptedKey                 secret_key;
    CertifiedKeyPair             key_pair;
    CertResponse                 granted;
    CertReqMsg                   cert_request;

    Parts() {
        RecipientIdentifier rid;
        rid.emplace<"subjectKeyIdentifier">() = iv;
        recipient.emplace<"ktri">() = {2, rid, wrap, iv};
        enveloped = {2, {}, SetOf<RecipientInfo>(&recipient, 1), {oids::id_data, aes, iv}, {}};
        secret_key.emplace<"envelopedData">() = enveloped;
        key_pair.certOrEncCert.emplace<"encryptedCert">() = secret_key;
        key_pair.privateKey = secret_key;
        granted = {0, {PKIStatus::grantedWithMods, text, {}}, key_pair, iv};
        cert_request.certReq.certTemplate.subject = issuer;
    }
};

void check_body(const PKIBody& body) {
    INFO(body.name());
    check_built(body);
    PKIMessage message;
    der::Arena arena;
    message.header.sender = message.header.recipient = directory_name(common_name("a", arena));
    message.body = body;
    check_built(message);
}

template <der::Name Alternative, class T> PKIBody body_of(const T& content) {
    PKIBody body;
    body.emplace<Alternative>() = content;
    return body;
}

}  // namespace

TEST_CASE("request bodies that no peer sent round-trip", "[messages]") {
    const Parts parts;
    const CertReqMessages requests(&parts.cert_request, 1);
    check_body(body_of<"krr">(requests));
    check_body(body_of<"ccr">(requests));
    check_body(body_of<"kur">(requests));
    const RevDetails details[] = {{{}, parts.reasons}, {parts.cert_request.certReq.certTemplate, {}}};
    check_body(body_of<"rr">(RevReqContent(details, 2)));
    check_body(body_of<"nested">(PKIMessages(&*parts.request, 1)));
}

TEST_CASE("response bodies that no peer sent round-trip", "[messages]") {
    const Parts parts;
    const CertRepMessage replies{parts.certificates, List<CertResponse>(&parts.granted, 1)};
    check_body(body_of<"ccp">(replies));
    check_body(body_of<"ip">(replies));
    check_body(body_of<"krp">(KeyRecRepContent{parts.refused, *parts.certificate, parts.certificates, List<CertifiedKeyPair, non_empty>(&parts.key_pair, 1)}));
    check_body(body_of<"krp">(KeyRecRepContent{}));
    check_body(body_of<"rp">(RevRepContent{{&parts.refused, 1}, List<CertId, non_empty>(&parts.cert_id, 1), List<CertificateList, non_empty>(&*parts.crl, 1)}));
    check_body(body_of<"error">(ErrorMsgContent{parts.refused, der::Integer{parts.octets}, parts.text}));
    const PollRep wait{-1, 3600, parts.text};
    check_body(body_of<"pollRep">(PollRepContent(&wait, 1)));
}

TEST_CASE("announcements round-trip", "[messages]") {
    const Parts parts;
    const Certificate& certificate = *parts.certificate;
    CAKeyUpdContent update;
    update.emplace<"cAKeyUpdAnnV2">() = {certificate, certificate, certificate};
    check_body(body_of<"ckuann">(update));
    update.emplace<"cAKeyUpdAnnV3">() = {certificate, certificate, {}};
    check_body(body_of<"ckuann">(update));
    check_body(body_of<"cann">(certificate));
    check_body(body_of<"rann">(RevAnnContent{PKIStatus::revocationWarning, parts.cert_id, parts.time, parts.time, parts.reasons}));
    check_body(body_of<"crlann">(CRLAnnContent(&*parts.crl, 1)));
    check_body(body_of<"crlann">(CRLAnnContent()));
}

TEST_CASE("challenges round-trip, old and new", "[messages]") {
    const Parts parts;
    const Challenge challenges[] = {{parts.wrap, parts.iv, parts.iv, {}}, {{}, parts.iv, {}, parts.enveloped}};
    check_body(body_of<"popdecc">(POPODecKeyChallContent(challenges, 2)));
    const der::Integer answers[] = {{Bytes(parts.octets).first(1)}, {Bytes(parts.octets).subspan(1)}};
    check_body(body_of<"popdecr">(POPODecKeyRespContent(answers, 2)));
}

TEST_CASE("lists that may be empty round-trip empty", "[messages]") {
    check_body(body_of<"genm">(GenMsgContent()));
    check_body(body_of<"genp">(GenMsgContent()));
    check_body(body_of<"certConf">(CertConfirmContent()));
    check_body(body_of<"rr">(RevReqContent()));
    check_body(body_of<"pollReq">(PollReqContent()));
    check_body(body_of<"pollRep">(PollRepContent()));
    check_body(body_of<"popdecc">(POPODecKeyChallContent()));
    check_body(body_of<"popdecr">(POPODecKeyRespContent()));
    check_body(body_of<"ip">(CertRepMessage()));
}

TEST_CASE("every value of general information round-trips decoded", "[messages]") {
    const Parts parts;
    const CMPCertificates certificates = parts.certificates;
    const Certificate&    certificate  = *parts.certificate;
    const CAKeyUpdAnnContent     announced{certificate, certificate, certificate};
    const RootCaKeyUpdateContent updated{certificate, {}, certificate};
    const AlgorithmList          algorithms(&parts.aes, 1);
    const der::Oid               oid = oids::secp256r1;
    const OidList                oid_list(&oid, 1);
    const LanguageTags           words(&parts.word, 1);
    const PKIMessages            messages(&*parts.request, 1);
    const CRLs                   crls(&*parts.crl, 1);
    const KemCiphertextInfo      ciphertext{parts.wrap, parts.iv};
    const CertReqTemplateContent wanted{parts.cert_request.certReq.certTemplate, {}, {}};
    CRLStatus status;
    status.source.emplace<"dpn">().emplace<"nameRelativeToCRLIssuer">() = parts.issuer[0];
    const CRLStatusList statuses(&status, 1);
    const InfoTypeAndValue items[] = {
        {oids::id_it_caProtEncCert, der::Open::of(certificate)},     {oids::id_it_signKeyPairTypes, der::Open::of(algorithms)},
        {oids::id_it_encKeyPairTypes, der::Open::of(algorithms)},    {oids::id_it_preferredSymmAlg, der::Open::of(parts.aes)},
        {oids::id_it_caKeyUpdateInfo, der::Open::of(announced)},     {oids::id_it_currentCRL, der::Open::of(*parts.crl)},
        {oids::id_it_unsupportedOIDs, der::Open::of(oid_list)},      {oids::id_it_keyPairParamReq, der::Open::of(oid)},
        {oids::id_it_keyPairParamRep, der::Open::of(parts.wrap)},    {oids::id_it_revPassphrase, der::Open::of(parts.secret_key)},
        {oids::id_it_suppLangTags, der::Open::of(words)},            {oids::id_it_caCerts, der::Open::of(certificates)},
        {oids::id_it_rootCaKeyUpdate, der::Open::of(updated)},       {oids::id_it_certReqTemplate, der::Open::of(wanted)},
        {oids::id_it_rootCaCert, der::Open::of(certificate)},        {oids::id_it_crlStatusList, der::Open::of(statuses)},
        {oids::id_it_crls, der::Open::of(crls)},                     {oids::id_it_KemCiphertextInfo, der::Open::of(ciphertext)},
        {oids::id_it_confirmWaitTime, der::Open::of(parts.time)},    {oids::id_it_origPKIMessage, der::Open::of(messages)},
        {oids::id_it_certProfile, der::Open::of(words)},             {oids::id_it_currentCRL, std::nullopt},
    };
    for (const InfoTypeAndValue& item : items) {
        INFO(oid_name(item.infoType.content));
        check_built(item);
        const auto again = parsed<InfoTypeAndValue>(der::encode(item));
        CHECK((!again->infoValue || again->infoValue->type == item.infoValue->type));
    }
    check_body(body_of<"genp">(GenMsgContent(items, std::size(items))));
}

TEST_CASE("a header with every member round-trips", "[messages]") {
    const Parts parts;
    const InfoTypeAndValue item{oids::id_it_certProfile, der::Open::of(parts.text)};
    const PKIHeader header{Pvno::cmp2021, parts.sender,     parts.sender,     parts.time, parts.wrap, parts.iv, parts.iv,
                           parts.iv,      parts.iv,         parts.iv,         parts.text, GeneralInfo(&item, 1), {}};
    check_built(header);
}

TEST_CASE("a message that differs in one member says which", "[messages]") {
    const auto   message = parsed<PKIMessage>(oracle("t1.hex"));
    const Octets octets{1, 2, 3};
    PKIMessage   other = *message;
    other.header.senderNonce = der::OctetString{octets};
    CHECK(der::first_difference(*message, other)->text() == "header.senderNonce");

    other = *message;
    CertReqMsg request = message->body.get<"ir">()->front();
    request.certReq.certTemplate.subject.reset();
    other.body.emplace<"ir">() = CertReqMessages(&request, 1);
    CHECK(der::first_difference(*message, other)->text() == "body.ir[0].certReq.certTemplate.subject");

    other = *message;
    other.body.emplace<"pkiconf">();
    CHECK(der::first_difference(*message, other)->text() == "body.ir");

    other = *message;
    other.extraCerts = CMPCertificates();
    CHECK(der::first_difference(*message, other)->text() == "extraCerts[0]");

    const der::OctetString no_null{octets};
    const InfoTypeAndValue item{oids::id_it_implicitConfirm, der::Open::of(no_null)};
    other = *message;
    other.header.generalInfo = GeneralInfo(&item, 1);
    CHECK(der::first_difference(*message, other)->text() == "header.generalInfo[0].infoValue");
}

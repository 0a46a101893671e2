// The table of the end entity, and the messages it sends. What it reads is in end_entity_answers.cpp.
#include "operations/end_entity.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"

namespace cmpkit::operations {

EndEntity::EndEntity(Order order, Credentials credentials, PeerTrust trust)
    : order_(std::move(order)), credentials_(std::move(credentials)), trust_(std::move(trust)) {}

const std::span<const EndEntity::Row>& EndEntity::table() {
    using S = State;
    using H = Happening;
    static constexpr Row rows[] = {
        {S::idle, H::begun, nullptr, &EndEntity::send_request, S::awaiting_answer},
        {S::awaiting_answer, H::granted, nullptr, &EndEntity::ask_decision, S::awaiting_decision},
        {S::awaiting_answer, H::declined, &EndEntity::is_confirmed_implicitly, &EndEntity::report, S::reporting},
        {S::awaiting_answer, H::declined, nullptr, &EndEntity::send_confirmation, S::awaiting_confirmation},
        {S::awaiting_answer, H::revoked, nullptr, &EndEntity::finish, S::done},
        {S::awaiting_answer, H::informed, nullptr, &EndEntity::finish, S::done},
        {S::awaiting_answer, H::refused, nullptr, &EndEntity::fail, S::failed},
        {S::awaiting_answer, H::waiting, nullptr, &EndEntity::send_poll, S::polling},
        {S::awaiting_answer, H::outdated, nullptr, &EndEntity::send_request, S::awaiting_answer},
        {S::awaiting_answer, H::broken, nullptr, &EndEntity::report, S::reporting},
        {S::awaiting_answer, H::lost, nullptr, &EndEntity::fail, S::failed},
        {S::awaiting_decision, H::accepted, nullptr, &EndEntity::keep, S::awaiting_storage},
        {S::awaiting_decision, H::declined, &EndEntity::is_confirmed_implicitly, &EndEntity::report, S::reporting},
        {S::awaiting_decision, H::declined, nullptr, &EndEntity::send_confirmation, S::awaiting_confirmation},
        {S::awaiting_storage, H::stored, &EndEntity::is_confirmed_implicitly, &EndEntity::finish, S::done},
        {S::awaiting_storage, H::stored, nullptr, &EndEntity::send_confirmation, S::awaiting_confirmation},
        {S::awaiting_storage, H::lost, &EndEntity::is_confirmed_implicitly, &EndEntity::report, S::reporting},
        {S::awaiting_storage, H::lost, nullptr, &EndEntity::send_confirmation, S::awaiting_confirmation},
        {S::awaiting_confirmation, H::confirmed, &EndEntity::is_unwanted, &EndEntity::fail, S::failed},
        {S::awaiting_confirmation, H::confirmed, nullptr, &EndEntity::finish, S::done},
        {S::awaiting_confirmation, H::refused, nullptr, &EndEntity::fail, S::failed},
        {S::awaiting_confirmation, H::waiting, nullptr, &EndEntity::send_poll, S::polling},
        {S::awaiting_confirmation, H::outdated, nullptr, &EndEntity::send_confirmation, S::awaiting_confirmation},
        {S::awaiting_confirmation, H::broken, nullptr, &EndEntity::report, S::reporting},
        {S::awaiting_confirmation, H::lost, nullptr, &EndEntity::fail, S::failed},
        {S::polling, H::postponed, nullptr, &EndEntity::pause, S::pausing},
        {S::polling, H::granted, nullptr, &EndEntity::ask_decision, S::awaiting_decision},
        {S::polling, H::declined, &EndEntity::is_confirmed_implicitly, &EndEntity::report, S::reporting},
        {S::polling, H::declined, nullptr, &EndEntity::send_confirmation, S::awaiting_confirmation},
        {S::polling, H::revoked, nullptr, &EndEntity::finish, S::done},
        {S::polling, H::informed, nullptr, &EndEntity::finish, S::done},
        {S::polling, H::confirmed, &EndEntity::is_unwanted, &EndEntity::fail, S::failed},
        {S::polling, H::confirmed, nullptr, &EndEntity::finish, S::done},
        {S::polling, H::refused, nullptr, &EndEntity::fail, S::failed},
        {S::polling, H::outdated, nullptr, &EndEntity::send_poll, S::polling},
        {S::polling, H::broken, nullptr, &EndEntity::report, S::reporting},
        {S::polling, H::lost, nullptr, &EndEntity::fail, S::failed},
        {S::pausing, H::woken, nullptr, &EndEntity::send_poll, S::polling},
        {S::pausing, H::lost, nullptr, &EndEntity::fail, S::failed},
        {S::reporting, H::lost, nullptr, &EndEntity::fail, S::failed},
    };
    static constexpr std::span<const Row> all = rows;
    return all;
}

Action EndEntity::step(const Event& event, std::int64_t now, const Random& random) {
    now_    = now;
    random_ = &random;
    const Happening happening = take(event);
    if (happening == Happening::unjudged) return Fetch{*query_};
    const Row*      row       = find_transition(table(), state_, happening, *this);
    if (!row) return Failed{{.code = Code::bad_state, .detail = "this event does not belong to this state of the operation"}};
    Action next = (this->*row->action)();
    state_      = std::holds_alternative<Failed>(next) ? State::failed : row->to;
    return next;
}

// An event that does not belong to the state leaves nothing behind: neither its reason nor what a message says is taken.
EndEntity::Happening EndEntity::take(const Event& event) {
    if (query_) return take_status(event);
    if (std::holds_alternative<Fetched>(event)) return Happening::misplaced;
    if (std::holds_alternative<Begin>(event)) return Happening::begun;
    if (std::holds_alternative<Stored>(event)) return Happening::stored;
    if (std::holds_alternative<Woken>(event)) return Happening::woken;
    if (const auto* decided = std::get_if<Decided>(&event)) {
        if (state_ != State::awaiting_decision) return Happening::misplaced;
        if (decided->accept) return Happening::accepted;
        failure_ = Error{.code = Code::wrong_certificate, .fail_info = decided->fail_info, .detail = "the application refused the certificate: " + escaped(decided->text)};
        return Happening::declined;
    }
    if (const auto* lost = std::get_if<Lost>(&event)) {
        if (!find_transition(table(), state_, Happening::lost, *this)) return Happening::misplaced;
        if (!failure_) failure_ = lost->reason;
        return Happening::lost;
    }
    const bool awaits_peer = state_ == State::awaiting_answer || state_ == State::awaiting_confirmation || state_ == State::polling || state_ == State::reporting;
    if (!awaits_peer) return Happening::misplaced;
    if (const auto* overdue = std::get_if<Overdue>(&event)) return take_overdue(*overdue);
    if (state_ == State::reporting) return Happening::lost;  // whatever the peer says to our error, the operation is over (RFC 9483 3.6.2)
    return take_message(std::get<Received>(event).message);
}

std::string_view EndEntity::label() const {  // RFC 9483 6.1
    if (const auto* inquiry = std::get_if<Inquiry>(&order_.what)) return label_of(*inquiry);
    if (!enrollment()) return "revocation";
    switch (enrollment()->type) {
    case BodyType::cr: return "certification";
    case BodyType::kur: return "keyupdate";
    case BodyType::p10cr: return "pkcs10";
    default: return "initialization";
    }
}

const std::string& EndEntity::profile() const {
    static const std::string none;
    if (const auto* inquiry = std::get_if<Inquiry>(&order_.what)) return inquiry->profile;
    return enrollment() ? enrollment()->profile : none;
}

// ---------------------------------------------------------------- actions

Send EndEntity::sending(Octets message) const { return {std::move(message), label(), profile()}; }

Action EndEntity::send(Result<Octets> message) {
    if (message) return sending(std::move(*message));
    failure_ = message.error();
    return fail();
}

Action EndEntity::send_request() {
    auto id = random_octets(*random_, 16);
    if (!id) return send(id.error());
    transaction_id_ = std::move(*id);
    peer_name_.clear();
    if (credentials_.secret) {
        if (trust_.peer.pbm_only && credentials_.mac != protection::MacKind::pbm)
            return send(Error{.code = Code::unsupported, .detail = "by its profile the peer knows id-PasswordBasedMac alone"});
        auto salt = random_octets(*random_, 16);
        if (!salt) return send(salt.error());
        der::Arena arena;
        auto key = protection::MacKey::derive(protection::mac_algorithm(credentials_.mac, *salt, std::min(credentials_.iterations, trust_.peer.most_iterations_sent), arena),
                                              credentials_.secret->view(), trust_.peer.mac_limits);
        if (!key) return send(key.error());
        protector_ = protection::Protector::by_mac(*key, credentials_.reference);
    } else if (credentials_.signer && !credentials_.chain.empty()) {
        protector_ = protection::Protector::by_signature(credentials_.signer, credentials_.chain);
    } else {
        return send(Error{.code = Code::bad_argument, .detail = "neither a key with its certificate nor a secret"});
    }
    if (const auto* revocation = std::get_if<Revocation>(&order_.what)) return send(revocation_request(*revocation));
    if (const auto* inquiry = std::get_if<Inquiry>(&order_.what)) return send(inquiry_request(*inquiry));
    return send(enrollment_request(*enrollment()));
}

Action EndEntity::ask_decision() { return Decide{certificate_, with_mods_, peer_text_}; }
Action EndEntity::keep() { return Keep{certificate_, path_}; }
Action EndEntity::finish() { return Done{certificate_, path_, ca_pubs_, information_, with_mods_}; }
Action EndEntity::fail() { return Failed{failure_.value_or(Error{.code = Code::internal})}; }

// RFC 9810 5.3.18: certHash with the certificate's own hash; where it fixes none, hashAlg says which, in a message of pvno 3.
Action EndEntity::send_confirmation() {
    is_confirming_ = true;
    der::Arena arena;
    CertStatus status{.certHash = {}, .certReqId = cert_req_id_, .statusInfo = {}, .hashAlg = {}};
    Pvno       pvno = Pvno::cmp2000;
    auto       hash = crypto::certificate_hash(*certificate_);
    if (!hash && !trust_.peer.pvno_2_only) {
        status.hashAlg = crypto::algorithm_of(oids::id_sha256);
        pvno           = Pvno::cmp2021;
    }
    if (!hash) hash = crypto::sha256(certificate_.der());
    status.certHash = der::octet_string(*hash);
    status.statusInfo = PKIStatusInfo{.status = PKIStatus::accepted, .statusString = {}, .failInfo = {}};  // RFC 9483 4.1.1: it SHOULD be there
    if (failure_) status.statusInfo = rejection(failure_->fail_info.value_or(FailInfo::systemFailure), text_of(failure_->code), arena);
    PKIBody body;
    body.emplace<"certConf">() = CertConfirmContent(&status, 1);
    return send(message(body, pvno, {}));
}

// RFC 9483 3.6.2: the peer may be told what was wrong with its message; little of it.
Action EndEntity::report() {
    der::Arena arena;
    PKIBody    body;
    auto&      content    = body.emplace<"error">();
    content.pKIStatusInfo = rejection(failure_->fail_info.value_or(FailInfo::badRequest), text_of(failure_->code), arena);
    auto octets           = message(body, Pvno::cmp2000, {});
    if (!octets) return fail();
    Send report      = sending(std::move(*octets));
    report.is_report = true;
    return report;
}

// ---------------------------------------------------------------- messages

Result<Octets> EndEntity::message(const PKIBody& body, Pvno pvno, std::span<const InfoTypeAndValue> info) {
    auto nonce = random_octets(*random_, 16);
    if (!nonce) return nonce.error();
    our_nonce_ = std::move(*nonce);
    der::Arena arena;
    Name       recipient;
    // RFC 9483 3.1: the CA at first, then the sender of the message before.
    if (const Octets& known = peer_name_.empty() ? order_.recipient : peer_name_; !known.empty()) {
        auto name = der::parse<Name>(known, arena);
        if (!name) return name.error();
        recipient = *name;
    }
    const HeaderFields fields{.pvno = pvno, .recipient = &recipient, .transaction_id = transaction_id_, .sender_nonce = our_nonce_, .recip_nonce = peer_nonce_,
                              .now = trust_.peer.message_time ? now_ : 0, .general_info = info};
    auto octets = protection::seal(header_of(fields, arena), body, &*protector_, {});
    if (!octets) return octets;
    sent_            = *octets;
    sent_type_       = type_of(body);
    may_be_outdated_ = false;
    if (sent_type_ == request_type()) request_nonce_ = our_nonce_;
    return octets;
}

namespace {

Result<void> fill_template(const Enrollment& enrollment, const Peer& peer, CertTemplate& certificate_template, der::Arena& arena) {
    if (peer.template_version) certificate_template.version = CertificateVersion::v3;
    certificate_template.subject = Name();
    if (!enrollment.subject.empty()) {
        auto subject = der::parse<Name>(enrollment.subject, arena);
        if (!subject) return subject.error();
        certificate_template.subject = *subject;
    }
    auto key = der::parse<SubjectPublicKeyInfo>(enrollment.key->public_key().spki(), arena);
    if (!key) return key.error();
    certificate_template.publicKey = *key;
    if (enrollment.not_after) certificate_template.validity = OptionalValidity{{}, time_of(*enrollment.not_after, arena)};
    if (enrollment.extensions.empty()) return {};
    auto extensions = der::parse<Extensions>(enrollment.extensions, arena);
    if (!extensions) return extensions.error();
    certificate_template.extensions = *extensions;
    return {};
}

// RFC 4211 4.1: the proof of possession is a signature over the CertRequest, since subject and key both stand in the template.
Result<void> prove_possession(const crypto::Signer& key, CertReqMsg& request, der::Arena& arena) {
    auto signature = key.sign(key.algorithm(), der::encode(request.certReq));
    if (!signature) return signature.error();
    auto& popo               = request.popo.emplace().emplace<"signature">();
    popo.algorithmIdentifier = key.algorithm();
    popo.signature           = {0, arena.keep(*signature)};
    return {};
}

void emplace_requests(BodyType type, const CertReqMessages& requests, PKIBody& body) {
    switch (type) {
    case BodyType::cr: body.emplace<"cr">() = requests; break;
    case BodyType::kur: body.emplace<"kur">() = requests; break;
    default: body.emplace<"ir">() = requests;
    }
}

}  // namespace

Result<Octets> EndEntity::enrollment_request(const Enrollment& enrollment) {
    der::Arena                    arena;
    std::vector<InfoTypeAndValue> info;
    if (enrollment.implicit_confirm) info.push_back(implicit_confirm());
    if (!enrollment.profile.empty() && trust_.peer.cert_profile_in_header) info.push_back(cert_profile(enrollment.profile, arena));
    PKIBody body;
    if (enrollment.type == BodyType::p10cr) {
        auto request = der::parse<CertificationRequest>(enrollment.csr, arena);
        if (!request) return request.error();
        body.emplace<"p10cr">() = *request;
        return message(body, Pvno::cmp2000, info);
    }
    CertReqMsg            request;
    CertId                old;
    AttributeTypeAndValue control{oids::id_regCtrl_oldCertID, der::Open::of(old)};
    if (auto filled = fill_template(enrollment, trust_.peer, request.certReq.certTemplate, arena); !filled) return filled.error();
    if (enrollment.type == BodyType::kur && !credentials_.chain.empty()) {  // RFC 9483 4.1.3: oldCertID SHOULD be there
        const crypto::Cert& own  = credentials_.chain.front();
        old.issuer.emplace<"directoryName">() = own->issuer;
        old.serialNumber         = der::integer_view(own.serial());
        request.certReq.controls = Controls(&control, 1);
    }
    if (auto proven = prove_possession(*enrollment.key, request, arena); !proven) return proven.error();
    emplace_requests(enrollment.type, CertReqMessages(&request, 1), body);
    return message(body, Pvno::cmp2000, info);
}

Result<Octets> EndEntity::revocation_request(const Revocation& revocation) {
    der::Arena arena;
    auto       issuer = der::parse<Name>(revocation.issuer, arena);
    if (!issuer) return issuer.error();
    const CRLReason            reason{revocation.reason};
    const der::GeneralizedTime since = der::generalized_time(revocation.invalid_since.value_or(0), arena);
    const Extension            entries[] = {{oids::id_ce_cRLReasons, false, der::OpenOctets(der::Open::of(reason))},
                                            {oids::id_ce_invalidityDate, false, der::OpenOctets(der::Open::of(since))}};
    RevDetails details;
    details.certDetails.serialNumber = der::integer_view(revocation.serial);
    details.certDetails.issuer       = *issuer;
    details.crlEntryDetails          = Extensions(entries, revocation.invalid_since ? 2 : 1);  // RFC 9483 4.2: exactly one reasonCode
    PKIBody body;
    body.emplace<"rr">() = RevReqContent(&details, 1);
    return message(body, Pvno::cmp2000, {});
}

Result<Octets> EndEntity::inquiry_request(const Inquiry& inquiry) {
    der::Arena arena;
    PKIBody    body;
    auto&      items = body.emplace<"genm">();
    if (!inquiry.item.empty()) {
        auto item = der::parse<InfoTypeAndValue>(inquiry.item, arena);
        if (!item) return item.error();
        auto* one = arena.make<InfoTypeAndValue>();
        *one      = *item;
        if (trust_.peer.root_update_by_its_own_type && item->infoType == oids::id_it_rootCaCert) *one = {oids::id_it_rootCaKeyUpdate, {}};
        items     = GenMsgContent(one, 1);
    }
    std::vector<InfoTypeAndValue> info;
    if (!inquiry.profile.empty() && trust_.peer.cert_profile_in_header) info.push_back(cert_profile(inquiry.profile, arena));
    return message(body, Pvno::cmp2000, info);
}

}  // namespace cmpkit::operations

// An end entity's operation at rest: what is kept of it between two of its steps, as DER. No private key and no secret is in it, and nothing
// of whom to trust: all three are given again when it is restored, and what was kept is held against them.
//
//     auto octets = operation.save();                                             // before the action is carried out
//     auto again  = EndEntity::restore(*octets, credentials, trust, key);         // in another process
//     Action next = again->resume(now, random);                                   // the same action
#pragma once
#include "operations/end_entity.hpp"

namespace cmpkit::operations {

struct SavedEnrollment {
    BodyType                            type = BodyType::ir;
    std::optional<SubjectPublicKeyInfo> key;  // to be certified
    std::optional<CertificationRequest> csr;
    std::optional<Name>                 subject;
    std::optional<Extensions>           extensions;
    std::optional<der::Utf8String>      profile;
    std::optional<std::int64_t>         not_after;
    bool                                implicit_confirm = false;
    static constexpr auto schema() {
        return sequence(field<&SavedEnrollment::type>(), field<&SavedEnrollment::key>(explicit_tag(0)), field<&SavedEnrollment::csr>(explicit_tag(1)),
                        field<&SavedEnrollment::subject>(explicit_tag(2)), field<&SavedEnrollment::extensions>(explicit_tag(3)),
                        field<&SavedEnrollment::profile>(implicit_tag(4)), field<&SavedEnrollment::not_after>(implicit_tag(5)),
                        field<&SavedEnrollment::implicit_confirm, with_default>(implicit_tag(6)));
    }
};

struct SavedRevocation {
    Name                                issuer;
    der::Integer                        serial;
    Reason                              reason = Reason::unspecified;
    std::optional<der::GeneralizedTime> invalidSince;
    static constexpr auto schema() {
        return sequence(field<&SavedRevocation::issuer>(), field<&SavedRevocation::serial>(), field<&SavedRevocation::reason>(),
                        field<&SavedRevocation::invalidSince>(implicit_tag(0)));
    }
};

struct SavedInquiry {
    std::optional<InfoTypeAndValue> item;  // absent: all is asked for
    std::optional<der::Utf8String>  profile;
    static constexpr auto schema() { return sequence(field<&SavedInquiry::item>(explicit_tag(0)), field<&SavedInquiry::profile>(implicit_tag(1))); }
};

struct SavedOrder : Choice<der::Explicit<"enrollment", 0, SavedEnrollment>, der::Explicit<"revocation", 1, SavedRevocation>, der::Explicit<"inquiry", 2, SavedInquiry>> {};

struct SavedPolling {
    der::OctetString            firstNonce;      // of the message whose answer is polled for
    std::int64_t                certReqId  = 0;
    std::int64_t                checkAfter = 0;  // seconds
    std::optional<std::int64_t> wakeAt;          // Unix seconds; absent: there was no clock
    static constexpr auto schema() {
        return sequence(field<&SavedPolling::firstNonce>(), field<&SavedPolling::certReqId>(), field<&SavedPolling::checkAfter>(), field<&SavedPolling::wakeAt>());
    }
};

struct SavedFailure {  // what the operation will fail with once the peer has been told
    Code                    code = Code::internal;
    std::optional<FailInfo> failInfo;
    der::Utf8String         text;
    static constexpr auto schema() { return sequence(field<&SavedFailure::code>(), field<&SavedFailure::failInfo>(), field<&SavedFailure::text>()); }
};

/// The transaction's ID, our nonce and the parameters of our MAC are those of the message that was sent last.
struct EndEntityState {
    SavedOrder                      order;
    std::optional<Name>             recipient;
    EndEntity::State                state = EndEntity::State::idle;
    std::optional<der::OctetString> sent;       // the last message; absent: none yet
    std::optional<der::OctetString> peerNonce;
    std::optional<CMPCertificate>   certificate;
    List<CMPCertificate>            extraCerts;
    List<CMPCertificate>            caPubs;
    std::int64_t                    certReqId = 0;
    std::optional<SavedPolling>     polling;
    bool                            implicitlyConfirmed = false, withMods = false, isConfirming = false;
    std::optional<der::Utf8String>  peerText;
    std::optional<SavedFailure>     failure;
    std::optional<der::OctetString> information;  // that came: DER of a GenRepContent
    std::optional<Name>             peerName;      // who answered last
    std::optional<der::OctetString> requestNonce;  // of the transaction's first message
    static constexpr auto schema() {
        return sequence(field<&EndEntityState::order>(), field<&EndEntityState::recipient>(explicit_tag(0)), field<&EndEntityState::state>(),
                        field<&EndEntityState::sent>(implicit_tag(1)), field<&EndEntityState::peerNonce>(implicit_tag(2)),
                        field<&EndEntityState::certificate>(explicit_tag(3)), field<&EndEntityState::extraCerts>(), field<&EndEntityState::caPubs>(),
                        field<&EndEntityState::certReqId>(), field<&EndEntityState::polling>(explicit_tag(4)),
                        field<&EndEntityState::implicitlyConfirmed, with_default>(implicit_tag(5)), field<&EndEntityState::withMods, with_default>(implicit_tag(6)),
                        field<&EndEntityState::isConfirming, with_default>(implicit_tag(7)), field<&EndEntityState::peerText>(implicit_tag(8)),
                        field<&EndEntityState::failure>(explicit_tag(9)), field<&EndEntityState::information>(implicit_tag(10)),
                        field<&EndEntityState::peerName>(explicit_tag(11)), field<&EndEntityState::requestNonce>(implicit_tag(12)));
    }
};

/// What save() gives. The version says how to read the content, so that a later one can be told from octets that are broken.
struct SavedOperation {
    static constexpr std::int64_t our_version = 1;

    std::int64_t                    version = our_version;
    der::OctetString                content;  // DER of an EndEntityState
    std::optional<der::OctetString> memo;     // the application's
    static constexpr auto schema() { return sequence(field<&SavedOperation::version>(), field<&SavedOperation::content>(), field<&SavedOperation::memo>(implicit_tag(0))); }
};

/// The memo of what save() gave; empty: none. @error the reader's; unsupported  of another version
Result<Octets> saved_memo(Bytes saved);

}  // namespace cmpkit::operations

extern template struct cmpkit::der::Described<cmpkit::operations::EndEntityState>;
extern template struct cmpkit::der::Described<cmpkit::operations::SavedOperation>;

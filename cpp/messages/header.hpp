// PKIHeader (RFC 9810 5.1.1).
#pragma once
#include "messages/status.hpp"

namespace cmpkit {

enum class Pvno : std::int64_t { cmp1999 = 1, cmp2000 = 2, cmp2021 = 3 };
std::string_view name_of(Pvno pvno);

const der::OpenTable& information_values();

struct InfoTypeAndValue {  // 5.1.1, 5.3.19
    der::Oid                 infoType;
    std::optional<der::Open> infoValue;
    static constexpr auto schema() {
        return sequence(field<&InfoTypeAndValue::infoType>(), field<&InfoTypeAndValue::infoValue>(chosen_by<&InfoTypeAndValue::infoType>(information_values)));
    }
};
using GeneralInfo = List<InfoTypeAndValue, non_empty>;

struct PKIHeader {
    Pvno                               pvno = Pvno::cmp2000;
    GeneralName                        sender;
    GeneralName                        recipient;
    std::optional<der::GeneralizedTime> messageTime;
    std::optional<AlgorithmIdentifier> protectionAlg;
    std::optional<der::OctetString>    senderKID;
    std::optional<der::OctetString>    recipKID;
    std::optional<der::OctetString>    transactionID;
    std::optional<der::OctetString>    senderNonce;
    std::optional<der::OctetString>    recipNonce;
    std::optional<PKIFreeText>         freeText;
    std::optional<GeneralInfo>         generalInfo;
    Bytes                              received;  // protection covers these octets

    static constexpr auto schema() {
        return sequence(field<&PKIHeader::pvno>(),
                        field<&PKIHeader::sender>(),
                        field<&PKIHeader::recipient>(),
                        field<&PKIHeader::messageTime>(explicit_tag(0)),
                        field<&PKIHeader::protectionAlg>(explicit_tag(1)),
                        field<&PKIHeader::senderKID>(explicit_tag(2)),
                        field<&PKIHeader::recipKID>(explicit_tag(3)),
                        field<&PKIHeader::transactionID>(explicit_tag(4)),
                        field<&PKIHeader::senderNonce>(explicit_tag(5)),
                        field<&PKIHeader::recipNonce>(explicit_tag(6)),
                        field<&PKIHeader::freeText>(explicit_tag(7)),
                        field<&PKIHeader::generalInfo>(explicit_tag(8)));
    }
};

/// The first generalInfo item of that type, or null.
const InfoTypeAndValue* find_info(const std::optional<GeneralInfo>& info, const OidConstant& type);

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::PKIHeader>;

// What the profile does not mention is taken and passed over (RFC 9483 1.8).
#include "hostile.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

PKIStatus status_of(const Octets& reply) {
    const auto parsed = value_of(der::parse<PKIMessage>(reply));
    REQUIRE(cert_responses(parsed->body));
    return cert_responses(parsed->body)->response.front().status.status;
}
std::string words_of(const Octets& reply) {
    const auto parsed = value_of(der::parse<PKIMessage>(reply));
    return joined(cert_responses(parsed->body)->response.front().status.statusString);
}

}  // namespace

TEST_CASE("fields of the header that mean nothing in a request do not change its answer", "[responder]") {
    Stage stage;
    Draft draft(stage);
    const der::Utf8String text = der::utf8_string("made by hand");
    const Octets          null{5, 0}, time = tlv(der::tag::generalized_time, bytes_of("20300101000000Z"));
    draft.header.freeText = PKIFreeText(&text, 1);
    draft.header.recipKID = der::octet_string(null);
    draft.say({oids::id_it_confirmWaitTime, der::Open::raw(time)});
    draft.say({oids::id_it_origPKIMessage, der::Open::raw(null)});
    draft.say({oids::id_data, {}});
    CHECK(status_of(stage.answer(draft.octets())) == PKIStatus::accepted);
}

TEST_CASE("controls and regInfo that mean nothing to the CA do not change its answer", "[responder]") {
    Stage                      stage;
    Draft                      draft(stage);
    const Octets               null{5, 0};
    const AttributeTypeAndValue unknown{oids::id_data, der::Open::raw(null)};
    draft.request.regInfo          = Controls(&unknown, 1);
    draft.request.certReq.controls = Controls(&unknown, 1);
    CHECK(status_of(stage.answer(draft.prove().octets())) == PKIStatus::accepted);
}

TEST_CASE("what a template says of the CA's own choices is passed over, and the requester is told", "[responder]") {
    Stage        stage;
    Draft        draft(stage);
    const Octets number{0x12, 0x34};
    CertTemplate& wanted = draft.request.certReq.certTemplate;
    wanted.serialNumber  = der::integer_view(number);
    wanted.signingAlg    = crypto::algorithm_of(oids::id_Ed25519);
    wanted.issuerUID     = der::BitString{0, number};
    wanted.subjectUID    = der::BitString{0, number};
    const Octets reply   = stage.answer(draft.prove().octets());
    CHECK(status_of(reply) == PKIStatus::grantedWithMods);
    CHECK(words_of(reply) == "serialNumber is the CA's to choose; signingAlg is the CA's to choose; issuerUID is the CA's to choose; subjectUID is the CA's to choose");
    const auto issued = value_of(stage.authority->list({}, 10))[0].certificate;
    CHECK_FALSE(equal(issued.serial(), number));
    CHECK_FALSE((issued->issuerUniqueID || issued->subjectUniqueID));
}

TEST_CASE("a requester cannot make the record of its transaction grow without end", "[responder]") {
    Stage stage;
    Octets reply = stage.answer(Draft(stage).octets());
    const auto  first = value_of(der::parse<PKIMessage>(reply));
    const Bytes id    = first->header.transactionID->content;
    PKIBody     body;
    body.emplace<"error">().pKIStatusInfo.status = PKIStatus::rejection;
    std::size_t largest = 0;
    for (int i = 0; i < 100; ++i) {
        const auto last = value_of(der::parse<PKIMessage>(reply));
        Draft      draft(stage);
        draft.header.transactionID = der::octet_string(id);
        draft.header.recipNonce    = last->header.senderNonce;
        reply                      = stage.answer(draft.octets(body));
        REQUIRE(said(reply).type == BodyType::pkiconf);
        largest = std::max(largest, value_of(stage.store->scan(store::Table::transactions, {}, 1))[0].value.size());
    }
    CHECK(largest < 16'000);
}

#include "world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

/// One message of each body that no client of this profile sends (RFC 9483 2, RFC 9810 5.1.2), small and well formed.
class Bodies {
public:
    template <class Try> void each(Try attempt) {
        const CertReqMessages requests(&request_, 1);
        attempt(made<"krr">(requests));
        attempt(made<"ccr">(requests));
        const CertRepMessage replies{{}, List<CertResponse>(&response_, 1)};
        attempt(made<"ip">(replies));
        attempt(made<"cp">(replies));
        attempt(made<"kup">(replies));
        attempt(made<"ccp">(replies));
        attempt(made<"krp">(KeyRecRepContent{}));
        attempt(made<"rp">(RevRepContent{{&status_, 1}, {}, {}}));
        attempt(made<"popdecc">(POPODecKeyChallContent()));
        attempt(made<"popdecr">(POPODecKeyRespContent()));
        CAKeyUpdContent update;
        update.emplace<"cAKeyUpdAnnV2">() = {certificate_, certificate_, certificate_};
        attempt(made<"ckuann">(update));
        attempt(made<"cann">(certificate_));
        attempt(made<"rann">(RevAnnContent{PKIStatus::revocationWarning, id_, time_, time_, {}}));
        attempt(made<"crlann">(CRLAnnContent()));
        attempt(made<"pkiconf">(der::Null()));
        attempt(made<"genp">(GenMsgContent()));
        attempt(made<"pollRep">(PollRepContent()));
    }

private:
    template <der::Name Alternative, class T> static PKIBody made(const T& content) {
        PKIBody body;
        body.emplace<Alternative>() = content;
        return body;
    }
    der::Arena           arena_;
    Certificate          certificate_ = *founded().issuing.certificate;
    CertReqMsg           request_;
    CertResponse         response_;
    PKIStatusInfo        status_;
    CertId               id_{directory_name(certificate_.tbsCertificate.subject), certificate_.tbsCertificate.serialNumber};
    der::GeneralizedTime time_  = der::generalized_time(now, arena_);
};

/// A message of the requester «many».
Octets message(const PKIBody& body, Bytes transaction_id) {
    der::Arena   arena;
    const Octets salt(16, 1), nonce(16, 2);
    const auto   key       = value_of(protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, salt, 100, arena), bytes_of("shared"), {}));
    const auto   protector = protection::Protector::by_mac(key, "many");
    const HeaderFields fields{.pvno = Pvno::cmp2000, .recipient = nullptr, .transaction_id = transaction_id, .sender_nonce = nonce, .recip_nonce = {}, .now = now, .general_info = {}};
    return value_of(protection::seal(header_of(fields, arena), body, &protector, {}));
}

}  // namespace

TEST_CASE("a body that no client sends is refused with badRequest and begins no transaction", "[responder]") {
    World        world;
    const Octets id(16, 5);
    Bodies       bodies;
    int          count = 0;
    bodies.each([&](const PKIBody& body) {
        INFO(body.name());
        const Said reply = said(world.answer(message(body, id)));
        CHECK(reply.type == BodyType::error);
        CHECK(reply.fail_info == FailInfo::badRequest);
        CHECK(reply.is_protected);
        CHECK(world.incidents.back().body == body.name());
        CHECK(world.incidents.back().problem->path.text() == "body");
        ++count;
    });
    CHECK(count == 17);
    CHECK(value_of(world.store->scan(store::Table::transactions, {}, 10)).empty());
}

TEST_CASE("a body that no client sends does not disturb a transaction that waits for its confirmation", "[responder]") {
    World     world;
    Bodies    bodies;
    EndEntity operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.by_secret("many", "shared"), world.trust());
    const Action end = world.run(operation, [&](const Octets& sent) {
        const auto parsed = value_of(der::parse<PKIMessage>(sent));
        if (parsed->body.is<"certConf">())
            bodies.each([&](const PKIBody& body) {
                INFO(body.name());
                CHECK(said(world.answer(message(body, parsed->header.transactionID->content))).fail_info == FailInfo::badRequest);
            });
        return sent;
    });
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(world.state_of(std::get<Done>(end).certificate) == ca::CertificateState::valid);
}

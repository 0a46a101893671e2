// The table of a registration authority's operation by itself: what one message comes to in each state, and what the authority's word makes of it.
#include "operations/relay.hpp"

#include "scripted_ca.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;

namespace {

using Message = der::Parsed<PKIMessage>;

constexpr BodyType first_bodies[] = {BodyType::ir, BodyType::cr, BodyType::kur, BodyType::p10cr, BodyType::rr, BodyType::genm};

Bytes nonce_told() {  // of the last answer that the requester got
    static const Octets nonce(16, 0xca);
    return nonce;
}
Message read(const Octets& octets) { return value_of(der::parse<PKIMessage>(octets)); }

Message first_message(BodyType type = BodyType::ir) {
    Order order;
    if (type == BodyType::rr) order.what = Revocation{der::encode(Name()), {7}};
    else if (type == BodyType::genm) order.what = ask_ca_certificates();
    else order.what = type == BodyType::p10cr ? Play::enrollment_with_csr() : Play::enrollment(type);
    Credentials who;
    who.secret     = ScriptedCa::secret();
    who.reference  = ScriptedCa::reference;
    who.iterations = 100;
    EndEntity device(std::move(order), std::move(who), {});
    return read(std::get<Send>(device.step(Begin{}, now, counting_random())).message);
}

Message later_message(const Message& first, const PKIBody& body, Bytes answered = nonce_told()) {
    der::Arena         arena;
    const Octets       nonce(16, 7);
    const HeaderFields fields{.recipient = nullptr, .transaction_id = first->header.transactionID->content, .sender_nonce = nonce, .recip_nonce = answered, .now = now, .general_info = {}};
    return read(value_of(protection::seal(header_of(fields, arena), body, nullptr, {})));
}
Message later_message(const Message& first, BodyType type, Bytes answered = nonce_told()) {
    static constexpr PollReq one{0};
    PKIBody body;
    if (type == BodyType::certConf) body.emplace<"certConf">();
    if (type == BodyType::pollReq) body.emplace<"pollReq">() = PollReqContent(&one, 1);
    if (type == BodyType::error) body.emplace<"error">().pKIStatusInfo.status = PKIStatus::rejection;
    if (type == BodyType::pkiconf) body.emplace<"pkiconf">();
    return later_message(first, body, answered);
}

/// The message with something else in it.
Message bent(const Message& message, const std::function<void(PKIMessage&)>& bend) {
    PKIMessage copy      = *message;
    copy.header.received = {};
    bend(copy);
    return read(value_of(protection::seal(copy.header, copy.body, nullptr, {})));
}
Message with_request(const Message& message, const std::function<void(CertReqMsg&)>& bend) {
    CertReqMsg request = cert_requests(message->body)->front();
    bend(request);
    return bent(message, [&](PKIMessage& copy) {
        const bool is_update = copy.body.is<"kur">();
        copy.body.received   = {};
        (is_update ? copy.body.emplace<"kur">() : copy.body.emplace<"ir">()) = CertReqMessages(&request, 1);
    });
}

RelayedTransaction transaction_in(RelayState state) {
    RelayedTransaction transaction;
    transaction.state       = state;
    transaction.senderNonce = der::octet_string(nonce_told());
    return transaction;
}

/// One message in one state, with what the operation borrows.
struct Scene {
    std::optional<Message> begun;
    Message                message;
    Requester              requester;
    RelayedTransaction     transaction;
    RelayOperation         operation;

    explicit Scene(Message begins, RequesterKind kind = RequesterKind::secret)
        : message(std::move(begins)), requester{.kind = kind, .id = "somebody", .reference = {}, .certificate = {}}, operation(*message, requester, transaction, nullptr, "label", {7, "not yet"}) {}
    Scene(RelayState state, Message first, Message later)
        : begun(std::move(first)), message(std::move(later)), requester{.kind = RequesterKind::secret, .id = "somebody", .reference = {}, .certificate = {}},
          transaction(transaction_in(state)), operation(*message, requester, transaction, &**begun, "label", {7, "not yet"}) {}
};

const PKIStatusInfo* status_in(const PKIBody& body) {
    if (const auto* error = body.get<"error">()) return &error->pKIStatusInfo;
    if (const auto* revocation = body.get<"rp">()) return &revocation->status.front();
    const auto* responses = cert_responses(body);
    return responses ? &responses->response.front().status : nullptr;
}

/// In words: what to do, or the answer with its status, the seconds to wait and the state after it.
std::string text_of(const RelayAction& action) {
    if (std::holds_alternative<AskPermission>(action)) return "ask";
    if (std::holds_alternative<AskToForget>(action)) return "ask to forget";
    if (std::holds_alternative<Forward>(action)) return "forward";
    if (std::holds_alternative<Deliver>(action)) return "deliver";
    const auto& answer = std::get<RelayAnswer>(action);
    const auto* status = status_in(*answer.body);
    std::string text(name_of(type_of(*answer.body)));
    if (status) text += " " + std::string(status->failInfo ? name_of(*first_fail_info(*status)) : name_of(status->status));
    if (answer.check_after != 0) text += " " + std::to_string(answer.check_after);
    if (answer.state) text += ", " + std::string(name_of(*answer.state));
    CHECK(answer.refusal.has_value() == (status && status->status == PKIStatus::rejection));  // the log says why
    return text;
}

Refusal not_authorized() { return {.fail_info = FailInfo::notAuthorized, .text = "no", .for_operator = {.code = Code::not_authorized}}; }

constexpr const char *in_use = "error transactionIdInUse", *unexpected = "error badRequest", *acknowledged = "pkiconf, ended", *misplaced = "error badRecipientNonce";

struct Row {
    RelayState  state;
    const char *request, *certConf, *pollReq, *error, *other;
};

}  // namespace

TEST_CASE("what a message comes to at a relay is a matter of its transaction's state", "[operations][relay]") {
    const Row row = GENERATE(values<Row>({
        {RelayState::fresh, "ask", unexpected, unexpected, unexpected, unexpected},
        {RelayState::undecided, in_use, unexpected, "ask", "ask to forget", unexpected},
        {RelayState::asked, in_use, unexpected, unexpected, unexpected, unexpected},
        {RelayState::told, in_use, unexpected, "pollRep 7, told to wait", acknowledged, unexpected},
        {RelayState::ready, in_use, unexpected, "deliver", acknowledged, unexpected},
        {RelayState::open, in_use, "forward", "forward", "forward", unexpected},
        {RelayState::ended, in_use, unexpected, unexpected, acknowledged, unexpected},
    }));
    CAPTURE(name_of(row.state));
    const auto comes_to = [&](Message message) {
        if (row.state == RelayState::fresh) return text_of(Scene(std::move(message)).operation.begin());
        return text_of(Scene(row.state, first_message(), std::move(message)).operation.begin());
    };
    const Message first = first_message();
    for (const BodyType type : first_bodies) CHECK(comes_to(first_message(type)) == row.request);
    CHECK(comes_to(later_message(first, BodyType::certConf)) == row.certConf);
    CHECK(comes_to(later_message(first, BodyType::pollReq)) == row.pollReq);
    CHECK(comes_to(later_message(first, BodyType::error)) == row.error);
    CHECK(comes_to(later_message(first, BodyType::pkiconf)) == row.other);
}

TEST_CASE("a later message that answers something else is refused by a relay and changes nothing", "[operations][relay]") {
    const Row row = GENERATE(values<Row>({
        {RelayState::undecided, "", unexpected, misplaced, misplaced, ""},
        {RelayState::asked, "", unexpected, unexpected, unexpected, ""},
        {RelayState::told, "", unexpected, misplaced, misplaced, ""},
        {RelayState::ready, "", unexpected, misplaced, misplaced, ""},
        {RelayState::open, "", misplaced, misplaced, misplaced, ""},
        {RelayState::ended, "", unexpected, unexpected, misplaced, ""},
    }));
    CAPTURE(name_of(row.state));
    for (const Octets& nonce : {Octets(), Octets(16, 0xbb)}) {
        const auto comes_to = [&](BodyType type) {
            Message first = first_message(), message = later_message(first, type, nonce);
            return text_of(Scene(row.state, std::move(first), std::move(message)).operation.begin());
        };
        CHECK(comes_to(BodyType::certConf) == row.certConf);
        CHECK(comes_to(BodyType::pollReq) == row.pollReq);
        CHECK(comes_to(BodyType::error) == row.error);
    }
}

TEST_CASE("a relay takes a pollReq for its one certificate or for the whole answer", "[operations][relay]") {
    const auto [state, good] = GENERATE(table<RelayState, const char*>({{RelayState::undecided, "ask"}, {RelayState::told, "pollRep 7, told to wait"}, {RelayState::ready, "deliver"}, {RelayState::open, "forward"}}));
    const auto comes_to = [&, state = state](std::vector<PollReq> asked) {
        PKIBody body;
        body.emplace<"pollReq">() = PollReqContent(asked);
        Message first = first_message(), message = later_message(first, body);
        return text_of(Scene(state, std::move(first), std::move(message)).operation.begin());
    };
    CHECK(comes_to({{0}}) == good);
    CHECK(comes_to({{-1}}) == good);
    CHECK(comes_to({{1}}) == unexpected);
    CHECK(comes_to({{0}, {0}}) == unexpected);
    CHECK(comes_to({}) == unexpected);
}

TEST_CASE("a first message goes on, is refused or waits at the authority's word, told by the body that answers it", "[operations][relay]") {
    const auto [type, refusal, waiting] = GENERATE(table<BodyType, const char*, const char*>({
        {BodyType::ir, "ip notAuthorized, ended", "ip waiting 60, undecided"},
        {BodyType::cr, "cp notAuthorized, ended", "cp waiting 60, undecided"},
        {BodyType::kur, "kup notAuthorized, ended", "kup waiting 60, undecided"},
        {BodyType::p10cr, "cp notAuthorized, ended", "cp waiting 60, undecided"},
        {BodyType::rr, "rp notAuthorized, ended", "error waiting 60, undecided"},
        {BodyType::genm, "error notAuthorized, ended", "error waiting 60, undecided"},
    }));
    Scene scene(first_message(type));
    REQUIRE(text_of(scene.operation.begin()) == "ask");
    CHECK((scene.operation.enrollment() != nullptr) == (type != BodyType::rr && type != BodyType::genm));
    CHECK((scene.operation.revocation() != nullptr) == (type == BodyType::rr));
    CHECK((scene.operation.inquiry() != nullptr) == (type == BodyType::genm));
    SECTION("it goes on") { CHECK(text_of(scene.operation.permitted()) == "forward"); }
    SECTION("it is refused") { CHECK(text_of(scene.operation.refused(not_authorized())) == refusal); }
    SECTION("it waits") { CHECK(text_of(scene.operation.postponed({60, "an officer decides"})) == waiting); }
}

TEST_CASE("a genm is answered with what the authority knows, if that can be read", "[operations][relay]") {
    Scene scene(first_message(BodyType::genm));
    REQUIRE(text_of(scene.operation.begin()) == "ask");
    SECTION("it can") { CHECK(text_of(scene.operation.informed({der::encode(GenMsgContent())})) == "genp, ended"); }
    SECTION("it cannot") { CHECK(text_of(scene.operation.informed({{0x04, 0x00}})) == "error systemFailure, ended"); }
}

TEST_CASE("who waits for an officer is told by each poll what the authority says now", "[operations][relay]") {
    Message first = first_message(), poll = later_message(first, BodyType::pollReq);
    Scene   scene(RelayState::undecided, std::move(first), std::move(poll));
    REQUIRE(text_of(scene.operation.begin()) == "ask");
    REQUIRE(scene.operation.enrollment());
    CHECK(scene.operation.first().body.is<"ir">());
    SECTION("it goes on") { CHECK(text_of(scene.operation.permitted()) == "forward"); }
    SECTION("it is refused") { CHECK(text_of(scene.operation.refused(not_authorized())) == "ip notAuthorized, ended"); }
    SECTION("it waits") { CHECK(text_of(scene.operation.postponed({60, {}})) == "pollRep 60, undecided"); }
}

TEST_CASE("who waits no longer for an officer is acknowledged when the officer need not decide any more", "[operations][relay]") {
    Message first = first_message(), error = later_message(first, BodyType::error);
    Scene   scene(RelayState::undecided, std::move(first), std::move(error));
    REQUIRE(text_of(scene.operation.begin()) == "ask to forget");
    CHECK(text_of(scene.operation.forgotten()) == acknowledged);
}

TEST_CASE("faults of a first message's header are told by an error message, those of its request by the body that answers it", "[operations][relay]") {
    const Message ir = first_message();
    SECTION("it answers something") {
        CHECK(text_of(Scene(bent(ir, [](PKIMessage& copy) { copy.header.recipNonce = der::octet_string(nonce_told()); })).operation.begin()) == misplaced);
    }
    SECTION("it asks for implicit confirmation twice") {
        const InfoTypeAndValue both[] = {implicit_confirm(), implicit_confirm()};
        CHECK(text_of(Scene(bent(ir, [&](PKIMessage& copy) { copy.header.generalInfo = GeneralInfo(both); })).operation.begin()) == unexpected);
    }
    SECTION("its proof of possession is for something else") {
        const Message other = first_message();
        CHECK(text_of(Scene(with_request(ir, [&](CertReqMsg& request) { request.popo = cert_requests(other->body)->front().popo; })).operation.begin()) == "ip badPOP, ended");
    }
    SECTION("it revokes two certificates") {
        const Message    rr     = first_message(BodyType::rr);
        const RevDetails both[] = {rr->body.get<"rr">()->front(), rr->body.get<"rr">()->front()};
        const auto       twice  = [&](PKIMessage& copy) {
            copy.body.received        = {};
            copy.body.emplace<"rr">() = RevReqContent(both);
        };
        CHECK(text_of(Scene(bent(rr, twice)).operation.begin()) == "rp badRequest, ended");
    }
}

TEST_CASE("a relay takes raVerified from an RA alone, and for no kur", "[operations][relay]") {
    const auto vouched = [](BodyType type) { return with_request(first_message(type), [](CertReqMsg& request) { request.popo.emplace().emplace<"raVerified">(); }); };
    for (const auto kind : {RequesterKind::secret, RequesterKind::external, RequesterKind::own}) CHECK(text_of(Scene(vouched(BodyType::ir), kind).operation.begin()) == "ip notAuthorized, ended");
    Scene of_ra(vouched(BodyType::ir), RequesterKind::ra);
    REQUIRE(text_of(of_ra.operation.begin()) == "ask");
    CHECK(of_ra.operation.enrollment()->ra_verified);
    CHECK(text_of(Scene(vouched(BodyType::kur), RequesterKind::ra).operation.begin()) == "kup badPOP, ended");
}

TEST_CASE("a request for a key of the PKI's making proves nothing to a relay, and says so", "[operations][relay]") {
    Scene scene(with_request(first_message(), [](CertReqMsg& request) {
        request.certReq.received = {};
        request.certReq.certTemplate.publicKey.reset();
        request.popo.reset();
    }));
    REQUIRE(text_of(scene.operation.begin()) == "ask");
    CHECK(scene.operation.is_key_generation());
    CHECK(to_text(*scene.operation.enrollment()->subject) == "CN=dev-0001");
    CHECK_FALSE(scene.operation.enrollment()->key);
}

TEST_CASE("an upstream's answer waits, grants or ends", "[operations][relay]") {
    PKIMessage answer, first;
    CertResponse response;
    const InfoTypeAndValue implicit = implicit_confirm();
    const auto kind_with = [&](PKIStatus status) {
        response.certReqId     = 3;
        response.status.status = status;
        answer.body.emplace<"ip">() = CertRepMessage{{}, List<CertResponse>(&response, 1)};
        return kind_of(answer, first);
    };
    CHECK(kind_with(PKIStatus::accepted) == AnswerKind::granted);
    CHECK(kind_with(PKIStatus::grantedWithMods) == AnswerKind::granted);
    CHECK(kind_with(PKIStatus::rejection) == AnswerKind::final);
    CHECK(kind_with(PKIStatus::waiting) == AnswerKind::waiting);
    CHECK(wait_of(answer.body).certReqId == 3);
    CHECK(wait_of(answer.body).checkAfter > 0);
    SECTION("implicit confirmation counts where it was asked for") {
        answer.header.generalInfo = GeneralInfo(&implicit, 1);
        CHECK(kind_with(PKIStatus::accepted) == AnswerKind::granted);
        first.header.generalInfo = GeneralInfo(&implicit, 1);
        CHECK(kind_with(PKIStatus::accepted) == AnswerKind::final);
        answer.header.generalInfo.reset();
        CHECK(kind_with(PKIStatus::accepted) == AnswerKind::granted);
    }
    SECTION("an error message that says waiting waits, any other ends") {
        answer.body.emplace<"error">().pKIStatusInfo.status = PKIStatus::waiting;
        CHECK(kind_of(answer, first) == AnswerKind::waiting);
        CHECK(wait_of(answer.body).certReqId == -1);
        answer.body.emplace<"error">().pKIStatusInfo.status = PKIStatus::rejection;
        CHECK(kind_of(answer, first) == AnswerKind::final);
    }
    SECTION("a pollRep waits as long as it says") {
        const PollRep again{0, 99, {}};
        answer.body.emplace<"pollRep">() = PollRepContent(&again, 1);
        CHECK(kind_of(answer, first) == AnswerKind::waiting);
        CHECK(wait_of(answer.body).checkAfter == 99);
    }
    SECTION("all else ends") {
        answer.body.emplace<"pkiconf">();
        CHECK(kind_of(answer, first) == AnswerKind::final);
        answer.body.emplace<"genp">();
        CHECK(kind_of(answer, first) == AnswerKind::final);
    }
}

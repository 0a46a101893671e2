// Where messages are stored and forwarded: each is sent once, and what does not come is told to the CA.
#include "../operations/scripted_ca.hpp"
#include "service/drive.hpp"
#include "service/label.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;
using namespace std::chrono_literals;

namespace {

/// A folder that brings answers, until one is lost or late; a report that is left in it brings none.
struct Folder {
    Play&                     play;
    std::size_t               answers;
    Error                     loss{.code = Code::deadline, .detail = "no answer in time"};
    std::vector<std::string>  bodies{};
    std::vector<std::chrono::milliseconds> timeouts{};
    std::optional<FailInfo>   told{};

    Result<Octets> operator()(const Send& send, std::chrono::milliseconds timeout) {
        const auto message = der::parse<PKIMessage>(copy_of(send.message));
        REQUIRE(message);
        bodies.emplace_back(name_of(type_of((*message)->body)));
        timeouts.push_back(timeout);
        if (const auto* error = (*message)->body.get<"error">()) told = first_fail_info(error->pKIStatusInfo);
        if (answers == 0) return loss;
        --answers;
        return play.ca.answer(send.message);
    }
};

Result<Done> drive(Play& play, Folder& folder, std::chrono::milliseconds total = 60s) {
    EndEntity            operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    transport::Cancel    cancel;
    service::Application application;
    application.clock = [] { return now; };
    return service::drive(operation, std::ref(folder), service::Way::offline, application, {.exchange = 1ms, .total = total}, play.random, cancel);
}

using Bodies = std::vector<std::string>;

}  // namespace

TEST_CASE("an enrollment over folders has all the time there is for each answer", "[service]") {
    Play   play;
    Folder folder{play, 2};
    REQUIRE(drive(play, folder, 60s));
    CHECK(folder.bodies == Bodies{"ir", "certConf"});
    for (const auto timeout : folder.timeouts) CHECK(timeout > 50s);
}

TEST_CASE("an answer that is lost or late is told to the CA by an error message, once", "[service]") {
    for (const Code code : {Code::deadline, Code::peer_gone, Code::http_status}) {
        Play       play;
        Folder     folder{play, 0, {.code = code, .detail = "lost"}};
        const auto done = drive(play, folder);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == code);
        CHECK(folder.bodies == Bodies{"ir", "error"});
        CHECK(folder.told == FailInfo::systemFailure);
    }
}

TEST_CASE("the loss of a confirmation's answer is told too", "[service]") {
    Play       play;
    Folder     folder{play, 1};
    const auto done = drive(play, folder);
    REQUIRE_FALSE(done);
    CHECK(folder.bodies == Bodies{"ir", "certConf", "error"});
}

TEST_CASE("a report has its moment also when all time is over", "[service]") {
    Play   play;
    Folder folder{play, 0};
    REQUIRE_FALSE(drive(play, folder, 1ms));
    REQUIRE(folder.timeouts.size() == 2);
    CHECK(folder.timeouts.back() >= 1s);
}

TEST_CASE("who cancels, and a folder that cannot be written to, end it without a report", "[service]") {
    for (const Code code : {Code::cancelled, Code::connect_failed, Code::too_large}) {
        Play   play;
        Folder folder{play, 0, {.code = code}};
        CHECK(drive(play, folder).error().code == code);
        CHECK(folder.bodies == Bodies{"ir"});
    }
}

TEST_CASE("a message is labelled by its transactionID and body", "[service]") {
    Play      play;
    EndEntity operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    const auto        message = std::get<Send>(operation.step(Begin{}, now, play.random)).message;
    const std::string label   = service::label_of(message);
    CHECK(label.size() == 32 + 3);
    CHECK(label.ends_with("-ir"));
    CHECK(label.find_first_not_of("0123456789abcdef-ir") == label.npos);
    CHECK(service::label_of(bytes_of("no message")).empty());
    CHECK(service::label_of({}).empty());
}

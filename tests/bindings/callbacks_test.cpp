// Where failures of callbacks go, and who frees what answers.
#include "world.hpp"

using namespace world;

namespace {

struct Failing : Carrier {
    Counted counted;
    void    exchange(const std::string&, View, Sink*) override { throw Thrown(7); }
};
struct Refusing : Policy {
    bool accept(View, bool, const std::string&) override { throw Thrown(8); }
};
struct Interrupting : Tracer {
    void trace(bool, View) override { throw Thrown(9); }
};
struct LeavingBehind : Carrier {
    void exchange(const std::string&, View, Sink*) override { border::left_behind = std::make_exception_ptr(Thrown(10)); }
};
struct FailingNamer : Namer {
    void name(const Question&, Sink*, Sink*) override { throw Thrown(11); }
};
struct RefusingNamer : Namer {
    void name(const Question& question, Sink* subject, Sink*) override { subject->refuse("no " + question.subject + " for " + question.requester); }
};
struct FailingLog : Logger {
    void log(int, const std::string&) override { throw Thrown(12); }
};

int number_thrown_by(Operation& operation) {
    try {
        operation.run("", nullptr);
    } catch (const Thrown& thrown) {
        return thrown.number;
    }
    return 0;
}

int code_of_run(Operation& operation) {
    try {
        operation.run("", nullptr);
    } catch (const Failed& failed) {
        return failed.code;
    }
    return CMPKIT_OK;
}

}  // namespace

TEST_CASE("an exception of a transport comes back from the run as it was thrown", "[bindings]") {
    World world;
    auto  operation = world.enrollment();
    operation->set_exchange(new Failing);
    CHECK(number_thrown_by(*operation) == 7);
    CHECK(Thrown::reported == 0);
}

TEST_CASE("an exception of a policy or a trace ends the run and comes back", "[bindings]") {
    World world;
    auto  operation = world.enrollment();
    operation->set_exchange(new ToResponder(*world.responder));
    SECTION("policy") {
        operation->set_policy(new Refusing);
        CHECK(number_thrown_by(*operation) == 8);
    }
    SECTION("trace") {
        operation->set_trace(new Interrupting);
        CHECK(number_thrown_by(*operation) == 9);
    }
}

TEST_CASE("a language that cannot throw leaves its failure behind", "[bindings]") {
    World world;
    auto  operation = world.enrollment();
    operation->set_exchange(new LeavingBehind);
    CHECK(number_thrown_by(*operation) == 10);
    CHECK(border::left_behind == nullptr);
}

TEST_CASE("an exception in a server refuses the requester, is reported and leaves the server as it was", "[bindings]") {
    World world;
    Thrown::reported = 0;
    world.responder->set_naming(new FailingNamer);
    auto refused = world.enrollment();
    refused->set_exchange(new ToResponder(*world.responder));
    CHECK(code_of_run(*refused) == CMPKIT_E_REJECTED);
    CHECK(Thrown::reported == 1);

    world.responder->set_naming(nullptr);
    auto operation = world.enrollment();
    operation->set_exchange(new ToResponder(*world.responder));
    CHECK(code_of_run(*operation) == CMPKIT_OK);
    CHECK(operation->certificate().size() > 100);
}

TEST_CASE("a refusal with words reaches the requester", "[bindings]") {
    World world;
    world.responder->set_naming(new RefusingNamer);
    auto operation = world.enrollment();
    operation->set_exchange(new ToResponder(*world.responder));
    try {
        operation->run("", nullptr);
        FAIL("it was not refused");
    } catch (const Failed& failed) {
        const Failure failure(failed);
        CHECK(failure.code() == CMPKIT_E_REJECTED);
        CHECK(failure.name() == "rejected");
        CHECK(failure.layer() == "cmp");
        CHECK_THAT(failure.text(), Catch::Contains("no CN=dev1 for secret:dev1"));
    }
}

TEST_CASE("an exception of a log is reported, and the call goes on", "[bindings]") {
    World world;
    Thrown::reported = 0;
    world.context.set_log(CMPKIT_LOG_DEBUG, new FailingLog);
    auto operation = world.enrollment();
    operation->set_exchange(new ToResponder(*world.responder));
    CHECK(code_of_run(*operation) == CMPKIT_OK);
    CHECK(Thrown::reported > 0);
}

TEST_CASE("what answers is freed once: when it is replaced, with its operation, and where it could not be set", "[bindings]") {
    World world;
    auto  operation = world.enrollment();
    operation->set_exchange(new Failing);
    CHECK(Counted::alive == 1);
    operation->set_exchange(new Failing);
    CHECK(Counted::alive == 1);
    operation->set_exchange(nullptr);
    CHECK(Counted::alive == 0);
    operation->set_exchange(new Failing);
    operation->close();
    CHECK(Counted::alive == 0);
    CHECK_THROWS_AS(operation->set_exchange(new Failing), Failed);
    CHECK(Counted::alive == 0);
}

TEST_CASE("a NUL in the text of a language is refused, not read as its end", "[bindings]") {
    World             world;
    const std::string cut("CN=dev1\0,CN=admin", 18);
    EnrollOrder       order(CMPKIT_ENROLL_IR);
    order.set_key(*world.key);
    SECTION("subject") { order.set_subject(cut); }
    SECTION("alternative name") { order.add_san(cut); }
    try {
        const std::unique_ptr<Operation> made(Operation::enroll(world.context, order, *world.secret, &world.trust));
        FAIL("it was taken");
    } catch (const Failed& failed) {
        CHECK(failed.code == CMPKIT_E_BAD_ARGUMENT);
        CHECK(Failure(failed).text() == "api: there is a NUL in the text");
    }
}

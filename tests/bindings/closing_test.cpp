// Handles are closed at any time by anybody.
#include "world.hpp"

#include <future>
#include <thread>

using namespace world;

namespace {

/// Tells that the run is under way, and answers when the test says so.
struct Held : Carrier {
    std::promise<void>& begun;
    std::future<void>&  go_on;
    Held(std::promise<void>& b, std::future<void>& g) : begun(b), go_on(g) {}
    void exchange(const std::string&, View, Sink*) override {
        begun.set_value();
        go_on.wait();
    }
};

int code_of(const std::function<void()>& use) {
    try {
        use();
    } catch (const Failed& failed) {
        return failed.code;
    }
    return CMPKIT_OK;
}

/// Drops the listener whose thread it runs on.
struct Dropping : Audience {
    std::unique_ptr<Listener>& listener;
    std::promise<void>&        done;
    Dropping(std::unique_ptr<Listener>& l, std::promise<void>& d) : listener(l), done(d) {}
    void hear(const std::string&) override {
        if (!listener) return;
        listener.reset();
        done.set_value();
    }
};

}  // namespace

TEST_CASE("what is closed says so, however often it is closed", "[bindings]") {
    World world;
    auto  operation = world.enrollment();
    operation->close();
    operation->close();
    operation->cancel();
    CHECK(code_of([&] { operation->begin(now()); }) == CMPKIT_E_BAD_STATE);
    CHECK(code_of([&] { operation->label(); }) == CMPKIT_E_BAD_STATE);
    world.responder->close();
    CHECK(code_of([&] { world.responder->tick(now()); }) == CMPKIT_E_BAD_STATE);
    world.context.close();
    CHECK(code_of([&] { world.context.transports(); }) == CMPKIT_E_BAD_STATE);
}

TEST_CASE("an operation outlives its closed context", "[bindings]") {
    World world;
    auto  operation = world.enrollment();
    operation->set_exchange(new ToResponder(*world.responder));
    world.context.close();
    CHECK(code_of([&] { operation->run("", nullptr); }) == CMPKIT_OK);
}

TEST_CASE("closing an operation from another thread ends its run", "[bindings]") {
    World              world;
    std::promise<void> begun, answer;
    auto               answered  = answer.get_future();
    auto               operation = world.enrollment();
    operation->set_exchange(new Held(begun, answered));
    auto run = std::async(std::launch::async, [&] { return code_of([&] { operation->run("", nullptr); }); });
    begun.get_future().wait();
    CHECK(code_of([&] { operation->save(); }) == CMPKIT_E_BAD_STATE);  // in use
    operation->close();
    answer.set_value();
    CHECK(run.get() != CMPKIT_OK);
}

TEST_CASE("many threads use and close the same handles", "[bindings]") {
    World                    world;
    std::vector<std::thread> threads;
    Listener                 listener(*world.responder, "");
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                code_of([&] { world.responder->answer(view("garbage"), "", "", now()); });
                code_of([&] { world.responder->ca_pending(""); });
                code_of([&] { listener.url(0); });
            }
        });
    threads.emplace_back([&] { listener.close(); });
    threads.emplace_back([&] { world.responder->close(); });
    for (std::thread& thread : threads) thread.join();
    CHECK(code_of([&] { world.responder->ca_pending(""); }) == CMPKIT_E_BAD_STATE);
}

TEST_CASE("a listener that its own callback drops is freed later", "[bindings]") {
    World              world;
    std::promise<void> dropped;
    auto               listener = std::make_unique<Listener>(*world.responder, "");
    const std::string  url      = listener->url(0);
    world.responder->set_events(new Dropping(listener, dropped));
    auto run = std::async(std::launch::async, [&] { return code_of([&] { world.enrollment()->run(url, nullptr); }); });
    dropped.get_future().wait();
    run.wait();  // with or without an answer
    CHECK(code_of([&] { world.responder->ca_pending(""); }) == CMPKIT_OK);
}

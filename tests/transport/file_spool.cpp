// What the file plugin leaves in its folders, and what it makes of what others put there.
#include "spooled.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;
namespace fs = std::filesystem;

namespace {

const Options quick{{"rescan", "50"}, {"settle", "100"}, {"durability", "none"}};

Options quick_and(Options more) {
    more.insert(quick.begin(), quick.end());
    return more;
}

/// A spool, and both sides of it as a test wants them.
struct Room {
    std::unique_ptr<Listener> serve(Handler handler, const Options& options = quick) {
        auto listener = registry.listen(url(), nullptr, std::move(handler), options);
        if (!listener) FAIL(listener.error().text());
        return *std::move(listener);
    }
    std::unique_ptr<Channel> client(const Options& options = quick) {
        auto channel = registry.open(url(), nullptr, options);
        if (!channel) FAIL(channel.error().text());
        return *std::move(channel);
    }
    std::string url() const { return "file://" + path.string(); }
    /// The folders, before anybody served.
    void make() {
        for (const char* name : {"requests", "replies", "failed", "done"}) fs::create_directories(path / name);
    }
    void request(const std::string& name, const std::string& octets) {
        put(path / "requests" / (".tmp-" + name), octets);
        fs::rename(path / "requests" / (".tmp-" + name), path / "requests" / name);
    }
    bool comes(const std::string& name) const {
        return eventually([&] { return fs::exists(path / name); });
    }
    bool goes(const std::string& name) const {
        return eventually([&] { return !fs::exists(path / name); });
    }

    TemporaryFolder folder;
    fs::path        path = folder.fresh();
    Registry        registry = built_plugins();
};

void answer(std::unique_ptr<Exchange> exchange, const Request&, const Peer&) { (void)exchange->respond(octets_of(der("fine")), CMPKIT_TRANSPORT_ANSWERED); }

/// Names the requests that came, in their order.
class Book {
public:
    Handler handler() {
        return [this](std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
            {
                const std::lock_guard lock(mutex_);
                came_.emplace_back(text_of(request.message));
            }
            (void)exchange->respond(request.message, CMPKIT_TRANSPORT_ANSWERED);
        };
    }
    std::vector<std::string> came() {
        const std::lock_guard lock(mutex_);
        return came_;
    }

private:
    std::mutex               mutex_;
    std::vector<std::string> came_;
};

}  // namespace

TEST_CASE("a request by hand, with no name of ours, is answered under its own name", "[transport]") {
    Room room;
    auto server = room.serve(answer);
    room.request("order 7.pki", der("please"));
    REQUIRE(room.comes("replies/order 7.pki"));
    CHECK(content_of(room.path / "replies/order 7.pki") == der("fine"));
    CHECK(eventually([&] { return names_in(room.path / "requests").empty(); }));
}

TEST_CASE("CMC messages go by their extensions", "[transport]") {
    Room room;
    auto server = room.serve([](std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
        const auto kind = request.kind == CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST ? CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE : CMPKIT_TRANSPORT_CMC_FULL_RESPONSE;
        (void)exchange->respond(octets_of(der("fine")), CMPKIT_TRANSPORT_ANSWERED, kind);
    });
    room.request("a.p10", der("simple"));
    room.request("b.crq", der("full"));
    CHECK(room.comes("replies/a.p7c"));
    CHECK(room.comes("replies/b.crp"));
}

TEST_CASE("requests are taken in the order of their names", "[transport]") {
    Room room;
    room.make();
    for (const char* name : {"c", "a", "d", "b"}) room.request(std::string(name) + ".PKI", der(name));
    Book book;
    auto server = room.serve(book.handler());
    REQUIRE(eventually([&] { return book.came().size() == 4; }));
    CHECK(book.came() == std::vector{der("a"), der("b"), der("c"), der("d")});
}

TEST_CASE("a file in writing is not judged, and what never becomes a message is put aside with the reason", "[transport]") {
    Room room;
    Book book;
    auto server = room.serve(book.handler());
    SECTION("a writer that does not rename") {
        const std::string whole = der("slowly");
        std::ofstream     file(room.path / "requests/slow.PKI", std::ios::binary);
        file << whole.substr(0, 3) << std::flush;
        file << whole.substr(3) << std::flush;
        file.close();
        REQUIRE(room.comes("replies/slow.PKI"));
        CHECK(book.came() == std::vector{whole});
    }
    SECTION("garbage") { put(room.path / "requests/bad.PKI", "\x30\x05hello world"); }
    SECTION("something behind the message") { put(room.path / "requests/bad.PKI", der("good") + "x"); }
    SECTION("a message that is cut off") { put(room.path / "requests/bad.PKI", der("good").substr(0, 4)); }
    SECTION("an empty file") { put(room.path / "requests/bad.PKI", ""); }
    if (!fs::exists(room.path / "requests/bad.PKI")) return;
    REQUIRE(room.comes("failed/bad.PKI"));
    CHECK(!content_of(room.path / "failed/bad.PKI.reason.txt").empty());
    CHECK(book.came().empty());
}

TEST_CASE("a link in place of a request is put aside, and what it points to is not read", "[transport]") {
    Room room;
    Book book;
    auto server = room.serve(book.handler());
    put(room.path / "secret", der("secret"));
    SECTION("a symbolic link") { fs::create_symlink(room.path / "secret", room.path / "requests/evil.PKI"); }
    SECTION("a folder") { fs::create_directory(room.path / "requests/evil.PKI"); }
    SECTION("a pipe") { REQUIRE(mkfifo((room.path / "requests/evil.PKI").c_str(), 0600) == 0); }
    CHECK(room.comes("failed/evil.PKI.reason.txt"));
    CHECK(room.goes("requests/evil.PKI"));
    CHECK(book.came().empty());
    CHECK(content_of(room.path / "secret") == der("secret"));
}

TEST_CASE("an answer that is a link is refused by the client", "[transport]") {
    Room room;
    auto client = room.client();
    auto waits  = begin_exchange(*client, octets_of(der("ask")), patience);
    REQUIRE(eventually([&] { return !names_in(room.path / "requests").empty(); }));
    put(room.path / "secret", der("secret"));
    fs::create_symlink(room.path / "secret", room.path / "replies" / names_in(room.path / "requests").front());
    const auto got = waits.get();
    REQUIRE(!got);
    CHECK(got.error().code == Code::content_type);
}

TEST_CASE("a folder of requests that is a link is refused", "[transport]") {
    Room room;
    room.make();
    fs::remove(room.path / "requests");
    fs::create_directory(room.path / "elsewhere");
    fs::create_directory_symlink(room.path / "elsewhere", room.path / "requests");
    CHECK(!room.registry.listen(room.url(), nullptr, answer, quick));
}

TEST_CASE("a folder that anybody may write to is refused, unless it is sticky", "[transport]") {
    Room room;
    fs::create_directory(room.path);
    REQUIRE(chmod(room.path.c_str(), 0777) == 0);
    const auto refused = room.registry.listen(room.url(), nullptr, answer, quick);
    REQUIRE(!refused);
    CHECK(has(refused.error().text(), "chmod o-w"));
    REQUIRE(chmod(room.path.c_str(), 01777) == 0);
    CHECK(room.registry.listen(room.url(), nullptr, answer, quick));
}

TEST_CASE("a folder is made for its owner alone, and not where it may not", "[transport]") {
    Room room;
    room.serve(answer, quick_and({{"create", "off"}}))->stop(0ms);
    CHECK(!fs::exists(room.path));
    auto server = room.serve(answer);
    CHECK(fs::status(room.path).permissions() == fs::perms::owner_all);
}

TEST_CASE("what a URL of a folder may not be is said", "[transport]") {
    auto registry = built_plugins();
    for (const char* url : {"file://host/spool", "file:spool", "file:", "file:///", "file:////x", "file:///a?b", "file:///a#b", "file:///a%00b", "file:///a%2"}) {
        INFO(url);
        const auto channel = registry.open(url, nullptr);
        REQUIRE(!channel);
        CHECK(channel.error().code == Code::bad_url);
    }
    CHECK(registry.open("file:/tmp/x", nullptr));
    CHECK(registry.open("file://localhost/tmp/x", nullptr));
}

TEST_CASE("every durability carries messages", "[transport]") {
    for (const char* durability : {"none", "file", "full"}) {
        Room room;
        auto server = room.serve(answer, quick_and({{"durability", durability}}));
        auto client = room.client(quick_and({{"durability", durability}}));
        CHECK(send(*client, octets_of(der("ask"))));
    }
}

// -- the server's end

TEST_CASE("what a server that was killed had taken is taken up again", "[transport]") {
    Room room;
    room.make();
    put(room.path / "requests/a.PKI.0123456789abcdef.work", der("a"));
    put(room.path / "requests/.server-0123456789abcdef.lock", "");
    put(room.path / "requests/.tmp-left", "half");
    Book book;
    auto server = room.serve(book.handler());
    CHECK(room.comes("replies/a.PKI"));
    CHECK(book.came() == std::vector{der("a")});
    CHECK(room.goes("requests/a.PKI.0123456789abcdef.work"));
    CHECK(!fs::exists(room.path / "requests/.server-0123456789abcdef.lock"));
}

TEST_CASE("a request whose answer stands already is not handed up again", "[transport]") {
    Room room;
    room.make();
    put(room.path / "requests/a.PKI.0123456789abcdef.work", der("a"));
    put(room.path / "replies/a.PKI", der("before"));
    Book book;
    auto server = room.serve(book.handler());
    CHECK(room.goes("requests/a.PKI.0123456789abcdef.work"));
    CHECK(content_of(room.path / "replies/a.PKI") == der("before"));
    CHECK(book.came().empty());
}

TEST_CASE("a claim of a server that lives is left alone", "[transport]") {
    Room room;
    room.make();
    const std::string lock = room.path / "requests/.server-0123456789abcdef.lock";
    const int         held = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(flock(held, LOCK_EX | LOCK_NB) == 0);
    put(room.path / "requests/a.PKI.0123456789abcdef.work", der("a"));
    Book book;
    auto server = room.serve(book.handler());
    room.request("b.PKI", der("b"));
    REQUIRE(room.comes("replies/b.PKI"));
    CHECK(book.came() == std::vector{der("b")});
    close(held);  // it ends
    CHECK(room.comes("replies/a.PKI"));
}

TEST_CASE("what was taken and not answered is a request again when the server stops", "[transport]") {
    Room room;
    Desk desk;
    auto server = room.serve(desk.handler());
    room.request("a.PKI", der("a"));
    auto taken = desk.take();
    REQUIRE(taken);
    server->stop(0ms);
    CHECK(names_in(room.path / "requests") == std::vector<std::string>{"a.PKI"});
    CHECK(!taken->respond(octets_of(der("late")), CMPKIT_TRANSPORT_ANSWERED));
    auto next = room.serve(answer);
    CHECK(room.comes("replies/a.PKI"));
}

TEST_CASE("two servers at one spool never handle the same request", "[transport]") {
    Room room;
    Book first, second;
    auto one = room.serve(first.handler()), other = room.serve(second.handler());
    for (int i = 0; i < 200; ++i) room.request(std::to_string(1000 + i) + ".PKI", der(std::to_string(i)));
    REQUIRE(eventually([&] { return names_in(room.path / "replies").size() == 200; }));
    auto all = first.came();
    for (const auto& request : second.came()) all.push_back(request);
    std::sort(all.begin(), all.end());
    CHECK(all.size() == 200);
    CHECK(std::unique(all.begin(), all.end()) == all.end());
}

TEST_CASE("no more requests are open at a time than are allowed, and the others wait", "[transport]") {
    Room room;
    Desk desk;
    auto server = room.serve(desk.handler(), quick_and({{"max-open", "3"}}));
    for (int i = 0; i < 9; ++i) room.request(std::to_string(i) + ".PKI", der(std::to_string(i)));
    for (int i = 0; i < 9; ++i) {
        auto open = desk.take();
        REQUIRE(open);
        CHECK(open->respond(octets_of(der("fine")), CMPKIT_TRANSPORT_ANSWERED));
    }
    CHECK(eventually([&] { return names_in(room.path / "replies").size() == 9; }));
}

// -- the client's end

TEST_CASE("a client that starts again goes on waiting for its request", "[transport]") {
    Room         room;
    const Octets question = octets_of(der("ask"));
    const auto   patient  = quick_and({{"withdraw", "off"}});
    CHECK(!send(*room.client(patient), question, 50ms));
    REQUIRE(names_in(room.path / "requests").size() == 1);
    Book book;
    SECTION("which nobody took yet") {
        auto client = room.client(patient);
        auto waits  = begin_exchange(*client, question, patience);
        auto server = room.serve(book.handler());
        CHECK(waits.get());
    }
    SECTION("which somebody has taken") {
        Desk desk;
        auto server = room.serve(desk.handler());
        auto taken  = desk.take();
        auto client = room.client(patient);
        auto waits  = begin_exchange(*client, question, patience);
        CHECK(taken->respond(question, CMPKIT_TRANSPORT_ANSWERED));
        CHECK(waits.get());
        return;
    }
    SECTION("which was answered meanwhile") {
        auto server = room.serve(book.handler());
        REQUIRE(eventually([&] { return !names_in(room.path / "replies").empty(); }));
        CHECK(send(*room.client(patient), question));
    }
    CHECK(book.came().size() == 1);
}

TEST_CASE("an answer that was taken is there for who asks the same again, for as long as it is kept", "[transport]") {
    Room         room;
    const Octets question = octets_of(der("ask"));
    Book         book;
    auto         server = room.serve(book.handler());
    REQUIRE(send(*room.client(), question));
    CHECK(names_in(room.path / "replies").empty());
    REQUIRE(names_in(room.path / "done").size() == 1);
    REQUIRE(send(*room.client(), question));
    CHECK(book.came().size() == 1);
    const timespec long_ago[2] = {{0, 0}, {0, 0}};
    REQUIRE(utimensat(AT_FDCWD, (room.path / "done" / names_in(room.path / "done").front()).c_str(), long_ago, 0) == 0);
    REQUIRE(send(*room.client(), octets_of(der("other"))));
    CHECK(names_in(room.path / "done").size() == 1);
    REQUIRE(send(*room.client(), question));
    CHECK(book.came().size() == 3);
}

TEST_CASE("at its deadline a request nobody took is withdrawn, and the operator told", "[transport]") {
    Room       room;
    const auto alone = send(*room.client(), octets_of(der("ask")), 100ms);
    REQUIRE(!alone);
    CHECK(alone.error().code == Code::deadline);
    CHECK(has(alone.error().text(), "nobody took"));
    CHECK(names_in(room.path / "requests").empty());
    Desk       desk;
    auto       server = room.serve(desk.handler());
    const auto taken  = send(*room.client(), octets_of(der("ask")), 500ms);
    REQUIRE(!taken);
    CHECK(has(taken.error().text(), "was taken"));
    desk.clear();
}

TEST_CASE("a request that somebody removed is reported as gone", "[transport]") {
    Room room;
    auto client = room.client();
    auto waits  = begin_exchange(*client, octets_of(der("ask")), patience);
    REQUIRE(eventually([&] { return names_in(room.path / "requests").size() == 1; }));
    fs::remove(room.path / "requests" / names_in(room.path / "requests").front());
    const auto gone = waits.get();
    REQUIRE(!gone);
    CHECK(gone.error().code == Code::peer_gone);
    CHECK(has(gone.error().text(), "somebody removed or moved it"));
}

TEST_CASE("a request that the server puts aside ends with its reason", "[transport]") {
    Room       room;
    auto       server  = room.serve(answer);
    const auto refused = send(*room.client(), octets_of("no DER at all"));
    REQUIRE(!refused);
    CHECK(has(refused.error().text(), "/failed/"));
}

TEST_CASE("an answer that is no message is put aside with its reason", "[transport]") {
    Room room;
    auto server = room.serve([](std::unique_ptr<Exchange> exchange, const Request&, const Peer&) { (void)exchange->respond(octets_of("no DER"), CMPKIT_TRANSPORT_ANSWERED); });
    const auto got = send(*room.client(), octets_of(der("ask")));
    REQUIRE(!got);
    CHECK(got.error().code == Code::content_type);
    CHECK(names_in(room.path / "failed").size() == 2);
}

TEST_CASE("names tell what the message does not, and a foreign name tells nothing", "[transport]") {
    Room room;
    auto server = room.serve([](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        (void)exchange->respond(octets_of(der(request.operation + "|" + request.profile + "|" + request.label + "|" + (peer.address.starts_with("file:/") ? "file" : ""))),
                                CMPKIT_TRANSPORT_ANSWERED);
    });
    const Octets question = octets_of(der("ask"));
    auto         client   = room.client();
    const auto   answer   = client->exchange({.message = question, .operation = "keyupdate", .profile = "../a,b", .label = "press-4"}, patience, nullptr);
    if (!answer) FAIL(answer.error().text());
    CHECK(std::string(text_of(answer->message)) == der("keyupdate|../a,b|press-4|file"));
    room.request("x,op=nonsense,p=%zz.PKI", der("y"));
    REQUIRE(room.comes("replies/x,op=nonsense,p=%zz.PKI"));
    CHECK(content_of(room.path / "replies/x,op=nonsense,p=%zz.PKI") == der("|||file"));
}

// -- the folder's end

TEST_CASE("a stick that is taken out and put in again ends no exchange", "[transport]") {
    Room       room;
    const auto stick = quick_and({{"create", "off"}});
    fs::create_directory(room.path);
    const fs::path pocket = room.path.string() + "-pocket";
    Desk           desk;
    auto           server = room.serve(desk.handler(), stick);
    auto           client = room.client(stick);
    auto           waits  = begin_exchange(*client, octets_of(der("ask")), 0ms);
    auto           taken  = desk.take();
    REQUIRE(taken);
    fs::rename(room.path, pocket);
    CHECK(taken->respond(octets_of(der("fine")), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(waits.wait_for(300ms) == std::future_status::timeout);
    CHECK(!fs::exists(room.path));
    fs::rename(pocket, room.path);
    CHECK(waits.get());
}

TEST_CASE("a request made while the stick is away is written when it is back", "[transport]") {
    Room room;
    auto client = room.client(quick_and({{"create", "off"}}));
    auto waits  = begin_exchange(*client, octets_of(der("ask")), 0ms);
    CHECK(waits.wait_for(100ms) == std::future_status::timeout);
    fs::create_directory(room.path);
    auto server = room.serve(answer);
    CHECK(waits.get());
}

TEST_CASE("a server that is started before the stick is in serves it when it comes", "[transport]") {
    Room room;
    auto server = room.serve(answer, quick_and({{"create", "off"}}));
    room.make();
    room.request("a.PKI", der("a"));
    CHECK(room.comes("replies/a.PKI"));
}

TEST_CASE("a name that a terminal would act on is left alone, and one in another script is not", "[transport]") {
    Room room;
    Book book;
    auto server = room.serve(book.handler());
    put(room.path / "requests/a\x1b[31m.PKI", der("escape"));
    put(room.path / "requests/Größe.PKI", der("fine"));
    CHECK(room.comes("replies/Größe.PKI"));
    CHECK(book.came() == std::vector{der("fine")});
    CHECK(fs::exists(room.path / "requests/a\x1b[31m.PKI"));
    CHECK(eventually([&] { return has(content_of(room.path / "MANIFEST.txt"), "Gr????e.PKI"); }));
}

TEST_CASE("nothing in the folder stays open while nothing happens, so that a stick can be taken out", "[transport]") {
    Room room;
    auto server = room.serve(answer);
    auto client = room.client();
    REQUIRE(send(*client, octets_of(der("ask"))));
    CHECK(eventually([&] {
        for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
            std::error_code ignored;
            if (fs::read_symlink(entry.path(), ignored).string().starts_with(room.path.string())) return false;
        }
        return true;
    }));
}

TEST_CASE("the manifest tells what is in the folder, and what stands in it is believed by nobody", "[transport]") {
    Room room;
    room.make();
    put(room.path / "MANIFEST.txt", "requests/evil.PKI answered\n");
    room.request("20260101T000000.000Z-000001-0123456789abcdef-press-4.PKI", der("a"));
    put(room.path / "requests/junk.PKI", "junk");
    Desk desk;
    auto server = room.serve(desk.handler());
    auto open   = desk.take();
    REQUIRE(open);
    const auto says = [&](const std::string& what) {
        return eventually([&] { return has(content_of(room.path / "MANIFEST.txt"), what); });
    };
    CHECK(says("taken"));
    CHECK(says("press-4"));
    CHECK(says("failed"));
    CHECK(open->respond(octets_of(der("fine")), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(says("answered"));
    CHECK(!has(content_of(room.path / "MANIFEST.txt"), "evil"));
}

TEST_CASE("an announcement is left in the folder, and nobody waits for what is said to it", "[transport][file]") {
    Room       room;
    const auto client = room.client();
    const auto left   = client->exchange({.message = bytes_of(der("news")), .kind = CMPKIT_TRANSPORT_ANNOUNCEMENT}, patience, nullptr);
    if (!left) FAIL(left.error().text());
    CHECK(left->status == CMPKIT_TRANSPORT_ACCEPTED);
    CHECK(left->message.empty());
    Book       book;
    const auto server = room.serve(book.handler());
    CHECK(eventually([&] { return book.came().size() == 1; }));
    CHECK(book.came().at(0) == der("news"));
}

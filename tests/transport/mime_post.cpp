// Mails that go by a command and come to a maildir: both sides as two users of one machine would have them.
#include "spooled.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;
namespace fs = std::filesystem;

namespace {

/// Two maildirs, and a command that brings mails to the one it is given.
struct Town {
    Town() {
        for (const char* house : {"ca", "desk"})
            for (const char* name : {"new", "cur", "tmp"}) fs::create_directories(folder.path() / house / name);
        script("bring", "cat > \"$1/tmp/$$\" && mv \"$1/tmp/$$\" \"$1/new/$(date +%s%N).$$\"");
    }
    std::string script(const std::string& name, const std::string& words) {
        const std::string path = folder.path() / name;
        put(path, "#!/bin/sh\n" + words + "\n");
        REQUIRE(chmod(path.c_str(), 0700) == 0);
        return path;
    }
    std::string house(const char* name) const { return folder.path() / name; }
    Options     options(const char* to, const std::string& from, const std::string& command = "bring") const {
        return {{"rescan", "50"}, {"settle", "100"}, {"durability", "none"}, {"layout", "maildir"}, {"from", from}, {"sendmail", (folder.path() / command).string() + " " + house(to)}};
    }
    std::unique_ptr<Listener> serve(Handler handler, const std::string& command = "bring") {
        auto listener = registry.listen("mime+file://" + house("ca"), nullptr, std::move(handler), options("desk", "ca@plant.example", command));
        if (!listener) FAIL(listener.error().text());
        return *std::move(listener);
    }
    std::unique_ptr<Channel> client(const std::string& command = "bring") {
        Options with = options("ca", "desk@plant.example", command);
        with["to"]   = "ca@plant.example";
        auto channel = registry.open("mime+file://" + house("desk"), nullptr, with);
        if (!channel) FAIL(channel.error().text());
        return *std::move(channel);
    }

    TemporaryFolder folder;
    Registry        registry = built_plugins();
};

const Octets question = octets_of(der("please"));

}  // namespace

TEST_CASE("requests and answers go by post, and the mails stay in both maildirs, seen", "[transport]") {
    Town town;
    auto server = town.serve(echo);
    auto client = town.client();
    put(town.house("desk") + "/new/other", "From: boss@plant.example\nSubject: lunch\n\nAt noon?\n");
    put(town.house("ca") + "/new/other", "no mail");
    for (int i = 0; i < 3; ++i) {
        const Octets ask = octets_of(der(std::to_string(i)));
        const auto   got = send(*client, ask);
        if (!got) FAIL(got.error().text());
        CHECK(got->message == ask);
    }
    for (const char* house : {"ca", "desk"}) {
        CHECK(names_in(town.house(house) + "/new") == std::vector<std::string>{"other"});
        const auto seen = names_in(town.house(house) + "/cur");
        REQUIRE(seen.size() == 3);
        CHECK(seen.front().ends_with(":2,S"));
        CHECK(eventually([&] { return names_in(town.house(house) + "/cmpkit/requests").empty(); }));
    }
    const std::string answer = content_of(town.house("desk") + "/cur/" + names_in(town.house("desk") + "/cur").front());
    CHECK(has(answer, "To: desk@plant.example\r\n"));
    CHECK(has(answer, "Auto-Submitted: auto-replied\r\n"));
    CHECK(has(answer, "In-Reply-To: <"));
}

TEST_CASE("a server's word without a message goes by post as well", "[transport]") {
    Town town;
    auto server = town.serve([](std::unique_ptr<Exchange> exchange, const Request&, const Peer&) { (void)exchange->respond({}, CMPKIT_TRANSPORT_BUSY); });
    const auto got = send(*town.client(), question);
    REQUIRE(!got);
    CHECK(has(got.error().text(), "busy"));
}

TEST_CASE("a client that starts again sends its request again, and gets the answer", "[transport]") {
    Town town;
    CHECK(!send(*town.client(), question, 500ms));
    CHECK(names_in(town.house("ca") + "/new").size() == 1);
    CHECK(names_in(town.house("desk") + "/cmpkit/requests").size() == 1);
    auto server = town.serve(echo);
    CHECK(send(*town.client(), question));
}

TEST_CASE("a command that fails, or is not there, ends the exchange with its reason", "[transport]") {
    Town town;
    town.script("fails", "exit 75");
    town.script("dies", "kill -9 $$");
    for (const auto& [command, why] : {std::pair("fails", "code 75"), std::pair("dies", "signal 9"), std::pair("absent", "cannot be run")}) {
        INFO(command);
        const auto got = send(*town.client(command), question);
        REQUIRE(!got);
        CHECK(got.error().code == Code::connect_failed);
        CHECK(has(got.error().text(), why));
        CHECK(names_in(town.house("desk") + "/cmpkit/requests").empty());
    }
}

TEST_CASE("a command that does not read its mail raises no signal, and one is started with none blocked", "[transport]") {
    Town town;
    // Two signals of libc's own stay ignored; the first 24 are the ones that matter.
    town.script("deaf", "grep -q '^SigBlk:.0000000000000000$' /proc/self/status && grep -q '^SigIgn:.*000000$' /proc/self/status");
    auto client = town.client("deaf");
    auto waits  = begin_exchange(*client, octets_of(std::string("\x04\x82\x40\x00", 4) + std::string(0x4000, 'x')), 2s);
    const auto got = waits.get();
    REQUIRE(!got);
    CHECK(got.error().code == Code::deadline);
    CHECK(has(got.error().text(), "given to the post"));
}

TEST_CASE("an answer that cannot be sent is tried again", "[transport]") {
    Town town;
    town.script("later", "test -e \"$1/../open\" || exit 75; exec \"$1/../bring\" \"$1\"");
    auto server = town.serve(echo, "later");
    auto client = town.client();
    auto waits  = begin_exchange(*client, question, patience);
    CHECK(waits.wait_for(300ms) == std::future_status::timeout);
    put(town.folder.path() / "open", "");
    CHECK(waits.get());
}

TEST_CASE("an automatic answer is no request, or two servers would answer each other for ever", "[transport]") {
    Town        town;
    Desk        desk;
    auto        server = town.serve(desk.handler());
    std::string mail   = content_of(CMPKIT_TEST_DATA "/mime/bare.eml");
    put(town.house("ca") + "/new/loop", "Auto-Submitted: auto-replied\n" + mail.substr(mail.find('\n') + 1));
    put(town.house("ca") + "/tmp/right", mail);
    fs::rename(town.house("ca") + "/tmp/right", town.house("ca") + "/new/right");
    REQUIRE(desk.wait_for(1));
    CHECK(names_in(town.house("ca") + "/new") == std::vector<std::string>{"loop"});
    desk.clear();
}

TEST_CASE("an answer that a person saved under a name of their own is known by what it answers", "[transport]") {
    TemporaryFolder folder;
    const fs::path  spool    = folder.fresh();
    auto            registry = built_plugins();
    auto            client   = registry.open("mime+file://" + spool.string(), nullptr, {{"rescan", "50"}});
    REQUIRE(client);
    auto waits = begin_exchange(**client, question, patience);
    REQUIRE(eventually([&] { return !names_in(spool / "requests").empty(); }));
    const std::string request = content_of(spool / "requests" / names_in(spool / "requests").front());
    const std::size_t at      = request.find("Message-ID: ") + 12;
    const std::string id      = request.substr(at, request.find('\r', at) - at);
    std::string       mail    = content_of(CMPKIT_TEST_DATA "/mime/mutt.eml");
    put(spool / "replies/Somebody else's.eml", mail);
    put(spool / "replies/Re CMP.eml", "In-Reply-To: " + id + "\n" + mail);
    const auto got = waits.get();
    if (!got) FAIL(got.error().text());
    CHECK(got->message == question);
    CHECK(names_in(spool / "replies") == std::vector<std::string>{"Somebody else's.eml"});
}

TEST_CASE("options of the post are checked", "[transport]") {
    Town town;
    const std::string url = "mime+file://" + town.house("desk");
    CHECK(!town.registry.open(url, nullptr, {{"layout", "maildir"}}));
    CHECK(!town.registry.open(url, nullptr, {{"sendmail", "/bin/true"}}));
    CHECK(!town.registry.open(url, nullptr, {{"sendmail", "sendmail -t"}}));
    CHECK(!town.registry.open(url, nullptr, {{"from", "a@b\r\nBcc: c@d"}}));
    CHECK(!town.registry.open(url, nullptr, {{"layout", "mbox"}}));
}

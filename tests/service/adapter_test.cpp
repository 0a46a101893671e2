// How a CA that knows PKCS#10 alone is asked: by a command, whatever that does, or by an application; and the configuration that says so.
#include "running.hpp"

#include "messages/pkcs10.hpp"
#include "service/adapter.hpp"
#include "service/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace cmpkit;
using namespace cmpkit::service;
using std::chrono::milliseconds, std::chrono::seconds;

namespace {

constexpr seconds patience{120};

/// A folder with a script of the operator's.
struct Scripted {
    Scripted() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-adapter-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        folder = name;
    }
    ~Scripted() { std::filesystem::remove_all(folder); }
    std::string script(const std::string& lines) const {
        const std::string path = folder + "/ask";
        std::ofstream(path) << "#!/bin/sh\n" << lines << "\n";
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }
    Result<Octets> ask(const std::string& lines, milliseconds most = patience) {
        return ask_command({script(lines), "--profile", "two words"}, question_of(parcel), most, cancel);
    }
    std::string answer(const std::string& lines) {
        auto answer = ask(lines);
        if (!answer) FAIL(answer.error().text());
        return std::string(text_of(*answer));
    }
    Error error(const std::string& lines, milliseconds most = patience) {
        const auto answer = ask(lines, most);
        REQUIRE_FALSE(answer);
        return answer.error();
    }
    std::string       folder;
    responder::Parcel parcel{.key = operations::transaction_key("secret:dev1", Octets{0xab, 0xcd}), .upstream = "legacy", .message = Octets(100, 0x30), .operation = "pkcs10", .profile = "press",
                             .is_converted = true};
    transport::Cancel cancel;
};

bool is_gone(pid_t process) { return ::kill(process, 0) != 0; }

}  // namespace

TEST_CASE("a command gets the request as PEM, its arguments, and who asks for what in its environment", "[service]") {
    Scripted          here;
    const std::string said = here.answer("cat; echo \"$1|$2|$CMPKIT_TRANSACTION_ID|$CMPKIT_PROFILE|$CMPKIT_UPSTREAM|$CMPKIT_REQUEST_ID\"; test -n \"$PATH\"");
    const auto        line = said.substr(said.rfind("--profile"));
    CHECK(said.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    CHECK(*crypto::pem_or_der(bytes_of(said), {"CERTIFICATE REQUEST"}) == here.parcel.message);
    CHECK(line.starts_with("--profile|two words|abcd|press|legacy|"));
    CHECK(line.size() == std::string("--profile|two words|abcd|press|legacy|").size() + 32 + 1);
}

TEST_CASE("a request has one id, whenever it is asked, and no other has it", "[service]") {
    Scripted          here;
    const std::string id = question_of(here.parcel).id;
    CHECK(question_of(here.parcel).id == id);
    here.parcel.claimed_until = 17, here.parcel.profile = "another";
    CHECK(question_of(here.parcel).id == id);
    SECTION("of another requester with the same transactionID") { here.parcel.key = operations::transaction_key("secret:dev2", Octets{0xab, 0xcd}); }
    SECTION("of the same with another request") { here.parcel.message.push_back(0); }
    CHECK(question_of(here.parcel).id != id);
    CHECK(question_of(here.parcel).transaction_id == "abcd");
}

TEST_CASE("a profile cannot hide anything in an environment", "[service]") {
    Scripted here;
    here.parcel.profile = std::string("a\0b\nc", 5);
    CHECK(here.answer("printf %s \"$CMPKIT_PROFILE\"") == "a\\x00b\\x0ac");
}

TEST_CASE("the exit status of a command says whether there is a certificate, not yet, or never", "[service]") {
    Scripted here;
    CHECK(here.answer("echo good") == "good\n");
    CHECK(here.error("exit 75").code == Code::transport_failed);
    CHECK(here.error("echo closed until Monday >&2; exit 75").text().find("closed until Monday") != std::string::npos);
    for (const char* status : {"1", "2", "74", "76", "126", "127", "255"}) {
        const Error refused = here.error(std::string("echo certificate; echo no such machine >&2; echo more >&2; exit ") + status);
        CHECK(refused.code == Code::rejected);
        CHECK(refused.fail_info == FailInfo::badRequest);
        CHECK(refused.detail == "no such machine");
        CHECK(refused.text().find(std::string("status ") + status) != std::string::npos);
    }
    CHECK(here.error("kill -SEGV $$").code == Code::transport_failed);
}

TEST_CASE("what a command says when it refuses reaches the requester only if it is short and harmless", "[service]") {
    Scripted here;
    CHECK(here.error("printf 'red: \\033[31m' >&2; exit 1").detail == "the CA refused the request");
    CHECK(here.error("exit 1").detail == "the CA refused the request");
    CHECK(here.error("head -c 300 /dev/zero | tr '\\0' a >&2; exit 1").detail == "the CA refused the request");
    const Error flood = here.error("head -c 1000000 /dev/zero | tr '\\0' a >&2; exit 1");
    CHECK(flood.code == Code::rejected);
    CHECK(flood.text().size() < 3000);
}

TEST_CASE("a command that hangs is killed with all that it has started", "[service]") {
    Scripted          here;
    const std::string lines = "sleep 1000 & echo $! > " + here.folder + "/sleeper\necho $$ > " + here.folder + "/self.new; mv " + here.folder + "/self.new " + here.folder + "/self; wait";
    for (milliseconds most(500); !std::filesystem::exists(here.folder + "/self"); most *= 2) CHECK(here.error(lines, most).code == Code::deadline);
    for (const char* name : {"/sleeper", "/self"}) {
        pid_t process = 0;
        std::ifstream(here.folder + name) >> process;
        REQUIRE(process > 0);
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!is_gone(process) && std::chrono::steady_clock::now() < end) {  // init buries the orphan
            std::ifstream state("/proc/" + std::to_string(process) + "/stat");
            std::string   text((std::istreambuf_iterator<char>(state)), {});
            if (text.find(") Z ") != std::string::npos) break;
            std::this_thread::yield();
        }
        CHECK(std::chrono::steady_clock::now() < end);
    }
}

TEST_CASE("a command is ended when its server ends", "[service]") {
    Scripted    here;
    std::thread ending([&] {
        while (!std::filesystem::exists(here.folder + "/begun")) std::this_thread::yield();
        here.cancel.fire();
    });
    const auto answer = here.ask("touch " + here.folder + "/begun; sleep 1000");
    ending.join();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::cancelled);
}

TEST_CASE("a command that says too much is killed, and not asked again", "[service]") {
    Scripted    here;
    const Error flood = here.error("cat /dev/zero");
    CHECK(flood.code == Code::rejected);
    CHECK(flood.cause->code == Code::too_large);
}

TEST_CASE("a command that does not read its input, or closes it, hinders nobody", "[service]") {
    Scripted here;
    here.parcel.message = Octets(1 << 20, 0x30);
    CHECK(here.answer("exec 0<&-; echo good") == "good\n");
    CHECK(here.answer("echo good") == "good\n");
}

TEST_CASE("a command is over when it ends, whatever it leaves behind", "[service]") {
    Scripted          here;
    const std::string fifo = here.folder + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(here.answer("cat " + fifo + " & echo good") == "good\n");
    ::close(::open(fifo.c_str(), O_WRONLY));  // and it may go
    CHECK(here.answer("exec 2>&-; echo good; exec 1>&-; exit 0") == "good\n");
}

TEST_CASE("a command has none of this process's descriptors, and no signal that is blocked here", "[service]") {
    Scripted  here;
    const int secret = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    sigset_t  blocked, before;
    ::sigemptyset(&blocked), ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const std::string said = here.answer("ls -l /proc/$$/fd | grep -c /dev/null; grep -E 'SigBlk|SigIgn' /proc/self/status");
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(secret);
    CHECK(said.starts_with("0\n"));
    CHECK(said.find("SigBlk:\t0000000000000000") != std::string::npos);
}

TEST_CASE("a command that is not there is an error, and asked for again", "[service]") {
    Scripted   here;
    const auto none = ask_command({here.folder + "/none"}, question_of(here.parcel), patience, here.cancel);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == Code::io);
    CHECK(none.error().text().find("none") != std::string::npos);
}

TEST_CASE("commands run side by side", "[service]") {
    Scripted                 here;
    const std::string        path = here.script("cat > /dev/null; echo $CMPKIT_PROFILE");
    std::atomic<int>         good = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            responder::Parcel parcel = here.parcel;
            parcel.profile           = std::to_string(i);
            transport::Cancel cancel;
            const auto        answer = ask_command({path}, question_of(parcel), patience, cancel);
            good += answer && text_of(*answer) == parcel.profile + "\n";
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(good == 8);
}

TEST_CASE("an application that is not there has no answer yet", "[service]") {
    const Scripted here;
    Adapter        adapter;
    CHECK(ask_application(nullptr, question_of(here.parcel)).error().code == Code::bad_state);
    CHECK(ask_application(&adapter, question_of(here.parcel)).error().code == Code::bad_state);
    adapter.set([](const AdapterQuestion& question) -> Result<Octets> { return copy_of(question.pkcs10); });
    CHECK(*ask_application(&adapter, question_of(here.parcel)) == here.parcel.message);
}

// ---------------------------------------------------------------- configuration

namespace {

std::string with_upstream(const std::string& upstream, const std::string& more = {}, const std::string& own = {}) {
    return "[store]\nfile = \"ra.db\"\n[ra]\n" + own + "[[upstream]]\nname = \"legacy\"\n" + upstream + more;
}
const std::string trusted = "trust = [\"root.pem\"]\nrevocation = \"none\"\n", by_command = "command = [\"/bin/cat\", \"-\"]\n" + trusted;

}  // namespace

TEST_CASE("an upstream has a url, a command, or an application", "[service]") {
    const Plant plant;
    const auto  read = [&](const std::string& text) { return configuration_of(plant, with_upstream(text)).ra->upstreams.front(); };
    const auto  one  = read(by_command);
    CHECK(one.upstream.converts);
    CHECK(one.command == std::vector<std::string>{"/bin/cat", "-"});
    CHECK(read("adapter = \"application\"\n" + trusted).upstream.converts);
    CHECK(read("adapter = \"application\"\n" + trusted).command.empty());
    CHECK_FALSE(read("url = \"http://127.0.0.1:1\"\n" + trusted).upstream.converts);
    std::filesystem::copy_file("/bin/true", plant.folder + "/ask");
    CHECK(read("command = \"ask\"\n" + trusted).command == std::vector{plant.folder + "/ask"});
}

TEST_CASE("keys that are wrong beside a command are named", "[service]") {
    const Plant plant;
    const auto  refused = [&](const std::string& upstream, const std::string& key) { return plant.refusal(with_upstream(upstream)).find("upstream." + key + ": ") != std::string::npos; };
    CHECK(refused(trusted, "url"));
    CHECK(refused("url = \"http://127.0.0.1:1\"\n" + by_command, "url"));
    for (const char* key : {"certificate", "key", "reference", "secret", "mac", "peer", "pinned", "recipient"}) CHECK(refused(by_command + key + " = \"x\"\n", key));
    for (const char* key : {"batch", "tls", "options"}) CHECK(refused(by_command + "[upstream." + key + "]\n", key));
    CHECK(refused("command = [\"/bin/cat\"]\n", "trust"));
    CHECK(refused("command = []\n" + trusted, "command"));
    CHECK(refused("command = [\"/bin/no such thing\"]\n" + trusted, "command"));
    CHECK(refused("adapter = \"callback\"\n" + trusted, "adapter"));
    CHECK(refused("adapter = \"application\"\n" + by_command, "command"));
    CHECK(refused(by_command + "exchange = \"0s\"\n", "exchange"));
}

TEST_CASE("an RA does not get its own signer from an upstream that knows PKCS#10 alone", "[service]") {
    const Plant plant;
    const auto  text = with_upstream(by_command, {}, "[ra.enroll]\nfile = \"signer.pem\"\nreference = \"dev1\"\nsecret = \"first\"\nsubject = \"CN=dev1\"\n");
    CHECK(plant.refusal(text).find("knows PKCS#10 alone") != std::string::npos);
    CHECK(configuration_of(plant, std::string(text).replace(text.find("[ra.enroll]\n"), 12, "[ra.enroll]\nupstream = \"ca\"\n") + "[[upstream]]\nname = \"ca\"\nurl = \"http://127.0.0.1:1\"\n" + trusted).ra->upstreams.size() == 2);
}

// Which plugins are taken, from where, and what is said of those that are not.
#include "answering.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;
namespace fs = std::filesystem;

namespace {

const fs::path built = fs::path(CMPKIT_BUILT_PLUGINS) / "cmpkit-transport-http.so";

/// A folder of this test alone; its real path, gone in the end.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "cmpkit-test-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no folder");
        path_ = fs::canonical(name);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

Error refusal_of(Registry& registry, const std::string& url) {
    const auto channel = registry.open(url, nullptr);
    return channel ? Error{.code = Code::internal, .detail = "it was opened"} : channel.error();
}

Error refusal_in(const fs::path& folder, const std::string& url = "http://127.0.0.1:1") {
    Registry registry({folder.string()}, {});
    return refusal_of(registry, url);
}

constexpr auto writable_by_others = fs::perms::others_write;
constexpr auto writable_by_group  = fs::perms::group_write;

void install(const fs::path& file) {
    fs::copy_file(built, file);
    fs::permissions(file, fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);
}

// A transport that is part of the program: it answers every request with its own name, at once.
namespace fake {

cmpkit_transport_rc create(const cmpkit_transport_host*, cmpkit_transport_instance** out) {
    static char instance;
    return *out = reinterpret_cast<cmpkit_transport_instance*>(&instance), CMPKIT_TRANSPORT_OK;
}
cmpkit_transport_rc set(cmpkit_transport_instance*, const char*, const char*) { return CMPKIT_TRANSPORT_OK; }
void destroy(cmpkit_transport_instance*) {}
cmpkit_transport_rc open(cmpkit_transport_instance*, const char*, const cmpkit_transport_tls*, cmpkit_transport_channel** out, char*, size_t) {
    static char channel;
    return *out = reinterpret_cast<cmpkit_transport_channel*>(&channel), CMPKIT_TRANSPORT_OK;
}
cmpkit_transport_rc submit(cmpkit_transport_channel*, const cmpkit_transport_message*, uint32_t, uint64_t, cmpkit_transport_done done, void* user) {
    std::thread([=] {
        static constexpr std::uint8_t name[] = {'f', 'a', 'k', 'e'};
        cmpkit_transport_message      answer{};
        answer.size      = offsetof(cmpkit_transport_message, peer);  // as an older plugin would: without its last slot
        answer.data      = name;
        answer.data_size = sizeof name;
        done(user, CMPKIT_TRANSPORT_OK, &answer, nullptr);
    }).join();
    return CMPKIT_TRANSPORT_OK;
}
void cancel(cmpkit_transport_channel*, uint64_t) {}
void channel_free(cmpkit_transport_channel*) {}
cmpkit_transport_rc listen(cmpkit_transport_instance*, const char*, const cmpkit_transport_tls*, cmpkit_transport_handler, void*, cmpkit_transport_listener**, char* error,
                           size_t error_size) {
    std::strncpy(error, "no \x1b[2Jlistening here", error_size - 1);
    return CMPKIT_TRANSPORT_FAILED;
}
const char* listener_url(cmpkit_transport_listener*) { return "fake:"; }
cmpkit_transport_rc respond(cmpkit_transport_exchange*, const cmpkit_transport_message*) { return CMPKIT_TRANSPORT_GONE; }
void listener_stop(cmpkit_transport_listener*, uint32_t) {}
void listener_free(cmpkit_transport_listener*) {}

constexpr const char*             schemes[] = {"fake", "fake+loud", nullptr};
constexpr cmpkit_transport_option options[] = {{"volume", "low", "low or high"}, {nullptr, nullptr, nullptr}};

cmpkit_transport_plugin table() {
    return {.magic = CMPKIT_TRANSPORT_MAGIC, .major = CMPKIT_TRANSPORT_MAJOR, .minor = 0, .size = sizeof(cmpkit_transport_plugin), .name = "fake", .version = "1",
            .schemes = schemes, .options = options, .traits = 0, .create = create, .set = set, .destroy = destroy, .open = open, .submit = submit, .cancel = cancel,
            .channel_free = channel_free, .listen = listen, .listener_url = listener_url, .respond = respond, .listener_stop = listener_stop, .listener_free = listener_free,
            .observe = nullptr, .announce = nullptr};
}

}  // namespace fake

Error refusal_of(const cmpkit_transport_plugin& table) {
    Registry   registry({"/nonexistent"}, {});
    const auto added = registry.add(&table);
    return added ? Error{.code = Code::internal, .detail = "it was taken"} : added.error();
}

}  // namespace

TEST_CASE("a plugin that is part of the program is used by its schemes", "[transport]") {
    Registry   registry({"/nonexistent"}, {});
    const auto table = fake::table();
    REQUIRE(registry.add(&table));
    for (const char* const url : {"fake:x", "FAKE://y", "fake+loud:z"}) {
        INFO(url);
        auto channel = registry.open(url, nullptr);
        REQUIRE(channel);
        const auto answer = send(**channel, some_octets(1));
        REQUIRE(answer);
        CHECK(std::string(text_of(answer->message)) == "fake");
    }
    const auto listener = registry.listen("fake:x", nullptr, echo);
    REQUIRE(!listener);
    CHECK(listener.error().detail == "no \\x1b[2Jlistening here");
}

TEST_CASE("a table that is not whole is refused, and the slot named", "[transport]") {
    auto table = fake::table();
    SECTION("another magic number") {
        table.magic = 0;
        CHECK(has(refusal_of(table).detail, "magic"));
    }
    SECTION("another major") {
        table.major = CMPKIT_TRANSPORT_MAJOR + 1;
        CHECK(has(refusal_of(table).detail, "contract major 2"));
    }
    SECTION("a slot of both sides") {
        table.set = nullptr;
        CHECK(has(refusal_of(table).detail, "set"));
    }
    SECTION("a slot of the client") {
        table.cancel = nullptr;
        CHECK(has(refusal_of(table).detail, "cancel"));
    }
    SECTION("a slot of the server") {
        table.respond = nullptr;
        CHECK(has(refusal_of(table).detail, "respond"));
    }
    SECTION("no side at all") {
        table.open   = nullptr;
        table.listen = nullptr;
        CHECK(has(refusal_of(table).detail, "open"));
    }
    SECTION("cut off in the middle of a side") {
        table.size = offsetof(cmpkit_transport_plugin, respond);
        CHECK(has(refusal_of(table).detail, "respond"));
    }
    SECTION("cut off within a slot") {
        table.size = offsetof(cmpkit_transport_plugin, announce) + 4;
        CHECK(has(refusal_of(table).detail, "its size"));
    }
    SECTION("a scheme that no URL begins with") {
        static constexpr const char* odd[] = {"fake", "Fake\x1b", nullptr};
        table.schemes                      = odd;
        CHECK(has(refusal_of(table).detail, "\"Fake\\x1b\""));
    }
    SECTION("no scheme at all") {
        static constexpr const char* none[] = {nullptr};
        table.schemes                       = none;
        CHECK(has(refusal_of(table).detail, "no scheme"));
    }
    CHECK(refusal_of(table).code == Code::bad_plugin);
}

TEST_CASE("a table that ends after the client's slots is a plugin without a server", "[transport]") {
    auto table = fake::table();
    table.size = offsetof(cmpkit_transport_plugin, listen);
    Registry registry({"/nonexistent"}, {});
    REQUIRE(registry.add(&table));
    CHECK(registry.open("fake:x", nullptr));
    const auto listener = registry.listen("fake:x", nullptr, echo);
    REQUIRE(!listener);
    CHECK(listener.error().code == Code::bad_plugin);
    CHECK(has(listener.error().detail, "no server side"));
}

TEST_CASE("a table that is longer than ours is taken as far as we know it", "[transport]") {
    struct Longer {
        cmpkit_transport_plugin table;
        void*                   later[4];
    } longer{.table = fake::table(), .later = {}};
    longer.table.size = sizeof longer;
    Registry registry({"/nonexistent"}, {});
    REQUIRE(registry.add(&longer.table));
    CHECK(registry.open("fake:x", nullptr));
}

TEST_CASE("a scheme nobody serves names the files that were looked for", "[transport]") {
    Registry   registry({"/nonexistent/a", "/nonexistent/b"}, {});
    const auto error = refusal_of(registry, "nngs+tls://127.0.0.1");
    CHECK(error.code == Code::no_plugin);
    for (const char* const file : {"/nonexistent/a/cmpkit-transport-nngs.so", "/nonexistent/a/cmpkit-transport-nng.so", "/nonexistent/b/cmpkit-transport-nngs.so",
                                   "/nonexistent/b/cmpkit-transport-nng.so"})
        CHECK(has(error.detail, file));
}

TEST_CASE("a URL without a scheme, or with a strange one, is no URL", "[transport]") {
    Registry registry({"/nonexistent"}, {});
    for (const char* const url : {"", "http", "://x", "/etc/passwd", "../../x:y", "ht/tp:x", "1http:x", "h\x1b:x", "+tls:x"}) {
        INFO(url);
        CHECK(refusal_of(registry, url).code == Code::bad_url);
    }
}

TEST_CASE("a plugin is loaded from a folder that was given, and listed", "[transport]") {
    auto registry = built_plugins();
    REQUIRE(registry.open("http://127.0.0.1:1", nullptr));
    const auto found = registry.list();
    const auto http  = std::find_if(found.begin(), found.end(), [](const auto& plugin) { return plugin.name == "http"; });
    REQUIRE(http != found.end());
    CHECK(http->file == built.string());
    CHECK(http->schemes == std::vector<std::string>{"http", "https"});
    CHECK(!http->version.empty());
}

TEST_CASE("without folders the plugins beside the program are found", "[transport]") {
    Registry registry({}, {});
    CHECK(registry.open("http://127.0.0.1:1", nullptr));
}

TEST_CASE("a plugin that another user could have written is refused", "[transport]") {
    const Folder folder;
    const auto   file = folder / "cmpkit-transport-http.so";
    install(file);
    CHECK(Registry({folder.path().string()}, {}).open("http://127.0.0.1:1", nullptr));
    SECTION("the file") {
        fs::permissions(file, writable_by_others, fs::perm_options::add);
        const auto error = refusal_in(folder.path());
        CHECK(error.code == Code::bad_plugin);
        CHECK(has(error.detail, file.string() + " is writable by others"));
    }
    SECTION("the file, by its group") {
        fs::permissions(file, writable_by_group, fs::perm_options::add);
        CHECK(refusal_in(folder.path()).code == Code::bad_plugin);
    }
    SECTION("its folder") {
        fs::permissions(folder.path(), writable_by_others, fs::perm_options::add);
        const auto error = refusal_in(folder.path());
        CHECK(error.code == Code::bad_plugin);
        CHECK(has(error.detail, folder.path().string() + " is writable by others"));
    }
    SECTION("its folder, though it is sticky: a link to any file of root's could be put there") {
        fs::permissions(folder.path(), writable_by_others | fs::perms::sticky_bit, fs::perm_options::add);
        CHECK(refusal_in(folder.path()).code == Code::bad_plugin);
    }
    SECTION("a folder above") {
        fs::create_directories(folder / "above/plugins");
        install(folder / "above/plugins/cmpkit-transport-http.so");
        CHECK(refusal_in(folder / "above/plugins").code == Code::internal);
        fs::permissions(folder / "above", writable_by_others, fs::perm_options::add);
        const auto error = refusal_in(folder / "above/plugins");
        CHECK(error.code == Code::bad_plugin);
        CHECK(has(error.detail, (folder / "above").string() + " is writable by others"));
        fs::permissions(folder / "above", fs::perms::sticky_bit, fs::perm_options::add);
        CHECK(refusal_in(folder / "above/plugins").code == Code::internal);
    }
    SECTION("another user's file") {
        if (geteuid() != 0) return;  // only root can give files away
        REQUIRE(chown(file.c_str(), 12345, 0) == 0);
        const auto error = refusal_in(folder.path());
        CHECK(error.code == Code::bad_plugin);
        CHECK(has(error.detail, "belongs to another user (12345)"));
    }
}

TEST_CASE("a link is judged by where it leads", "[transport]") {
    const Folder folder;
    fs::create_directory(folder / "open");
    install(folder / "open/real.so");
    fs::create_symlink(folder / "open/real.so", folder / "cmpkit-transport-http.so");
    CHECK(refusal_in(folder.path()).code == Code::internal);
    fs::permissions(folder / "open", writable_by_others, fs::perm_options::add);
    CHECK(refusal_in(folder.path()).code == Code::bad_plugin);
}

TEST_CASE("what is no plugin is refused, and its reason given", "[transport]") {
    const Folder folder;
    const auto   file = folder / "cmpkit-transport-http.so";
    SECTION("a text file") {
        std::ofstream(file) << "hello";
        CHECK(has(refusal_in(folder.path()).detail, "cmpkit-transport-http.so"));
    }
    SECTION("a library without the symbol") {
        Dl_info library{};  // any will do
        REQUIRE(dladdr(reinterpret_cast<const void*>(static_cast<double (*)(double)>(&std::tgamma)), &library) != 0);
        fs::copy_file(fs::canonical(library.dli_fname), file);
        CHECK(has(refusal_in(folder.path()).detail, "exports no cmpkit_transport_entry"));
    }
    SECTION("a folder") {
        fs::create_directory(file);
        CHECK(has(refusal_in(folder.path()).detail, "is not a regular file"));
    }
    CHECK(refusal_in(folder.path()).code == Code::bad_plugin);
}

TEST_CASE("a file that is named for a scheme it does not serve is passed over", "[transport]") {
    const Folder folder;
    install(folder / "cmpkit-transport-gopher.so");
    const auto error = refusal_in(folder.path(), "gopher://127.0.0.1");
    CHECK(error.code == Code::no_plugin);
    CHECK(has(error.detail, "does not serve it"));
}

TEST_CASE("plugins that cannot be used are left out of the list, and logged", "[transport]") {
    const Folder folder;
    std::ofstream(folder / "cmpkit-transport-broken.so") << "hello";
    std::ofstream(folder / "readme.txt") << "hello";
    std::string logged;
    Registry    registry({folder.path().string(), "/nonexistent"}, [&](std::int32_t, std::string_view text) { logged += text; });
    CHECK(registry.list().empty());
    CHECK(has(logged, "cmpkit-transport-broken.so"));
    CHECK(!has(logged, "readme"));
}

TEST_CASE("channels and listeners outlive the registry", "[transport]") {
    auto registry = std::make_unique<Registry>(std::vector<std::string>{CMPKIT_BUILT_PLUGINS}, Log{});
    auto listener = registry->listen("http://127.0.0.1:0", nullptr, echo);
    REQUIRE(listener);
    auto channel = registry->open((*listener)->url(), nullptr);
    REQUIRE(channel);
    registry.reset();
    CHECK(send(**channel, some_octets(10)));
}

TEST_CASE("a plugin exports one symbol", "[transport]") {
    FILE* const pipe = popen(("nm -D --defined-only '" + built.string() + "'").c_str(), "r");
    REQUIRE(pipe);
    std::string           symbols;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), line.size(), pipe)) symbols += line.data();
    CHECK(pclose(pipe) == 0);
    CHECK(std::count(symbols.begin(), symbols.end(), '\n') == 1);
    CHECK(symbols.ends_with(" T cmpkit_transport_entry\n"));
}

TEST_CASE("a plugin that is asked for another major has no table to give", "[transport]") {
    void* const object = dlopen(built.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(object);
    const auto entry = reinterpret_cast<cmpkit_transport_entry_fn>(dlsym(object, CMPKIT_TRANSPORT_ENTRY));
    REQUIRE(entry);
    CHECK(entry(CMPKIT_TRANSPORT_MAJOR + 1) == nullptr);
    const auto* table = entry(CMPKIT_TRANSPORT_MAJOR);
    REQUIRE(table);
    CHECK(table->size == sizeof *table);
}

TEST_CASE("an exchange is answered once", "[transport]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, desk.handler());
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    auto answer   = begin_exchange(**channel, some_octets(5), patience);
    auto exchange = desk.take();
    CHECK(exchange->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
    const auto again = exchange->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED);
    REQUIRE(!again);
    CHECK(again.error().code == Code::bad_state);
    CHECK(answer.get());
}

TEST_CASE("a deadline that has passed already sends nothing", "[transport]") {
    auto registry = built_plugins();
    auto channel  = registry.open("http://127.0.0.1:1", nullptr);
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(5), -1ms);
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::deadline);
}

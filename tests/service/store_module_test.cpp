// The module of the PostgreSQL store: found, judged and refused before anything of it runs. What it does then is tested in tests/store.
#include "plant.hpp"

#include "service/store_module.hpp"

#include <fstream>

using namespace cmpkit;
using namespace cmpkit::service;
namespace fs = std::filesystem;

namespace {

const std::string module_name = "cmpkit-store-postgres.so";
const fs::path    built       = fs::path(CMPKIT_BUILT_PLUGINS);

// A folder of modules of the test's own.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "cmpkit-module-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        path = name;
    }
    Folder(const Folder&)            = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }

    fs::path install(const fs::path& from) const {
        fs::copy_file(from, path / module_name);
        fs::permissions(path / module_name, fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove);
        return path / module_name;
    }

    fs::path path;
};

Error refusal(const fs::path& folder) {
    const auto store = open_store({.file = {}, .url = "postgresql://nobody@/none?host=/nonexistent", .password = {}}, {folder.string()});
    REQUIRE_FALSE(store);
    return store.error();
}

std::string octets_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a module for a database that is not there is told with the places where it was looked for", "[service]") {
    const Error error = refusal("/nonexistent");
    CHECK(error.code == Code::not_found);
    CHECK_THAT(error.detail, Catch::Contains("/nonexistent/" + module_name));
}

TEST_CASE("the module beside the transports is opened, and says that there is no server", "[service]") {
    const Error error = refusal(built);
    CHECK(error.code == Code::store_failed);
    CHECK_THAT(error.detail, Catch::Contains("PostgreSQL cannot be reached"));
    const auto usual = open_store({.file = {}, .url = "postgresql://nobody@/none?host=/nonexistent", .password = {}}, {});
    CHECK(usual.error().code == Code::store_failed);
}

TEST_CASE("a module that another user could have written is refused", "[service]") {
    const Folder folder;
    fs::permissions(folder.install(built / module_name), fs::perms::others_write, fs::perm_options::add);
    const Error error = refusal(folder.path);
    CHECK(error.code == Code::bad_plugin);
    CHECK_THAT(error.detail, Catch::Contains(module_name + " is writable by others"));
}

TEST_CASE("a module of another version is refused, and both are named", "[service]") {
    const Folder      folder;
    const auto        file   = folder.install(built / module_name);
    std::string       octets = octets_of(file);
    const std::string mark   = "store border 1";
    const auto        at     = octets.find(mark);
    REQUIRE(at != std::string::npos);
    octets[at + mark.size() - 1] = '9';
    std::ofstream(file, std::ios::binary) << octets;
    const Error error = refusal(folder.path);
    CHECK(error.code == Code::bad_plugin);
    CHECK_THAT(error.detail, Catch::Contains(file.string()) && Catch::Contains("store border 9") && Catch::Contains("store border 1"));
}

TEST_CASE("a file that is no such module is refused", "[service]") {
    const Folder folder;
    SECTION("another library") {
        folder.install(built / "cmpkit-transport-http.so");
        CHECK_THAT(refusal(folder.path).detail, Catch::Contains("exports no cmpkit_store_module"));
    }
    SECTION("no library") {
        std::ofstream(folder.path / module_name) << "no library";
        CHECK(refusal(folder.path).code == Code::bad_plugin);
    }
}

TEST_CASE("the configuration names one store and keeps its password for itself", "[service]") {
    const Plant plant;
    const auto  with = [&](const std::string& lines) { return plant.with("file = \"store.db\"", lines); };
    const auto  read = read_configuration(with("url = \"postgresql://ann@db/cmpkit\"\npassword = \"file:first.secret\""), plant.folder);
    if (!read) FAIL(read.error().text());
    CHECK(read->store.url == "postgresql://ann@db/cmpkit");
    CHECK(read->store.file.empty());
    CHECK(text_of(read->store.password->view()) == "first");
    CHECK_THAT(plant.refusal(with("file = \"store.db\"\nurl = \"postgresql://ann@db/cmpkit\"")), Catch::Contains("store.url: there is store.file already"));
    CHECK_THAT(plant.refusal(with("url = \"mysql://ann:hush@db/cmpkit\"")), Catch::Contains("store.url: postgresql://") && !Catch::Contains("hush"));
    CHECK_THAT(plant.refusal(with("file = \"store.db\"\npassword = \"file:first.secret\"")), Catch::Contains("store.password: it is for a store.url"));
    CHECK_THAT(plant.refusal(with("url = \"postgresql://db/cmpkit\"\npassword = \"hush\"")), Catch::Contains("file:PATH or env:NAME is expected") && !Catch::Contains("hush"));
    CHECK_THAT(plant.refusal(with("url = \"postgresql://db/cmpkit\"\npassword = \"file:missing\"")), Catch::Contains("store.password: it cannot be read"));
}

TEST_CASE("what a store could not hold in a key is told when the configuration is read", "[service]") {
    const Plant plant;
    CHECK_THAT(plant.refusal(plant.with("\"dev1\"", "\"" + std::string(256, 'x') + "\"")), Catch::Contains("secret.reference: at most 255 octets"));
    CHECK_THAT(plant.refusal(plant.with("[ca]\n", "[ca]\nname = \"" + std::string(256, 'x') + "\"\n")), Catch::Contains("ca.name: at most 255 octets"));
}

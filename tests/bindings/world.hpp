// A CA in a folder of its own with a responder in memory's reach, and a device that knows its secret: for tests of the classes that SWIG reads.
#pragma once
#include "inspect.hpp"
#include "operation.hpp"
#include "responder.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace world {

using namespace cmpkit;

inline View view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::int64_t now() { return std::time(nullptr); }

struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-bindings-XXXXXX").string();
        path             = mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(path + "/" + name).rdbuf();
        return text.str();
    }
    std::string path;
};

/// @param context  its log tells of the server
struct World {
    Folder                       folder;
    Context                      context;
    std::unique_ptr<Responder>   responder;
    std::unique_ptr<Credentials> secret;
    Trust                        trust;
    std::unique_ptr<Key>         key{Key::generate("ec:P-256")};

    World() {
        context.add_plugin_folder(CMPKIT_BUILT_PLUGINS);
        Founding founding("CN=Root");
        founding.set_listen("http://127.0.0.1:0");
        founding.set_secret("dev1", "swordfish");
        context.init_ca(folder.path + "/ca", founding, now());
        responder = std::make_unique<Responder>(context, folder.read("ca/cmpkit.toml"), folder.path + "/ca");
        secret.reset(Credentials::of_secret("dev1", view("swordfish"), CMPKIT_MAC_PBM, 0));
        trust.add_anchors(view(folder.read("ca/root.pem")));
    }
    std::unique_ptr<Operation> enrollment() const {
        EnrollOrder order(CMPKIT_ENROLL_IR);
        order.set_key(*key);
        order.set_subject("CN=dev1");
        return std::unique_ptr<Operation>(Operation::enroll(context, order, *secret, &trust));
    }
};

/// Asks the responder in the process.
struct ToResponder : Carrier {
    explicit ToResponder(Responder& r) : responder(r) {}
    Responder& responder;
    void       exchange(const std::string&, View request, Sink* answer) override {
        const Blob reply = responder.answer(request, "", "", now());
        answer->write({reply.data(), reply.size()});
    }
};

/// Counts the objects of a callback that live.
struct Counted {
    static inline std::atomic<int> alive{0};
    Counted() { ++alive; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive; }
};

/// An exception of an imagined language.
struct Thrown : Foreign {
    explicit Thrown(int n) : number(n) {}
    int                            number;
    static inline std::atomic<int> reported{0};
    void                           report() const noexcept override { ++reported; }
};

}  // namespace world

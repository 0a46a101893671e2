// RAII around the C ABI, for tests alone, and a CA in a temporary folder that answers in the same process.
#pragma once
#include "cmpkit/cmpkit.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace capi_test {

template <class T, void (*Free)(T*)> struct Freed {
    void operator()(T* handle) const { Free(handle); }
};
template <class T, void (*Free)(T*)> using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Context     = Owned<cmpkit_context, cmpkit_context_free>;
using Key         = Owned<cmpkit_key, cmpkit_key_free>;
using Credentials = Owned<cmpkit_credentials, cmpkit_credentials_free>;
using Trust       = Owned<cmpkit_trust, cmpkit_trust_free>;
using Operation   = Owned<cmpkit_operation, cmpkit_operation_free>;
using Responder   = Owned<cmpkit_responder, cmpkit_responder_free>;
using Listener    = Owned<cmpkit_listener, cmpkit_listener_free>;
using ErrorHandle = Owned<cmpkit_error, cmpkit_error_free>;
using Buf         = Owned<cmpkit_buf, cmpkit_buf_free>;

inline const std::uint8_t* octets(const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
inline std::string         text(const Buf& buf) { return {reinterpret_cast<const char*>(cmpkit_buf_data(buf.get())), cmpkit_buf_size(buf.get())}; }

/// Calls a function whose last parameters are an out-handle and an error; the test fails and shows the error if it does.
template <class Handle, class Function, class... A> Handle made(Function function, A... arguments) {
    typename Handle::pointer out   = nullptr;
    cmpkit_error*            error = nullptr;
    const cmpkit_rc          rc    = function(arguments..., &out, &error);
    const ErrorHandle        held(error);
    INFO(cmpkit_error_text(error));
    REQUIRE(rc == CMPKIT_OK);
    return Handle(out);
}
/// The same for functions without an out-handle.
template <class Function, class... A> void good(Function function, A... arguments) {
    cmpkit_error*     error = nullptr;
    const cmpkit_rc   rc    = function(arguments..., &error);
    const ErrorHandle held(error);
    INFO(cmpkit_error_text(error));
    REQUIRE(rc == CMPKIT_OK);
}

inline constexpr std::int64_t now = 1'800'000'000;

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-capi-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string read(const std::string& name) const {
        std::ifstream      file(path + "/" + name);
        std::ostringstream all;
        all << file.rdbuf();
        return all.str();
    }
    std::string path;
};

/// A founded CA with the secret «device» of reference dev1, in memory unless the test wants its store.
class Ca {
public:
    explicit Ca(std::int64_t founded = now) : context(made<Context>(cmpkit_context_new)) {
        cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
        options.subject           = "/O=Plant/CN=Plant Root";
        options.listen            = "http://127.0.0.1:0";
        options.reference         = "dev1";
        options.secret            = "device";
        good(cmpkit_ca_init, context.get(), (folder.path + "/ca").c_str(), &options, founded);
        start();
    }
    void start() {
        responder.reset();
        responder = made<Responder>(cmpkit_responder_new, context.get(), folder.read("ca/cmpkit.toml").c_str(), (folder.path + "/ca").c_str());
    }
    std::string root() const { return folder.read("ca/root.pem"); }
    std::string answer(const std::uint8_t* request, std::size_t size) const {
        return text(made<Buf>(cmpkit_responder_answer, responder.get(), request, size, "here", nullptr, time));
    }

    Folder       folder;
    Context      context;
    Responder    responder;
    std::int64_t time = now;
};

inline Credentials by_secret(const std::string& reference = "dev1", const std::string& secret = "device") {
    return made<Credentials>(cmpkit_credentials_new_secret, reference.c_str(), octets(secret), secret.size());
}
inline Trust trust_in(const std::string& root) {
    Trust trust = made<Trust>(cmpkit_trust_new);
    good(cmpkit_trust_add_anchors, trust.get(), octets(root), root.size());
    return trust;
}
inline Operation enrollment(const Ca& ca, const Key& key, const char* subject = "/CN=dev1") {
    cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
    options.key                   = key.get();
    options.subject               = subject;
    const Credentials who         = by_secret();
    const Trust       trust       = trust_in(ca.root());
    return made<Operation>(cmpkit_operation_new_enroll, ca.context.get(), &options, who.get(), trust.get());
}

}  // namespace capi_test

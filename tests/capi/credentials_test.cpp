// Credentials from files and URIs. The PKCS#12 file is made by the openssl program.
#include "handles.hpp"

using namespace capi_test;

namespace {

const std::string geheim = "geheim", falsch = "falsch";

struct Made {
    Made() {
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out certificate -subj /CN=dev1");
        run("pkcs12 -export -in certificate -inkey key -out made.p12 -passout pass:geheim");
        run("pkcs12 -export -nokeys -in certificate -out no-key.p12 -passout pass:geheim");
    }
    void        run(const std::string& arguments) const { REQUIRE(std::system(("cd " + folder.path + " && openssl " + arguments + " >log 2>&1").c_str()) == 0); }
    std::string uri(const std::string& name) const { return "file:" + folder.path + "/" + name; }
    Folder      folder;
};

struct Refusal {
    cmpkit_rc   rc;
    std::string path, detail;
};
/// The function's out-handle stays NULL.
template <class Out, class Function, class... A> Refusal refusal(Function function, A... arguments) {
    Out*              out   = reinterpret_cast<Out*>(&out);
    cmpkit_error*     error = nullptr;
    const cmpkit_rc   rc    = function(arguments..., &out, &error);
    const ErrorHandle held(error);
    CHECK_FALSE(out);
    return {rc, cmpkit_error_path(error), cmpkit_error_detail(error)};
}

}  // namespace

TEST_CASE("credentials come out of a PKCS#12 file, and an update under them reaches the CA", "[capi]") {
    const Made        made_files;
    const Ca          ca;
    const std::string file = made_files.folder.read("made.p12");
    const Credentials who  = made<Credentials>(cmpkit_credentials_new_pkcs12, octets(file), file.size(), octets(geheim), geheim.size());
    const Trust       trust = trust_in(ca.root());
    const Key         key   = made<Key>(cmpkit_key_load, octets(file), file.size(), octets(geheim), geheim.size());
    cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
    options.kind                  = CMPKIT_ENROLL_KUR;
    options.key                   = key.get();
    const Operation operation     = made<Operation>(cmpkit_operation_new_enroll, ca.context.get(), &options, who.get(), trust.get());
    cmpkit_action   next          = 0;
    REQUIRE(cmpkit_operation_begin(operation.get(), now, &next, nullptr) == CMPKIT_OK);
    const Buf         message = made<Buf>(cmpkit_operation_message, operation.get());
    const std::string shown   = text(made<Buf>(cmpkit_show_text, cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get())));
    CHECK(shown.find("CN=dev1") != std::string::npos);
    CHECK(shown.find("ecdsa-with-SHA256") != std::string::npos);
    const std::string brief = text(made<Buf>(cmpkit_show_brief, cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get())));
    CHECK(brief.starts_with("kur: asks to update a certificate, for CN=dev1"));
    CHECK(shown.starts_with(brief));
}

TEST_CASE("a wrong password of a PKCS#12 file is an error that says so", "[capi]") {
    const Made        made_files;
    const std::string file = made_files.folder.read("made.p12"), no_key = made_files.folder.read("no-key.p12");
    const auto refused = [&](const std::string& from, const std::string& password) {
        return refusal<cmpkit_credentials>(cmpkit_credentials_new_pkcs12, octets(from), from.size(), octets(password), password.size());
    };
    CHECK(refused(file, falsch).rc == CMPKIT_E_BAD_KEY);
    CHECK(refused(file, falsch).path == "macData");
    CHECK(refused(file, falsch).detail == "wrong password");
    CHECK(refused(file, "").detail == "a password is needed");
    CHECK(refused(no_key, geheim).rc == CMPKIT_E_NOT_FOUND);
    CHECK(refused(no_key, geheim).path == "authSafe");
    CHECK(refused("nonsense", geheim).rc == CMPKIT_E_BAD_VALUE);
    CHECK(refused("nonsense", geheim).path == "PFX");
    CHECK(refusal<cmpkit_buf>(cmpkit_certificates_load, octets(file), file.size(), octets(falsch), falsch.size()).rc == CMPKIT_E_BAD_KEY);
    CHECK(refusal<cmpkit_credentials>(cmpkit_credentials_new_pkcs12, nullptr, std::size_t{1}, nullptr, std::size_t{0}).rc == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("certificates come as PEM whatever they are kept in", "[capi]") {
    const Made        made_files;
    const std::string pem = made_files.folder.read("certificate"), p12 = made_files.folder.read("made.p12"), uri = made_files.uri("certificate");
    CHECK(text(made<Buf>(cmpkit_certificates_load, octets(pem), pem.size(), nullptr, std::size_t{0})) == pem);
    CHECK(text(made<Buf>(cmpkit_certificates_load, octets(p12), p12.size(), octets(geheim), geheim.size())) == pem);
    CHECK(text(made<Buf>(cmpkit_certificates_open, uri.c_str(), nullptr, std::size_t{0})) == pem);
}

TEST_CASE("a key is opened at a URI", "[capi]") {
    const Made        made_files;
    const std::string uri = made_files.uri("key"), pkcs12 = made_files.uri("made.p12");
    const auto        spki = [](const Key& key) { return text(made<Buf>(cmpkit_key_public, key.get())); };
    const Key         key  = made<Key>(cmpkit_key_open, uri.c_str(), nullptr, std::size_t{0});
    CHECK(spki(key) == spki(made<Key>(cmpkit_key_open, pkcs12.c_str(), octets(geheim), geheim.size())));
    const auto refused = [](const char* text) { return refusal<cmpkit_key>(cmpkit_key_open, text, nullptr, std::size_t{0}); };
    CHECK(refused("pkcs11:object=dev1?pin-value=1234").rc == CMPKIT_E_UNSUPPORTED);
    CHECK(refused("pkcs11:object=dev1?pin-value=1234").detail.find("1234") == std::string::npos);
    CHECK(refused(nullptr).rc == CMPKIT_E_BAD_ARGUMENT);
    CHECK(refused(made_files.uri("certificate").c_str()).rc == CMPKIT_E_NOT_FOUND);
    CHECK(refusal<cmpkit_buf>(cmpkit_certificates_open, uri.c_str(), nullptr, std::size_t{0}).rc == CMPKIT_E_NOT_FOUND);
}

// A folder in which the openssl program makes and judges what a test needs.
#pragma once
#include "crypto/certificate.hpp"
#include "data.hpp"
#include "forge/value_of.hpp"

#include <unistd.h>

namespace cmpkit::test {

/// A folder of its own for one test, with a message in it.
class Bench {
public:
    Bench() {
        std::string pattern = (std::filesystem::temp_directory_path() / "cmpkit-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()));
        folder_ = pattern;
        write("message", bytes_of("so it was said"));
    }
    ~Bench() { std::filesystem::remove_all(folder_); }

    bool accepts(const std::string& arguments) const { return std::system(("cd " + folder_.string() + " && openssl " + arguments + " >log 2>&1").c_str()) == 0; }
    void run(const std::string& arguments) const {
        INFO(arguments);
        const bool done = accepts(arguments);
        INFO(text_of(read("log")));
        REQUIRE(done);
    }
    Octets read(const char* name) const { return read_file(folder_ / name); }
    void   write(const char* name, Bytes octets) const {
        std::ofstream(folder_ / name, std::ios::binary).write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
    }
    std::shared_ptr<crypto::PrivateKey> key(const char* name, const crypto::Secret* passphrase = nullptr) const {
        return value_of(crypto::PrivateKey::parse(read(name), passphrase));
    }
    std::string uri(const char* name) const { return "file:" + (folder_ / name).string(); }

private:
    std::filesystem::path folder_;
};

}  // namespace cmpkit::test

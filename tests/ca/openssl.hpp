// The installed openssl program as a second opinion on what we issue.
#pragma once
#include "crypto/certificate.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cmpkit::ca {

/// A folder of files for one test, gone with it.
class Files {
public:
    Files() {
        std::string path = (std::filesystem::temp_directory_path() / "cmpkit-ca-XXXXXX").string();
        folder_          = mkdtemp(path.data());
    }
    ~Files() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Files(const Files&)            = delete;
    Files& operator=(const Files&) = delete;

    std::string pem(const std::string& name, std::string_view label, Bytes octets) const {
        std::ofstream(folder_ / name) << crypto::write_pem(label, octets);
        return (folder_ / name).string();
    }
    std::string pem(const std::string& name, const crypto::Cert& certificate) const { return pem(name, "CERTIFICATE", certificate.der()); }

private:
    std::filesystem::path folder_;
};

struct Said {
    int         status = -1;
    std::string text;  // standard output and error
};

inline Said openssl(const std::string& arguments) {
    Said  said;
    FILE* pipe = popen(("openssl " + arguments + " 2>&1").c_str(), "r");
    if (!pipe) return said;
    char part[4096];
    while (const std::size_t size = std::fread(part, 1, sizeof part, pipe)) said.text.append(part, size);
    said.status = pclose(pipe);
    return said;
}

}  // namespace cmpkit::ca

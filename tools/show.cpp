// show: what is in a message or certificate.
#include "commands.hpp"
#include "files.hpp"
#include "library.hpp"

#include <iostream>

namespace tool {
namespace {

void run(const std::string& path, bool json) {
    const Octets octets = read_file(path);
    const Buffer shown  = make<Buffer>(json ? cmpkit_show_json : cmpkit_show_text, octets.data(), octets.size());
    std::cout << text_of(shown) << (text_of(shown).ends_with('\n') ? "" : "\n");
}

constexpr const char* examples = R"(
Examples:
  cmpkit show trace/01-ir-sent.der
  openssl req -new -key dev1.key -subj /CN=dev1 -outform DER | cmpkit show - --json

It shows CMP messages, certificates, CRLs, PKCS#10 and CRMF requests, and CMS, from DER or PEM. The number at the beginning of a line
is the offset of that element in octets. It checks no signature.)";

}  // namespace

void add_show(CLI::App& app, Common& common) {
    auto  path    = std::make_shared<std::string>();
    auto& command = *app.add_subcommand("show", "Show what is in a message, certificate, CRL or request");
    command.add_option("FILE", *path, "The file; - is standard input")->required()->type_name("");
    command.add_flag("--json", common.json, "As one JSON object");
    command.footer(examples);
    command.callback([path, &common] { run(*path, common.json); });
}

}  // namespace tool

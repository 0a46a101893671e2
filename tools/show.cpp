// show: what is in a message or certificate.
#include "commands.hpp"
#include "files.hpp"
#include "library.hpp"

#include <iostream>

namespace tool {
namespace {

void run(const std::string& path, bool json, bool brief) {
    const Octets octets = read_file(path);
    const Buffer shown  = make<Buffer>(json ? cmpkit_show_json : brief ? cmpkit_show_brief : cmpkit_show_text, octets.data(), octets.size());
    std::cout << text_of(shown) << (text_of(shown).ends_with('\n') ? "" : "\n");
}

constexpr const char* examples = R"(
Examples:
  cmpkit show trace/01-ir-sent.der
  cmpkit show --brief trace/02-ip-received.der
  openssl req -new -key dev1.key -subj /CN=dev1 -outform DER | cmpkit show - --json

It shows CMP messages, certificates, CRLs, PKCS#10 and CRMF requests, and CMS, from DER or PEM: first what it says in words; then what is odd
about it, a line each: "error" breaks a MUST, "warning" a SHOULD, "note" is allowed and worth a look; then every element, after its offset in
octets. Signatures are verified with the keys that the message itself brings; MACs and trust are not judged.)";

}  // namespace

void add_show(CLI::App& app, Common& common) {
    auto  path    = std::make_shared<std::string>();
    auto  brief   = std::make_shared<bool>(false);
    auto& command = *app.add_subcommand("show", "Show what is in a message, certificate, CRL or request");
    command.add_option("FILE", *path, "The file; - is standard input")->required()->type_name("");
    auto* json = command.add_flag("--json", common.json, "As one JSON object");
    command.add_flag("--brief", *brief, "In words and with what is odd, without the elements")->excludes(json);
    command.footer(examples);
    command.callback([path, brief, &common] { run(*path, common.json, *brief); });
}

}  // namespace tool

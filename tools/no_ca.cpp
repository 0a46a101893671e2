// Stands for serve, ca and ra where CMPKIT_WITH_CA is OFF: the words are not in the help, and say why they do nothing.
#include "commands.hpp"
#include "failure.hpp"

namespace tool {
namespace {

void add_missing(CLI::App& app, const char* word) {
    auto& command = *app.add_subcommand(word, "Not in this build")->group("")->allow_extras();
    command.callback([word] { throw Failure(Exit::failed, std::string("this build is for devices, without CA and RA (CMPKIT_WITH_CA=OFF): it has no «") + word + "»"); });
}

}  // namespace

const char* const purpose     = "cmpkit gets, renews and revokes certificates (CMP, RFC 9810 and RFC 9483).";
const char* const first_round = R"(
A first certificate, by a secret that the CA gave:
  cmpkit enroll http://ca.example --ref dev1 --secret file:dev1.secret --trust root.pem \
         --gen-key ec:P-256 --new-key dev1.key --subject /CN=dev1 --out dev1.pem
)";

void add_serve(CLI::App& app, Common&) { add_missing(app, "serve"); }
void add_ca(CLI::App& app, Common&) { add_missing(app, "ca"); }
void add_ra(CLI::App& app, Common&) { add_missing(app, "ra"); }

}  // namespace tool

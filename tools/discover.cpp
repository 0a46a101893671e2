// discover: what a server says it offers.
#include "json.hpp"
#include "options.hpp"

#include <iostream>

namespace tool {
namespace {

struct Question {
    Common& common;
    Peer    peer{};
};

void tell(const Json& link) {
    const std::string profile = link["profile"].text(), operation = link["operation"].text();
    std::cout << (operation.empty() ? "(any)" : operation) << (profile.empty() ? "" : " for " + profile) << "  " << link["path"].text() << '\n';
}

void run(Question& question) {
    question.peer.read();
    const Context context = question.peer.context(question.common);
    const Tls     tls     = question.peer.tls();
    const Buffer  links   = make<Buffer>(cmpkit_context_discover, context.get(), question.peer.url.c_str(), static_cast<const cmpkit_tls*>(tls.get()), question.peer.total_ms(context));
    if (question.common.json) {
        std::cout << text_of(links) << '\n';
        return;
    }
    const auto read = Json::parse(text_of(links));
    if (!read || read->members().empty()) throw Failure(Exit::failed, "the server offers nothing of CMP there");
    for (const auto& [name, link] : read->members()) tell(link);
}

constexpr const char* details = R"(
The server is asked by GET /.well-known/cmp, over CoAP by GET /.well-known/core; the other transports carry the same question. Nothing that it says is
protected but by TLS: it tells which names --profile may have, and proves nothing.
  cmpkit discover http://127.0.0.1:8829)";

}  // namespace

void add_discover(CLI::App& app, Common& common) {
    auto  question = std::make_shared<Question>(common);
    auto& command  = *app.add_subcommand("discover", "Ask a server for the operations and profiles that it offers");
    question->peer.add_way_to(command, common);
    command.footer(details);
    command.callback([question] { run(*question); });
}

}  // namespace tool

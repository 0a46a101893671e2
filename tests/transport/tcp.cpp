#include "conformance.hpp"
#include "kit/framing.hpp"
#include "loopback.hpp"
#include "siege.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;
using cmpkit_plugin::Form;
using cmpkit_plugin::Type;
using cmpkit_plugin::write_frame;

TEST_CASE("the tcp plugin conforms in both forms", "[transport]") {
    const Form        form = GENERATE(Form::version10, Form::rfc2510);
    const std::string name = form == Form::version10 ? "version10" : "rfc2510";
    conform({.name = "tcp " + name, .listen_url = [] { return std::string("tcp://127.0.0.1:0"); }, .options = {}, .client_options = {{"form", name}}, .carries_hints = false, .truncating = [form] {
        const std::string whole = write_frame({.form = form, .type = Type::response, .value = "abc"});
        auto              server = std::make_shared<ScriptedServer>(whole.substr(0, whole.size() - 1), "tcp", 5);
        return std::pair(server->url(), std::static_pointer_cast<void>(server));
    }});
}

TEST_CASE("a thousand bad connections do not keep the tcp plugin from serving", "[transport]") {
    const Siege siege{.beginning = write_frame({.type = Type::request, .value = std::string(5000, 'x')}).substr(0, 100), .garbage = "GET / HTTP/1.1\r\n\r\n"};
    besiege({.name = "tcp", .listen_url = [] { return std::string("tcp://127.0.0.1:0"); }}, siege);
}

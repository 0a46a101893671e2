#include "handles.hpp"

#include <algorithm>
#include <vector>

using namespace capi_test;

TEST_CASE("a line of the log is one line, whatever a peer calls itself", "[capi]") {
    const Ca                 ca;
    std::vector<std::string> lines;
    const cmpkit_log_fn      keep = [](void* user, cmpkit_log_level, const char* line) { static_cast<std::vector<std::string>*>(user)->emplace_back(line); };
    good(cmpkit_context_set_log, ca.context.get(), CMPKIT_LOG_DEBUG, keep, static_cast<void*>(&lines), static_cast<cmpkit_destroy_fn>(nullptr));
    const std::string octets_of_no_message = "\x1b[2J\r\n";
    const char*       address              = "\x1b]0;owned\x07\r\n2026 all is well\xe2\x80\xae";
    (void)made<Buf>(cmpkit_responder_answer, ca.responder.get(), octets(octets_of_no_message), octets_of_no_message.size(), address, "\x1b[31m", now);
    REQUIRE(lines.size() == 1);
    CHECK(std::ranges::all_of(lines[0], [](char c) { return c >= 0x20 && c < 0x7f; }));
    CHECK(lines[0].find("\\\\x1b]0;owned\\\\x07\\\\x0d\\\\x0a2026 all is well\\\\xe2\\\\x80\\\\xae") != std::string::npos);
}

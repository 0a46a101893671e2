#include "report.hpp"

#include "json.hpp"

#include <iostream>

namespace tool {

Exit report_failure(const Failure& failure, bool json) {
    std::cerr << "cmpkit: " << failure.what() << '\n';
    if (!failure.hint.empty()) std::cerr << "  hint: " << failure.hint << '\n';
    if (json) {
        JsonObject error;
        error.add("code", failure.rc == CMPKIT_OK ? "program" : cmpkit_rc_name(failure.rc)).add("text", failure.what());
        error.add_given("layer", failure.layer).add_given("failInfo", failure.fail_info).add_given("hint", failure.hint);
        error.add_raw("exit", std::to_string(static_cast<int>(failure.exit)));
        std::cout << JsonObject().add_raw("error", error.text()).text() << '\n';
    }
    return failure.exit;
}

Summary summary_of(const Octets& certificate) { return summary_of(certificate.data(), certificate.size()); }

Summary summary_of(const std::uint8_t* certificate, std::size_t size) {
    const Buffer buffer = make<Buffer>(cmpkit_certificate_summary, certificate, size);
    const auto   json   = Json::parse(text_of(buffer));
    if (!json) throw Failure(Exit::failed, "the library's summary of the certificate cannot be read");
    return {.json = std::string(text_of(buffer)), .subject = (*json)["subject"].text(), .issuer = (*json)["issuer"].text(), .serial = (*json)["serial"].text(),
            .not_after = (*json)["notAfter"].text()};
}

std::string in_words(const Summary& summary) {
    const std::string subject = summary.subject.empty() ? "(no subject)" : summary.subject;
    return subject + ", valid until " + summary.not_after + ", serial " + summary.serial;
}

void tell_when_waiting(const Operation& operation) {
    const cmpkit_waiting_fn say_it = [](void*, int64_t check_after, const char* text) {
        std::cerr << "The CA has not decided" << (*text ? " (it says: " + std::string(text) + ")" : std::string()) << "; asking again in " << check_after << " s.\n";
    };
    call(cmpkit_operation_set_waiting, operation.get(), say_it, static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
}

}  // namespace tool

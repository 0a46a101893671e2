#include "trace.hpp"

#include "files.hpp"
#include "json.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iostream>

namespace tool {
namespace {

/// What a line tells of a message: its body as the RFC names it, its status if it has one.
struct Headline {
    std::string body = "message", status;
};

/// The first PKIStatusInfo below: {"status":"rejection","statusString":[…],"failInfo":…}
const Json* status_below(const Json& value) {
    const Json& status = value["status"];
    if (!status.text().empty()) return &value;
    for (const auto& [name, member] : value.members())
        if (const Json* found = status_below(member)) return found;
    return nullptr;
}

std::string texts_of(const Json& value) {
    std::string all = value.text();
    for (const auto& [name, member] : value.members())
        if (!member.text().empty() && name.empty()) all.append(all.empty() ? "" : "; ").append(member.text());
    return all;
}

Headline headline_of(const std::uint8_t* message, std::size_t size) {
    Headline headline;
    cmpkit_buf* raw = nullptr;
    if (cmpkit_show_json(message, size, &raw, nullptr) != CMPKIT_OK) return headline;
    const Buffer buffer(raw);
    const auto   json = Json::parse(text_of(buffer));
    if (!json) return headline;
    for (const auto& [name, value] : (*json)["value"]["body"].members()) {
        if (name.starts_with('@')) continue;
        headline.body = name;
        const Json* status = status_below(value);
        if (!status) continue;
        const std::string& number = (*status)["status"].text();  // "accepted (0)"
        headline.status           = number.substr(0, number.find(" ("));
        for (const char* detail : {"failInfo", "statusString"})
            if (const std::string text = texts_of((*status)[detail]); !text.empty()) headline.status += ", " + text;
    }
    return headline;
}

unsigned last_number_in(const std::string& folder) {
    unsigned        last = 0;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
        const std::string name = entry.path().filename();
        unsigned          number = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc()) last = std::max(last, number);
    }
    return last;
}

}  // namespace

Trace::Trace(std::string folder, bool verbose) : folder_(std::move(folder)), verbose_(verbose) {
    if (folder_.empty()) return;
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) throw system_failure("make " + folder_);
    number_ = last_number_in(folder_);
}

void Trace::attach_to(const Operation& operation) {
    if (folder_.empty() && !verbose_) return;
    const cmpkit_trace_fn note_it = [](void* user, int32_t sent, const uint8_t* message, size_t size) { static_cast<Trace*>(user)->note(sent != 0, message, size); };
    call(cmpkit_operation_set_trace, operation.get(), note_it, static_cast<void*>(this), static_cast<cmpkit_destroy_fn>(nullptr));
}

void Trace::note(bool sent, const std::uint8_t* message, std::size_t size) {
    const Headline headline = headline_of(message, size);
    if (verbose_) {
        std::cerr << (sent ? "  sent      " : "  received  ") << headline.body << ", " << size << " octets";
        std::cerr << (headline.status.empty() ? "" : ": ") << headline.status << '\n';
    }
    if (folder_.empty()) return;
    const std::string number = std::to_string(++number_);
    const std::string path   = folder_ + "/" + (number.size() < 2 ? "0" : "") + number + "-" + headline.body + (sent ? "-sent.der" : "-received.der");
    try {
        write_file(path, {reinterpret_cast<const char*>(message), size}, Mode::secret);
    } catch (const Failure& failure) {  // the operation matters more than its trace
        std::cerr << "warning: " << failure.what() << '\n';
    }
}

}  // namespace tool

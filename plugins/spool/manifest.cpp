#include "manifest.hpp"

#include "names.hpp"
#include "status.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <tuple>

namespace cmpkit_spool {

namespace {

constexpr std::size_t most_lines = 1000;

struct Line {
    std::string when, direction, state, label, name;
    std::size_t size = 0;
};

std::string utc(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm           parts{};
    (void)gmtime_r(&seconds, &parts);
    char text[32];
    return text[std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)] = 0, text;
}

void add(std::vector<Line>& lines, const Folder& folder, const std::string& file, const std::string& name, const char* direction, const char* state) {
    File at;
    if (!is_plain(name) || folder.look(file, at) != 0) return;
    const std::string label = hints_in(stem_of(name)).label;
    lines.push_back({utc(at.written), direction, state, label.empty() ? "-" : label, one_line(name, name.size()), at.size});
}

std::vector<Line> lines_of(const Folders& folders, const Form& form) {
    std::vector<Line> lines;
    for (const std::string& file : folders.requests.names()) {
        const auto claim = claim_in(file);
        if (claim) add(lines, folders.requests, file, claim->name, "request", "taken");
        else if (form.is_request_name(file)) add(lines, folders.requests, file, file, "request", "waiting");
    }
    for (const std::string& file : folders.replies.names())
        if (form.is_reply_name(file) || has_extension(file, status_extension)) add(lines, folders.replies, file, file, "reply", form.is_reply_name(file) ? "answered" : "refused");
    for (const std::string& file : folders.failed.names())
        if (!file.ends_with(reason_suffix)) add(lines, folders.failed, file, file, "-", "failed");
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return std::tie(a.when, a.name) < std::tie(b.when, b.name); });
    return lines;
}

std::string row(const Line& line) {
    char head[128];
    (void)std::snprintf(head, sizeof head, "%-19s  %-7s  %-8s  %9zu  ", line.when.c_str(), line.direction.c_str(), line.state.c_str(), line.size);
    return head + line.label + "  " + line.name + "\n";
}

}  // namespace

void write_manifest(const Folders& folders, const Form& form) {
    const auto  lines = lines_of(folders, form);
    std::string text  = "What is in this folder; times are UTC. Made by cmpkit for people, anew each time: nothing reads it.\n\n"
                        "written              what     state     octets     label  name\n";
    for (std::size_t i = 0; i < std::min(lines.size(), most_lines); ++i) text += row(lines[i]);
    if (lines.size() > most_lines) text += "and " + std::to_string(lines.size() - most_lines) + " more\n";
    if (lines.empty()) text += "(nothing)\n";
    (void)folders.base.replace("MANIFEST.txt", text);
}

}  // namespace cmpkit_spool

// The options of transports that carry messages as files in a spool folder; the plugins file and mime share them.
// Each is declared once here; a plugin that has more of its own joins them to these. No option changes what a message is.
#pragma once
#include "kit/options.hpp"

#include <utility>

namespace cmpkit_spool {

using namespace cmpkit_plugin;

/// What is flushed to the disk before a message counts as written.
enum class Durability { none, file, full };

/// Whose folders they are.
enum class Layout { spool, maildir };

struct Options {
    std::size_t               max_message;
    std::chrono::milliseconds connect_timeout, idle_timeout;  // taken, as all carriers do; files have no connections
    std::chrono::milliseconds rescan;
    std::chrono::milliseconds settle;
    Durability                durability;
    std::size_t               max_open;
    std::int64_t              keep;  // days
    bool                      one_value;
    bool                      withdraw;
    bool                      create;
    bool                      manifest;
    Layout                    layout;
    std::string               from, to, sendmail;  // of mails alone
};

inline constexpr std::pair<std::string_view, Durability> durabilities[] = {{"none", Durability::none}, {"file", Durability::file}, {"full", Durability::full}};
inline constexpr std::pair<std::string_view, bool>       switches[]     = {{"on", true}, {"off", false}};
inline constexpr std::pair<std::string_view, bool>       contents[]     = {{"der", true}, {"any", false}};
inline constexpr std::pair<std::string_view, Layout>     layouts[]      = {{"spool", Layout::spool}, {"maildir", Layout::maildir}};

/// Rows of several tables as one.
template <std::size_t n> struct Table {
    Option<Options> rows[n];
};
template <std::size_t n, std::size_t m> constexpr Table<n + m> joined(const Option<Options> (&first)[n], const Option<Options> (&second)[m]) {
    Table<n + m> all{};
    for (std::size_t i = 0; i < n; ++i) all.rows[i] = first[i];
    for (std::size_t i = 0; i < m; ++i) all.rows[n + i] = second[i];
    return all;
}

inline constexpr Option<Options> shared_options[] = {
    {"max-message", "1048576", "octets of a message, either way", octets<&Options::max_message>},
    {"connect-timeout", "10000", "ms; taken and not used: files have no connections", milliseconds<&Options::connect_timeout>},
    {"idle-timeout", "60000", "ms; taken and not used", milliseconds<&Options::idle_timeout>},
    {"rescan", "1000", "ms between two looks into the folders, beside what the system tells of them", milliseconds<&Options::rescan>},
    {"settle", "2000", "ms that a file which is no message must be unchanged before it is judged: it may be still in writing", milliseconds<&Options::settle>},
    {"durability", "full", "flushed before a message counts as written: none; file: its content; full: and its folder", word<&Options::durability, durabilities>},
    {"max-open", "256", "server: requests taken and not answered at a time; the others wait in the folder", count<&Options::max_open>},
    {"keep", "7", "client: days that an answer taken stays in done/, for the same request asked again after a crash; 0: it is removed", bounded<&Options::keep, 0, 3650>},
    {"content", "der", "der: a message is one DER value, and nothing behind it; any: any octets", word<&Options::one_value, contents>},
    {"withdraw", "on", "client: whether a request that nobody took goes away when its exchange ends by deadline or cancel", word<&Options::withdraw, switches>},
    {"create", "on", "whether the folder is made, once, if it is not there; off for one on a stick", word<&Options::create, switches>},
    {"manifest", "on", "whether MANIFEST.txt is kept, for people", word<&Options::manifest, switches>},
};

}  // namespace cmpkit_spool

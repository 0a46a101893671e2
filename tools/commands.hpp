// The words of the program. Each adds its options and help to the command line, and runs when it is chosen.
#pragma once
#include <CLI/CLI.hpp>

namespace tool {

/// What every command knows.
struct Common {
    bool        json = false;     // results and failures as one JSON object on standard output
    bool        verbose = false;  // each message of the protocol as a line on standard error
    std::string plugin_folder;
};

extern const char* const purpose;      // what the help of the program begins with
extern const char* const first_round;  // the example that it ends with

void add_enroll(CLI::App& app, Common& common);
void add_update(CLI::App& app, Common& common);
void add_revoke(CLI::App& app, Common& common);
void add_get(CLI::App& app, Common& common);
void add_discover(CLI::App& app, Common& common);
void add_doctor(CLI::App& app, Common& common);
void add_resume(CLI::App& app, Common& common);
void add_serve(CLI::App& app, Common& common);
void add_ca(CLI::App& app, Common& common);
void add_ra(CLI::App& app, Common& common);
void add_show(CLI::App& app, Common& common);
void add_transports(CLI::App& app, Common& common);
void add_peers(CLI::App& app, Common& common);

}  // namespace tool

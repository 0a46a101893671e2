// cmpkit: the command line of the library.
#include "commands.hpp"
#include "report.hpp"

#include <cmpkit/cmpkit.h>

#include <csignal>
#include <iostream>

namespace {

constexpr const char* exit_codes = R"(
Exit codes: 0 done; 1 failed; 2 the command line is wrong; 3 the CA refused; 4 the network or the transport failed;
            5 the answer is not trusted or not protected as it must be.
«cmpkit COMMAND --help» tells more about each.)";

// An option's line tells its value's type and whether it must be there; what it goes with, the groups and the examples tell better.
class Layout : public CLI::Formatter {
    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string type = option->get_type_name();  // "INT:in [1 - 5]"
        return (option->get_type_size() == 0 || type.empty() ? "" : " " + type.substr(0, type.find(':'))) + (option->get_required() ? " (required)" : "");
    }
};

void add_commands(CLI::App& app, tool::Common& common) {
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("cmpkit ") + cmpkit_version(), "Print the version");
    app.set_help_flag("-h,--help", "Print this help");
    app.formatter(std::make_shared<Layout>());
    app.get_formatter()->column_width(32);
    app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    for (const auto add : {tool::add_enroll, tool::add_update, tool::add_revoke, tool::add_resume, tool::add_get, tool::add_discover, tool::add_doctor, tool::add_serve, tool::add_ca, tool::add_ra, tool::add_show, tool::add_transports, tool::add_peers}) add(app, common);
    app.footer(tool::first_round + std::string(exit_codes));  // after the commands, which would inherit it
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that left makes a write fail, and ends no server
    CLI::App     app(tool::purpose, "cmpkit");
    tool::Common common;
    add_commands(app, common);
    try {
        if (argc == 1) return std::cerr << app.help(), static_cast<int>(tool::Exit::usage);
        app.parse(argc, argv);
        return static_cast<int>(tool::Exit::ok);
    } catch (const CLI::RuntimeError& told) {  // a command that has said itself what it found
        return told.get_exit_code();
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? 0 : static_cast<int>(tool::Exit::usage);
    } catch (const tool::Failure& failure) {
        return static_cast<int>(tool::report_failure(failure, common.json));
    } catch (const std::exception& problem) {
        return static_cast<int>(tool::report_failure({tool::Exit::failed, problem.what()}, common.json));
    }
}

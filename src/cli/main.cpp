#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <new>
#include <string>

#include <wick/support/error.h>

#include "cli/commands.h"

/// "wick run: MODEL is required", and where to read more.
static std::string explain(const CLI::App* app, const CLI::Error& error) {
    std::string command = "wick";
    for (const CLI::App* called : app->get_subcommands()) command += " " + called->get_name();
    return fmt::format("{}: {}\nRun '{} --help' for its options.\n", command, error.what(), command);
}

int main(int argc, char** argv) {
    CLI::App app{"TorchScript without PyTorch: runs, shows and converts TorchScript archives.", "wick"};
    app.set_version_flag("--version", "wick " WICK_VERSION);
    app.require_subcommand(1);
    app.failure_message(explain);
    wick::cli::add_run(app);
    wick::cli::add_code(app);
    wick::cli::add_graph(app);
    wick::cli::add_inspect(app);
    wick::cli::add_check(app);
    wick::cli::add_convert(app);
    wick::cli::add_compile(app);
    wick::cli::add_repl(app);
    if (argc == 1) {
        fmt::print(stderr, "{}", app.help());
        return 2;
    }
    const auto is_called = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
    if (argv[1][0] != '-' && app.get_subcommands(is_called).empty()) {
        fmt::print(stderr, "wick: there is no command '{}'\nRun 'wick --help' for the commands.\n", argv[1]);
        return 2;
    }
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const wick::cli::UsageError& error) {
        fmt::print(stderr, "wick: {}\n", error.what());
        return 2;
    } catch (const wick::cli::Exit& exit) {
        return exit.code;
    } catch (const std::bad_alloc&) {
        std::fflush(stdout);
        fmt::print(stderr, "wick: out of memory\n");
        return 1;
    } catch (const std::exception& error) {
        std::fflush(stdout);
        std::string message = error.what();
        while (message.ends_with('\n')) message.pop_back();
        fmt::print(stderr, "wick: {}\n", message);
        return 1;
    }
}

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>

#include <wick/support/error.h>

#include "cli/commands.h"

int main(int argc, char** argv) {
    CLI::App app{"TorchScript without PyTorch: runs, shows and converts TorchScript archives.", "wick"};
    app.set_version_flag("--version", "wick 0.1.0");
    app.require_subcommand(1);
    wick::cli::add_run(app);
    wick::cli::add_code(app);
    wick::cli::add_graph(app);
    wick::cli::add_inspect(app);
    wick::cli::add_check(app);
    wick::cli::add_convert(app);
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
    } catch (const std::exception& error) {
        std::fflush(stdout);
        fmt::print(stderr, "wick: {}\n", error.what());
        return 1;
    }
}

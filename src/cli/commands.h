#pragma once
// The commands of `wick`, one file each. A command adds its options to the app and does its work in a callback; what it
// throws becomes exit code 1 (wick::Error) or 2 (UsageError) in main.cpp.

#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace wick::cli {

/// The command line itself is wrong: exit code 2.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Ends with an exit code after the command has said why itself.
struct Exit {
    int code;
};

void add_run(CLI::App& app);
void add_code(CLI::App& app);
void add_graph(CLI::App& app);
void add_inspect(CLI::App& app);
void add_check(CLI::App& app);
void add_convert(CLI::App& app);
void add_compile(CLI::App& app);
void add_repl(CLI::App& app);

}  // namespace wick::cli

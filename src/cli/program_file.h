#pragma once
// Programs that are text.

#include <string>

#include <wick/api/program.h>

#include "cli/commands.h"

namespace wick::cli {

/// To stderr, after what the program has printed.
void show_program_error(const char* text);

/// Runs `body`; a program's own error, which names its place, is shown as it is: exit code 1.
template <class Body>
auto program_errors(const Body& body) {
    try {
        return body();
    } catch (const CompileError& error) {
        show_program_error(error.what());
    } catch (const ScriptError& error) {
        show_program_error(error.what());
    }
    throw Exit{1};
}

/// Whether a path names program text: it ends in .py.
bool is_program(const std::string& path);
/// Executes a program file. Its errors are shown as they are (they name their places), with exit code 1.
jit::Program run_program(const std::string& path, const jit::RunOptions& options = {});
/// The module that `--entry` names, or the program's own choice of one. UsageError when there is none.
jit::Module entry_of(jit::Program& program, const std::string& path, const std::string& entry);

}  // namespace wick::cli

#include "cli/program_file.h"

#include <cstdio>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/files.h"

namespace wick::cli {

bool is_program(const std::string& path) { return path.ends_with(".py"); }

jit::Program run_program(const std::string& path, const jit::RunOptions& options) {
    jit::Program program(options);
    program_errors([&] { program.run_file(path); });
    return program;
}

jit::Module entry_of(jit::Program& program, const std::string& path, const std::string& entry) {
    const std::string name = entry.empty() ? program.default_entry() : entry;
    if (name.empty()) throw UsageError(fmt::format("{}: it defines no function, module or class of modules", path));
    if (!program.has(name)) throw UsageError(fmt::format("{}: it defines no '{}'", path, name));
    return program_errors([&] { return program.script(name); });
}

void show_program_error(const char* text) {
    std::fflush(stdout);
    std::string message = text;
    while (message.ends_with('\n')) message.pop_back();
    fmt::print(stderr, "{}\n", message);
}

}  // namespace wick::cli

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/program_file.h"

namespace wick::cli {

void add_compile(CLI::App& app) {
    struct Arguments {
        std::string program;
        std::string output;
        std::string entry;
    };
    auto args = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("compile", "Compile a program to an archive that PyTorch and wick load");
    command->add_option("PROGRAM", args->program, "A program (.py)")->required();
    command->add_option("-o,--output", args->output, "The archive to write")->required();
    command->add_option("--entry", args->entry, "The module, class of modules or function to export");
    command->callback([args] {
        jit::Program program = run_program(args->program);
        const jit::Module module = entry_of(program, args->program, args->entry);
        about(args->output, [&] { module.save(args->output); });
    });
}

}  // namespace wick::cli

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include <wick/wick.h>

#include "cli/commands.h"
#include "cli/files.h"

namespace wick::cli {

void add_convert(CLI::App& app) {
    struct Arguments {
        std::string in;
        std::string out;
    };
    auto args = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("convert", "Load an archive and save it again");
    command->add_option("IN", args->in, "A TorchScript archive")->required();
    command->add_option("OUT", args->out, "The archive to write")->required();
    command->callback([args] {
        jit::ExtraFiles extra_files;
        jit::LoadOptions options;
        options.extra_files = &extra_files;
        const jit::Module module = load_module(args->in, options);
        about(args->in, [&] { module.save(args->out, extra_files); });
    });
}

}  // namespace wick::cli

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/compile_all.h"
#include "cli/files.h"

namespace wick::cli {

void add_check(CLI::App& app) {
    auto model = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("check", "Tell whether an archive would run, and what in it would not");
    command->add_option("MODEL", *model, "A TorchScript archive")->required();
    command->callback([model] {
        const jit::LoadedArchive archive = about(*model, [&] { return jit::load_archive(*model); });
        const std::vector<std::string> errors = compile_all(archive);
        for (const std::string& error : errors) fmt::print(stderr, "{}\n\n", error);
        if (!errors.empty()) {
            fmt::print(stderr, "wick: {}: {} of {} functions do not compile\n", *model, errors.size(),
                       archive.unit->functions().size());
            throw Exit{1};
        }
        fmt::print("{}: {} functions, all of them compile\n", *model, archive.unit->functions().size());
    });
}

}  // namespace wick::cli

// wick code, wick graph: methods as text.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <unordered_set>

#include <wick/wick.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/program_file.h"

namespace wick::cli {
namespace {

struct ShowArguments {
    std::string model;
    std::string method = "forward";
    std::string entry;
    bool all = false;
    bool inlined = false;
};

/// Of a method, and of all that a program has compiled.
struct Text {
    std::string (jit::Method::*of_method)() const;
    std::vector<std::pair<std::string, std::string>> (jit::Program::*of_program)() const;
    /// Of a method with all that it calls; null where there is no such form.
    std::string (jit::Method::*of_inlined)() const = nullptr;
};

/// What a program prints on the way is no part of its text.
jit::Module module_of(const ShowArguments& args, jit::Program& program) {
    if (!is_program(args.model)) return load_module(args.model);
    jit::RunOptions options;
    options.output.print = [](std::string_view) {};
    program = run_program(args.model, options);
    return entry_of(program, args.model, args.entry);
}

void show(const ShowArguments& args, const Text& texts) {
    jit::Program program;
    const jit::Module module = module_of(args, program);
    if (args.all && is_program(args.model)) {
        for (const auto& [name, text] : (program.*texts.of_program)()) fmt::print("=== {}\n{}", name, text);
        return;
    }
    const auto text = args.inlined ? texts.of_inlined : texts.of_method;
    if (!args.all) {
        about(args.model, [&] { fmt::print("{}", (module.get_method(args.method).*text)()); });
        return;
    }
    std::unordered_set<const void*> seen;
    for (const auto& [path, submodule] : module.named_modules()) {
        if (!seen.insert(submodule.object()->type.get()).second) continue;
        std::vector<jit::Method> methods = submodule.get_methods();
        std::sort(methods.begin(), methods.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
        for (const jit::Method& method : methods)
            fmt::print("=== {}{}{}\n{}", path, path.empty() ? "" : ":", method.name(),
                       about(args.model, [&] { return (method.*text)(); }));
    }
}

void add_show(CLI::App& app, const std::string& name, const std::string& description, const Text& text) {
    auto args = std::make_shared<ShowArguments>();
    CLI::App* command = app.add_subcommand(name, description);
    command->add_option("MODEL", args->model, "A TorchScript archive, or a program (.py)")->required();
    command->add_option("--entry", args->entry, "Of a program: the module, class of modules or function");
    CLI::Option* method = command->add_option("--method", args->method, "Method to show (default: forward)");
    CLI::Option* all =
        command->add_flag("--all", args->all, "Every method of every module type; of a program all that it compiles")
            ->excludes(method);
    if (text.of_inlined)
        command->add_flag("--inlined", args->inlined, "With the bodies of what it calls in place of the calls")
            ->excludes(all);
    command->callback([args, text] { show(*args, text); });
}

}  // namespace

void add_code(CLI::App& app) {
    add_show(app, "code", "Show a method as Python-like text", {&jit::Method::code, &jit::Program::code});
}
void add_graph(CLI::App& app) {
    add_show(app, "graph", "Show a method's graph",
             {&jit::Method::graph, &jit::Program::graphs, &jit::Method::inlined_graph});
}

}  // namespace wick::cli

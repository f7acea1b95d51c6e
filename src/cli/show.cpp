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

namespace wick::cli {
namespace {

struct ShowArguments {
    std::string model;
    std::string method = "forward";
    bool all = false;
};

using Text = std::string (jit::Method::*)() const;

void show(const ShowArguments& args, Text text) {
    const jit::Module module = load_module(args.model);
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

void add_show(CLI::App& app, const std::string& name, const std::string& description, Text text) {
    auto args = std::make_shared<ShowArguments>();
    CLI::App* command = app.add_subcommand(name, description);
    command->add_option("MODEL", args->model, "A TorchScript archive")->required();
    CLI::Option* method = command->add_option("--method", args->method, "Method to show (default: forward)");
    command->add_flag("--all", args->all, "Every method of every module type")->excludes(method);
    command->callback([args, text] { show(*args, text); });
}

}  // namespace

void add_code(CLI::App& app) { add_show(app, "code", "Show a method as Python-like text", &jit::Method::code); }
void add_graph(CLI::App& app) { add_show(app, "graph", "Show a method's graph", &jit::Method::graph); }

}  // namespace wick::cli

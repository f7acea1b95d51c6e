#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include <wick/wick.h>

#include "archive/bytes.h"
#include "archive/torch_save.h"
#include "cli/commands.h"
#include "cli/compare.h"
#include "cli/files.h"
#include "cli/input_spec.h"
#include "cli/plain_value.h"
#include "cli/program_file.h"
#include "cli/progress.h"
#include "ops/print_value.h"

namespace wick::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct RunArguments {
    std::string model;
    std::string method = "forward";
    std::string entry;
    std::vector<std::string> input_specs;
    std::string inputs;
    std::string outputs;
    std::string calls;
    std::string times;
    std::string expect;
    Tolerance tolerance;
    int threads = 0;
    int64_t repeat = 1;
    uint64_t max_memory = 0;
    int64_t max_steps = 0;
    double timeout = 0;
};

struct Call {
    std::string method;
    std::vector<IValue> arguments;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<IValue> as_arguments(const IValue& value, const std::string& path) {
    if (value.is_tuple()) return value.to_tuple().elements;
    throw UsageError(
        fmt::format("{}: expected the tuple of positional arguments that torch.save((a, b), file) writes, "
                    "found {}",
                    path, value.tag_name()));
}

std::vector<Call> calls_of(const RunArguments& args) {
    if (!args.inputs.empty() + !args.input_specs.empty() + !args.calls.empty() > 1)
        throw UsageError("give the arguments once: by --input, by --inputs, or by --calls");
    std::vector<Call> calls;
    if (args.calls.empty()) {
        Call& call = calls.emplace_back(Call{args.method, {}});
        if (!args.inputs.empty()) call.arguments = as_arguments(load_values(args.inputs), args.inputs);
        for (const std::string& spec : args.input_specs) call.arguments.push_back(parse_input(spec));
        return calls;
    }
    const auto refuse = [&] {
        throw UsageError(fmt::format("{}: expected a list of (method, arguments)", args.calls));
    };
    const IValue list = load_values(args.calls);
    if (!list.is_list() || list.to_list().items.empty()) refuse();
    for (const IValue& item : list.to_list().items) {
        if (!item.is_tuple() || item.to_tuple().elements.size() != 2) refuse();
        const auto& [method, arguments] = std::tie(item.to_tuple().elements[0], item.to_tuple().elements[1]);
        if (!method.is_string()) refuse();
        calls.push_back({method.to_string(), as_arguments(arguments, args.calls)});
    }
    return calls;
}

jit::RunOptions options_of(const RunArguments& args) {
    jit::RunOptions options;
    options.threads = args.threads;
    options.max_memory = static_cast<int64_t>(std::min<uint64_t>(args.max_memory, INT64_MAX));
    options.max_steps = args.max_steps;
    if (args.timeout > 0)
        options.deadline =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(args.timeout));
    return options;
}

/// The most memory that the process has had at once, in bytes; 0 where the system doesn't tell.
int64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        int64_t kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

void write_times(const std::string& path, double load, const std::vector<double>& calls) {
    archive::AtomicFile file(path);
    const std::string text = nlohmann::json{{"load", load}, {"calls", calls}, {"peak_memory", peak_memory()}}.dump();
    file.write(text.data(), text.size());
    file.commit();
}

/// Says how far the result is from the recorded one; exit code 1 when that is too far.
void hold_against(const std::string& path, const IValue& result, const Tolerance& tolerance) {
    const Comparison comparison = compare(result, load_values(path), tolerance);
    const std::string room = fmt::format("within rtol {:g}, atol {:g}; largest difference {:.3g}", tolerance.rtol,
                                         tolerance.atol, comparison.largest);
    if (comparison.differences.empty()) {
        fmt::print("equal to {} {}\n", path, room);
        return;
    }
    for (const std::string& line : comparison.differences) fmt::print(stderr, "{}\n", line);
    fmt::print(stderr, "wick: not equal to {} {}\n", path, room);
    throw Exit{1};
}

jit::Module module_of(const RunArguments& args) {
    if (is_program(args.model)) {
        jit::Program program = run_program(args.model, options_of(args));
        return entry_of(program, args.model, args.entry);
    }
    jit::LoadOptions load_options;
    load_options.setstate_options = options_of(args);
    return load_module(args.model, load_options);
}

void run(const RunArguments& args) {
    // A program does what its statements say; an archive and an entry are called.
    if (is_program(args.model) && args.entry.empty()) {
        run_program(args.model, options_of(args));
        return;
    }
    const auto start = Clock::now();
    const jit::Module module = module_of(args);
    const double load_seconds = seconds_since(start);
    // Nobody asks for the weights' gradients; those that the program itself asks for (forces) are recorded.
    for (const auto& [name, parameter] : module.named_parameters()) parameter.set_requires_grad(false);
    const std::vector<Call> calls = calls_of(args);

    std::vector<IValue> results;
    std::vector<std::string> lines;
    std::vector<double> times;
    // A later call may change what an earlier one returned: results are copied, or printed, as they come.
    const auto keep = [&](IValue result) {
        if (!args.outputs.empty() || !args.expect.empty())
            results.push_back(plain_value(result));
        else if (args.times.empty())
            lines.push_back(jit::python_str(result));
    };
    {
        Progress progress("running", args.repeat * static_cast<int64_t>(calls.size()));
        for (int64_t round = 0; round < args.repeat; ++round) {
            for (const auto& call : calls) {
                const auto call_start = Clock::now();
                IValue result = about(
                    args.model, [&] { return module.get_method(call.method)(call.arguments, {}, options_of(args)); });
                times.push_back(seconds_since(call_start));
                if (round + 1 == args.repeat) keep(std::move(result));
                progress.advance();
            }
        }
    }
    if (!args.times.empty()) write_times(args.times, load_seconds, times);
    if (!results.empty()) {
        const IValue all = args.calls.empty() ? results[0] : IValue(make_list(jit::any_type(), std::move(results)));
        if (!args.outputs.empty()) archive::save_torch_file(all, args.outputs);
        if (!args.expect.empty()) hold_against(args.expect, all, args.tolerance);
    }
    for (const std::string& line : lines) fmt::print("{}\n", line);
}

}  // namespace

void add_run(CLI::App& app) {
    auto args = std::make_shared<RunArguments>();
    CLI::App* command = app.add_subcommand("run", "Run a program, or load an archive and call a method");
    command->add_option("MODEL", args->model, "A TorchScript archive, or a program (.py)")->required();
    command->add_option("--entry", args->entry, "Of a program: the function, module or class of modules to call");
    command->add_option("--method", args->method, "Method to call (default: forward)");
    command
        ->add_option("--input", args->input_specs,
                     "One argument: randn(1,512), zeros(2,3,dtype=int64), a .npy or .pt file, or a literal")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    command->add_option("--inputs", args->inputs, "File with the tuple of arguments, as torch.save writes it");
    command->add_option("--outputs", args->outputs, "File to write the result to; torch.load reads it");
    CLI::Option* expect = command->add_option(
        "--expect", args->expect, "File with the expected result, as --outputs or torch.save writes it: compare");
    command->add_option("--rtol", args->tolerance.rtol, "Relative tolerance of --expect")
        ->capture_default_str()
        ->needs(expect)
        ->check(CLI::NonNegativeNumber);
    command->add_option("--atol", args->tolerance.atol, "Absolute tolerance of --expect")
        ->capture_default_str()
        ->needs(expect)
        ->check(CLI::NonNegativeNumber);
    command->add_option("--calls", args->calls,
                        "File with a list of (method, arguments): all are called on one loaded module");
    command->add_option("--threads", args->threads, "Threads that a call may use")->check(CLI::PositiveNumber);
    command->add_option("--repeat", args->repeat, "Call so many times")->check(CLI::PositiveNumber);
    command->add_option("--times", args->times,
                        "File for the seconds of loading and of each call, and the peak memory (JSON)");
    command->add_option("--max-memory", args->max_memory, "Bytes that a call may hold (100MB, 2GB)")
        ->transform(CLI::AsSizeValue(false));
    command->add_option("--max-steps", args->max_steps, "Instructions that a call may execute")
        ->check(CLI::PositiveNumber);
    command->add_option("--timeout", args->timeout, "Seconds after which a call is stopped")
        ->check(CLI::PositiveNumber);
    command->callback([args] { run(*args); });
}

}  // namespace wick::cli

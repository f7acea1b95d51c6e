#pragma once
// What is fuzzed: each target takes any bytes and comes back. A wick::Error for bad input is caught inside; anything
// else that leaves a target (InternalError, std::exception, a crash, a hang, memory that keeps growing) is a mistake of
// wick. The same functions serve the libFuzzer programs here and the fixed set of mutations in tests/fuzz.

#include <string_view>
#include <vector>

namespace wick::fuzz {

/// The container: directory, records, checksums.
void zip(std::string_view bytes);
/// The restricted unpickler, debug records, and writing back what was read.
void pickle(std::string_view bytes);
/// torch.save files (zip and legacy), safetensors, npy.
void tensor_file(std::string_view bytes);
/// TorchScript text: lexer, parser, type checker, emitter, passes, plan.
void source(std::string_view bytes);
/// The printed form of graphs: parser, verifier, printer, plan; graphs without inputs run.
void graph(std::string_view bytes);
/// A program, executed within limits, or checked: the text itself, or, behind a byte 0, choices in programs.grammar.
void program(std::string_view bytes);
/// A whole archive: loading, inspecting, printing, saving, and calling every method within limits.
void archive(std::string_view bytes);

struct Target {
    const char* name;
    void (*run)(std::string_view bytes);
};
inline constexpr Target kTargets[] = {{"zip", zip},        {"pickle", pickle}, {"tensor_file", tensor_file},
                                      {"source", source},  {"graph", graph},   {"program", program},
                                      {"archive", archive}};

}  // namespace wick::fuzz

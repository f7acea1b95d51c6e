// Operators as methods of Tensor, in two parts: wick/tensor/tensor_methods.inc declares them in the body of the class
// and is a file of the repository, since the registry itself is compiled with it; wick/ops/tensor_methods.h defines
// them.
//
//   tensor_methods DECLARATIONS.inc METHODS.h     defines what the declarations and the registry agree about
//   tensor_methods DECLARATIONS.inc               fails unless they agree about everything; with WICK_UPDATE_GOLDEN set
//                                                 writes the declarations anew
//
// An operator is a method when one of its arguments is a Tensor called self, but for families that PyTorch has as
// functions only.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "generated_file.h"
#include "operator_signature.h"

namespace wick::jit {
namespace {

constexpr std::string_view kAboutDeclarations =
    R"(// Made by tools/tensor_methods.cpp: operators as methods, a part of the body of class Tensor (wick/tensor/tensor.h). What
// each does is the schema over the function of its name in wick/ops/functions.h; the definitions come with wick/eager.h.
)";

constexpr std::string_view kAboutDefinitions = R"(#pragma once
// Made by tools/tensor_methods.cpp: the methods of Tensor that wick/tensor/tensor_methods.inc declares.

#include <limits>

#include <wick/ops/operator_handle.h>
#include <wick/tensor/generator.h>

namespace wick {

)";

/// What Tensor says itself.
bool is_own(const Operator& op) {
    static const std::set<std::string> own = {
        "aten::dim",      "aten::size",          "aten::size.int", "aten::stride",        "aten::stride.int",
        "aten::numel",    "aten::is_leaf",       "aten::grad",     "aten::is_contiguous", "aten::requires_grad",
        "aten::backward", "aten::retain_grad",   "aten::detach",   "aten::retains_grad",  "aten::detach_",
        "aten::item",     "aten::storage_offset"};
    return own.contains(op.operator_name());
}

bool is_function_only(std::string_view name) {
    static constexpr std::string_view families[] = {
        "adaptive_",      "avg_pool",        "binary_cross_", "channel_sh", "col2im",      "constant_pad",
        "conv_",          "cross_entropy_",  "dropout_",      "embedding_", "feature_",    "fft_",
        "fractional_",    "im2col",          "lift",          "linalg_",    "log_sigmoid", "max_pool",
        "max_unpool",     "native_",         "nested_",       "nll_loss",   "one_hot",     "pixel_",
        "reflection_pad", "replication_pad", "rrelu",         "special_",   "tensordot",   "unique_dim",
        "upsample_"};
    static constexpr std::string_view kinds[] = {"_backward", "_functional", "_like", "_loss", "_mean"};
    return std::ranges::any_of(families, [&](std::string_view start) { return name.starts_with(start); }) ||
           std::ranges::any_of(kinds, [&](std::string_view end) { return name.ends_with(end); });
}

bool is_method(const Signature& one) { return one.self && !is_own(*one.op) && !is_function_only(one.name); }

/// An operator that gives its `self` back is declared to give Tensor&.
bool gives_self(const Signature& one) {
    return one.result == "Tensor" && one.name.ends_with('_') && !one.name.starts_with('_');
}

std::string declaration(const Signature& one) {
    return fmt::format("    {}{} {}({}) const;\n", one.result, gives_self(one) ? "&" : "", one.name,
                       one.formal(true, one.self));
}

std::string definition(const Signature& one) {
    const std::string call = one.call("*this");
    return fmt::format("inline {}{} Tensor::{}({}) const {{\n    {}\n    {};\n}}\n", one.result,
                       gives_self(one) ? "&" : "", one.name, one.formal(false, one.self), one.lookup(),
                       gives_self(one) ? call + ";\n    return const_cast<Tensor&>(*this)" : "return " + call);
}

/// Random ones come twice: from the default generator, and from one that is given, with all that stands before it. (A
/// Generator is not known yet where the methods are declared, so it has no default.)
std::vector<Signature> methods() {
    std::vector<Signature> all;
    for (const Signature& one : operator_signatures(Generators::left_out))
        if (is_method(one)) all.push_back(one);
    for (Signature one : operator_signatures(Generators::given)) {
        const auto is_generator = [](const Parameter& parameter) { return parameter.type == "const Generator&"; };
        if (!is_method(one) || one.parameters.empty() || !is_generator(one.parameters.back())) continue;
        for (Parameter& parameter : one.parameters) parameter.otherwise.reset();
        all.push_back(std::move(one));
    }
    return all;
}

std::string declarations() {
    std::string text(kAboutDeclarations);
    for (const Signature& one : methods()) text += declaration(one);
    return text;
}

std::string definitions(const std::string& declared) {
    std::set<std::string> lines;
    std::istringstream stream(declared);
    for (std::string line; std::getline(stream, line);) lines.insert(line + "\n");
    std::string text(kAboutDefinitions);
    for (const Signature& one : methods())
        if (lines.contains(declaration(one))) text += definition(one);
    return text + "\n}  // namespace wick\n";
}

int check(const std::string& path) {
    const std::string text = declarations();
    if (std::getenv("WICK_UPDATE_GOLDEN")) write_if_changed(path, text);
    if (text_of_file(path) == text) return 0;
    std::fprintf(stderr, "%s does not say what the registry has: WICK_UPDATE_GOLDEN=1 writes it anew\n", path.c_str());
    return 1;
}

}  // namespace
}  // namespace wick::jit

int main(int argc, char** argv) {
    if (argc == 2) return wick::jit::check(argv[1]);
    if (argc != 3) return 2;
    wick::write_if_changed(argv[2], wick::jit::definitions(wick::text_of_file(argv[1])));
}

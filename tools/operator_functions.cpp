// Writes wick/ops/functions.h: every operator on tensors as a C++ function, from the registry's schemas.
// operator_functions FUNCTIONS.h
//
// An argument of a factory's dtype and its like become one TensorOptions; a tensor that is written to by keyword (out=)
// comes first in a function called <name>_out, as in libtorch.

#include <fmt/format.h>
#include <set>
#include <string>

#include "generated_file.h"
#include "operator_signature.h"

namespace wick::jit {
namespace {

constexpr std::string_view kHeading = R"(#pragma once
// Made by tools/operator_functions.cpp from the registry of operators: each of them as a function. Over each stands its
// schema, which is the specification.

#include <limits>

#include <wick/ops/operator_handle.h>

namespace wick {

)";

std::string function(const Signature& one) {
    return fmt::format("/// {}\ninline {} {}({}) {{\n    {}\n    return {};\n}}\n", one.op->schema().str(), one.result,
                       one.name, one.formal(true), one.lookup(), one.call("self"));
}

/// Names that C++, or its programs, have for other things.
bool is_method_only(const Signature& one) {
    static const std::set<std::string_view> names = {"coalesce",   "cuda",        "data",     "dense_dim", "indices",
                                                     "sparse_dim", "sparse_mask", "to_dense", "to_sparse", "values"};
    return names.contains(one.name);
}

std::string functions() {
    std::string text(kHeading);
    for (const Signature& one : operator_signatures(Generators::given))
        if (!is_method_only(one)) text += function(one);
    return text + "\n}  // namespace wick\n";
}

}  // namespace
}  // namespace wick::jit

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    wick::write_if_changed(argv[1], wick::jit::functions());
}

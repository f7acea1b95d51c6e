#pragma once
// What old archives mean. An operator whose meaning or signature changed keeps, for files written before the change,
// its old schema, which the emitter matches, and a body in today's operators, which then takes the place of the call.
// Versions and meanings: PyTorch's torch/csrc/jit/operator_upgraders/version_map.cpp and caffe2/serialize/versions.h.

#include <cstdint>
#include <string_view>

#include "frontend/operator_text.h"
#include "ir/graph.h"

namespace wick::jit {

struct Upgrader {
    std::string_view operator_name;  ///< "aten::div.Tensor"
    int64_t changed_in;              ///< files of a lower version have the old meaning
    OperatorText old;                ///< schema and meaning as they were
};

/// The upgrader of an overload for files of `version`, or null when today's operator means the same.
const Upgrader* find_upgrader(const Schema& schema, int64_t version);

/// Replaces calls of operators that have changed since the graph's version, emitted with their old arguments, by what
/// they meant; from then on the graph is of the current version. Before convert_to_ssa: the bodies' values are numbered
/// after those of the whole function, as in PyTorch.
void upgrade_operators(Graph& graph);

/// The file version from which on the overload is what it is today, or 0: what a file that uses it must claim at least.
int64_t operator_version(const Schema& schema);

}  // namespace wick::jit

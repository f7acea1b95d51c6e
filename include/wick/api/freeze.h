#pragma once
// Modules whose weights are part of their program: libtorch's torch::jit::freeze.

#include <string>
#include <vector>

#include <wick/api/module.h>
#include <wick/support/export.h>

namespace wick::jit {

/// A module with the same `forward` in one graph: calls are inlined, parameters, buffers and other attributes are
/// constants, branches on them are decided. Attributes that the program changes stay, as do the attributes and methods
/// in `preserved`; all others go. The module, in eval mode, stays as it is and shares its tensors.
/// With `optimize_numerics`, also what changes results by rounding (run_frozen_optimizations).
/// Throws OpError for a module in training mode, and for a name in `preserved` that it does not have.
WICK_API Module freeze(const Module& module, const std::vector<std::string>& preserved = {},
                       bool optimize_numerics = true);

/// Optimises `forward` and the given methods of a frozen module in place: dropout goes, and with `optimize_numerics`
/// batch normalisations become part of the convolutions before them. Calls that have run already stay as they are.
WICK_API void run_frozen_optimizations(const Module& module, bool optimize_numerics = true,
                                       const std::vector<std::string>& methods = {});

/// The module, frozen if it is not yet; `other_methods` stay beside `forward`.
WICK_API Module optimize_for_inference(Module module, const std::vector<std::string>& other_methods = {});

}  // namespace wick::jit

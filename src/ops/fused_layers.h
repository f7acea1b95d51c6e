#pragma once
// Layers that do what follows them while their results are in registers (passes/fuse_layers makes them of graphs).

#include <span>
#include <string_view>

#include "kernels/epilogue.h"

namespace wick::jit {

/// A function that follows layers: the operator, with or without `_`, and what kernels know it by.
struct FusedActivation {
    std::string_view op;
    kernels::Activation kernel;
};

/// By the number that the joint operators take; 0 is none. The bounds that they take beside it are those of Clamp.
std::span<const FusedActivation> fused_activations();

}  // namespace wick::jit

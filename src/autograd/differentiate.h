#pragma once
// Graph differentiation: a straight piece of program and its gradient, both as graphs.

#include <memory>
#include <vector>

#include <wick/types/function.h>

#include "autograd/saved_value.h"
#include "ir/graph.h"

namespace wick::autograd {

struct DifferentiatedGraph {
    /// As the original, with more outputs that backward asks for.
    IntrusivePtr<jit::Function> forward;
    /// From the gradients of the original's tensor outputs and what is read of the values saved to the gradients of the
    /// wanted inputs.
    IntrusivePtr<jit::Function> backward;
    /// Saved are the inputs and, behind them, forward's additional outputs.
    std::vector<SavedValues::Read> reads;
    size_t more_outputs = 0;      ///< than the original, of forward
    std::vector<size_t> outputs;  ///< of the original: tensors that depend on a wanted input
};

/// `graph` as group_differentiable makes them; `wanted` says of each input whether its gradient is wanted. Computations
/// on real numbers only.
DifferentiatedGraph differentiate(const jit::Graph& graph, ArrayRef<bool> wanted);

}  // namespace wick::autograd

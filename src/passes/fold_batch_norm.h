#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// A batch normalisation by known statistics of what a convolution with constant weights gives, and that nobody else
/// reads, goes into these weights: w·s and (b − mean)·s + bias, with s = weight / √(var + eps). For graphs
/// whose attributes are constants (fold_attributes). Results change by rounding.
bool fold_batch_norm(Graph& graph);

}  // namespace wick::jit

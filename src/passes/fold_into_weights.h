#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// What follows a layer of constant weights and comes to `factor · y + shift` per channel of its result y goes into the
/// weights: `factor · weight` and `factor · bias + shift`. So goes
///  - batch_norm with running statistics after a convolution or linear,
///  - add, sub, mul and div after a convolution, of a number or of a constant with at most a value per channel.
/// As in PyTorch's passes, convolutions are taken to work on batches, and linear to give a matrix where batch_norm
/// follows: graphs do not tell. Results differ by rounding. For graphs whose attributes are constants
/// (fold_attributes); dead code stays behind. True when it changed something, after which more may fold.
bool fold_into_weights(Graph& graph);

}  // namespace wick::jit

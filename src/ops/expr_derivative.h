#pragma once
// Derivatives of pointwise expressions: again expressions, so they run on the same machine and have derivatives too.

#include <optional>

#include "ops/expr.h"

namespace wick::ops {

/// Records the gradient of input `input` of `graph` in `recorder`: the inputs keep their positions, the gradient of the
/// result is input `gradient`. A complex gradient is PyTorch's, that of a real function of it with respect to the
/// conjugate: conj(df/dz) * g + df/dconj(z) * conj(g). In real computations (`is_complex` false) df/dx * g.
///
/// Where a derivative does not exist the value is PyTorch's: half to each of two equal operands of max and min, nothing
/// at the bend when one of them is a constant (relu), 0 for abs at 0 and for everything that only jumps. A branch that
/// `where` does not take contributes nothing, even where its own derivative is infinite. Null where the gradient is 0
/// everywhere. OpError for a primitive that has no derivative here (digamma, nextafter).
std::optional<Expr> record_gradient(const ExprGraph& graph, int16_t input, int16_t gradient, bool is_complex,
                                    ExprRecorder& recorder);

}  // namespace wick::ops

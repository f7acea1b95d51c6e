#pragma once
// Gradients of pointwise operators: their expressions are differentiated (ops/expr_derivative.h), which makes other
// pointwise operators, with derivatives of their own.

#include <vector>

#include "ops/registry.h"

namespace wick::autograd {

/// `mul(self, other)`, argument `self` → `mul_gradient_of_self(self, other, grad, is_complex)`. Made when first asked
/// for and kept. Thread-safe.
const jit::Operator& pointwise_derivative(const jit::Operator& op, size_t argument);

/// Whether a call needs complex derivatives: some argument is complex.
bool is_complex_call(jit::Args args);

/// Per argument of the operator, and for the gradient as the last: whether the derivative depends on it. Of `args` only
/// those matter that choose the expression.
std::vector<bool> pointwise_derivative_reads(const jit::Operator& op, size_t argument, jit::Args args, bool is_complex);

}  // namespace wick::autograd

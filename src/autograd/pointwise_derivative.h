#pragma once
// Gradients of pointwise operators: their expressions are differentiated (ops/expr_derivative.h), which makes other
// pointwise operators, with derivatives of their own.

#include "ops/registry.h"

namespace wick::autograd {

/// `mul(self, other)`, argument `self` → `mul_gradient_of_self(self, other, grad, is_complex)`. Made when first asked
/// for and kept. Thread-safe.
const jit::Operator& pointwise_derivative(const jit::Operator& op, size_t argument);

/// Whether a call needs complex derivatives: some argument is complex.
bool is_complex_call(jit::Args args);

}  // namespace wick::autograd

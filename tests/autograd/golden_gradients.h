#pragma once
// Gradients as PyTorch computed them (make_gradients.py tells what is in a file).

#include <string>

namespace wick::testing {

/// Calls the operators of a file in tests/autograd and expects PyTorch's gradients, and its gradients of these.
void expect_golden_gradients(const std::string& file);

}  // namespace wick::testing

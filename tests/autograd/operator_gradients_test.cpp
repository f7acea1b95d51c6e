// Gradients of the operators that compute with arrays, held against PyTorch's (make_gradients.py).

#include <gtest/gtest.h>

#include "autograd/golden_gradients.h"

namespace wick {
namespace {

TEST(OperatorGradients, AreThoseOfPyTorch) { testing::expect_golden_gradients("operator_gradients.pt"); }

}  // namespace
}  // namespace wick

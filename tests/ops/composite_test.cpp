// Operators that are TorchScript text. ctest runs a test in a process of its own, in which nothing has been loaded
// before.

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;

TEST(Composite, RunsFromTheFirstCall) {
    const Tensor x = tensor({1, 2, 4});
    const Tensor y = tensor({1, 4, 1});
    EXPECT_EQ(values(call("aten::mse_loss", x, y, int64_t{0})), (std::vector<double>{0, 4, 9}));
}

}  // namespace
}  // namespace wick

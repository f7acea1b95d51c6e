// What the operators of old archives mean.

#include "ops/op_testing.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

using testing::Program;
using testing::tensor;

std::vector<double> run_division(const std::string& expression, int64_t version) {
    Program program("def f(a: Tensor, b: Tensor) -> Tensor:\n  return " + expression + "\n", "old.py", version);
    const IValue result = program.run("f", {tensor<int64_t>({7, -7}), tensor<int64_t>({2, 2})});
    return testing::values(result.to_tensor());
}

TEST(Upgraders, EverySpellingOfACallMeansWhatItMeant) {
    for (const char* expression : {"torch.div(a, b)", "a.div(b)", "a / b", "torch.div(a, 2)", "a.div(2)"}) {
        SCOPED_TRACE(expression);
        // Integers were truncated.
        EXPECT_EQ(run_division(expression, 3), (std::vector<double>{3, -3}));
        EXPECT_EQ(run_division(expression, 4), (std::vector<double>{3.5, -3.5}));
    }
}

TEST(Upgraders, MethodsTakeTheArgumentsOfTheirTime) {
    Program old("def f(a: Tensor) -> Tensor:\n  return a.gelu()\n", "old.py", 9);
    EXPECT_EQ(testing::values(old.run("f", {tensor({0})}).to_tensor()), std::vector<double>{0});
}

}  // namespace
}  // namespace wick::jit

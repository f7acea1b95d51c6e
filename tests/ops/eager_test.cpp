// Operators from C++: the generated functions, the arithmetic of tensors, the options of factories.

#include <gtest/gtest.h>

#include <wick/eager.h>

#include "ops/print_value.h"

namespace wick {
namespace {

std::string shown(const Tensor& tensor) { return jit::python_repr(IValue(tensor)); }

TEST(Eager, OverloadsAreChosenByTheTypesOfArguments) {
    const Tensor x = view(arange(6), {2, 3});
    EXPECT_EQ(shown(add(x, x)), shown(mul(x, 2)));
    EXPECT_EQ(shown(add(x, x, 2)), shown(mul(x, 3)));
    EXPECT_EQ(sum(x).item().to_int(), 15);
    EXPECT_EQ(shown(sum(x, 1)), "tensor([ 3, 12])");
    EXPECT_EQ(shown(sum(x, {0, 1}, true)), "tensor([[15]])");
    EXPECT_EQ(sum(x, kFloat64).dtype(), kFloat64);
    EXPECT_EQ(shown(clamp(x, 1, 3)), "tensor([[1, 1, 2],\n        [3, 3, 3]])");
    EXPECT_EQ(shown(clamp(x, {}, 1)), "tensor([[0, 1, 1],\n        [1, 1, 1]])");
    EXPECT_EQ(shown(div(x, 2, "floor")), "tensor([[0, 0, 1],\n        [1, 2, 2]])");
    EXPECT_EQ(shown(cat({x, x}, 1)), "tensor([[0, 1, 2, 0, 1, 2],\n        [3, 4, 5, 3, 4, 5]])");
}

TEST(Eager, GeneratorsAreGiven) {
    const Generator generator = make_generator(5);
    // What PyTorch gives for a torch.Generator with this seed.
    EXPECT_EQ(shown(rand({2}, generator)), "tensor([0.8303, 0.1261])");
    EXPECT_EQ(shown(randn({1}, generator)), "tensor([-0.0580])");
    EXPECT_EQ(shown(randperm(5, generator)), "tensor([2, 0, 1, 3, 4])");
    EXPECT_EQ(shown(randint(10, {3}, generator)), "tensor([9, 0, 1])");
    EXPECT_EQ(shown(uniform_(empty({2}, kFloat32), 0, 1, generator)), "tensor([0.6593, 0.7150])");
    EXPECT_EQ(shown(multinomial(tensor({0.1, 0.2, 0.7}), 2, false, generator)), "tensor([2, 1])");
    EXPECT_EQ(shown(bernoulli(full({3}, 0.5), generator)), "tensor([1., 1., 0.])");
    EXPECT_EQ(shown(normal(0, 1, {2}, generator)), "tensor([0.9444, 0.2225])");
    const Generator copy = generator.clone();
    EXPECT_TRUE(rand({3}, copy).equal(rand({3}, generator)));
    generator.set_current_seed(7);
    EXPECT_EQ(generator.current_seed(), 7u);
    manual_seed(7);
    EXPECT_TRUE(rand({3}, generator).equal(rand({3})));
    EXPECT_TRUE(rand({3}, Generator(), kFloat64).dtype() == kFloat64);
}

TEST(Eager, SeveralResultsAreATuple) {
    const auto [values, indices] = max(view(arange(6), {2, 3}), 1);
    EXPECT_EQ(shown(values), "tensor([2, 5])");
    EXPECT_EQ(shown(indices), "tensor([2, 2])");
    const std::vector<Tensor> halves = chunk(arange(4), 2);
    ASSERT_EQ(halves.size(), 2u);
    EXPECT_EQ(shown(halves[1]), "tensor([2, 3])");
}

TEST(Eager, ChangesAndOutputsAreTheArguments) {
    Tensor x = ones({2});
    EXPECT_TRUE(add_(x, 1).is_same(x));
    x *= 3;
    EXPECT_EQ(shown(x), "tensor([6., 6.])");
    const Tensor out = empty({2});
    EXPECT_TRUE(add_out(out, x, x).is_same(out));
    EXPECT_EQ(shown(out), "tensor([12., 12.])");
}

TEST(Eager, OneNumberStandsForAllDimensions) {
    const Tensor image = ones({1, 1, 4, 4});
    EXPECT_EQ(format_sizes(conv2d(image, ones({1, 1, 3, 3}), {}, 1, 1).sizes()), "[1, 1, 4, 4]");
    EXPECT_EQ(format_sizes(max_pool2d(image, 2).sizes()), "[1, 1, 2, 2]");
    EXPECT_EQ(format_sizes(conv2d(image, ones({1, 1, 3, 3})).sizes()), "[1, 1, 2, 2]");
}

TEST(Eager, FactoriesTakeOptions) {
    const Tensor x = zeros({2, 3}, dtype(kFloat64).requires_grad(true));
    EXPECT_EQ(x.dtype(), kFloat64);
    EXPECT_TRUE(x.requires_grad());
    EXPECT_TRUE(x.is_leaf());
    EXPECT_EQ(zeros({2}).dtype(), kFloat32);
    EXPECT_EQ(zeros({2}, kInt32).dtype(), kInt32);
    EXPECT_EQ(randint(5, {2}).dtype(), kInt64);
    EXPECT_EQ(full({2}, 7).dtype(), kInt64);
    EXPECT_EQ(zeros_like(x, kInt8).dtype(), kInt8);
}

TEST(Eager, ArithmeticAndComparisons) {
    const Tensor x = arange(1, 4, 1);
    EXPECT_EQ(shown(10 - x), "tensor([9, 8, 7])");
    EXPECT_EQ(shown(-x), "tensor([-1, -2, -3])");
    EXPECT_EQ(shown(6 / x), "tensor([6., 3., 2.])");
    EXPECT_EQ(shown(x / 2), "tensor([0.5000, 1.0000, 1.5000])");
    EXPECT_EQ(shown(x % 2), "tensor([1, 0, 1])");
    EXPECT_EQ(shown(2 < x), "tensor([False, False,  True])");
    EXPECT_EQ(shown((x == x) & (x != 2)), "tensor([ True, False,  True])");
}

TEST(Eager, CallsAreRecorded) {
    const Tensor x = ones({2, 2}, requires_grad());
    sum(x * x + 1 - x / 2).backward();
    EXPECT_EQ(shown(x.grad()), "tensor([[1.5000, 1.5000],\n        [1.5000, 1.5000]])");
    EXPECT_EQ(shown(autograd::grad({sum(exp(x) * 0)}, {x})[0]), "tensor([[0., 0.],\n        [0., 0.]])");
}

TEST(Eager, ResultsAreNotTheArgumentsOfARecordedCall) {
    const Tensor x = ones({2}, requires_grad());
    const Tensor plain = ones({2});
    EXPECT_TRUE(broadcast_tensors({x, plain})[0].requires_grad());
    EXPECT_TRUE(x.is_leaf());
    EXPECT_FALSE(plain.requires_grad());
}

TEST(Eager, InferenceModeRecordsNothing) {
    const Tensor x = ones({2}, requires_grad());
    {
        const InferenceMode guard;
        EXPECT_FALSE((x * 2).requires_grad());
        const InferenceMode off(false);
        EXPECT_TRUE((x * 2).requires_grad());
    }
    EXPECT_TRUE((x * 2).requires_grad());
}

TEST(Eager, RefusedArgumentsAreOpErrors) {
    EXPECT_THROW(mm(ones({2, 3}), ones({2, 3})), OpError);
    EXPECT_THROW(mm(ones({2, 3}), {}), OpError);
    EXPECT_THROW(OperatorHandle("aten::no_such_operator"), InternalError);
}

}  // namespace
}  // namespace wick

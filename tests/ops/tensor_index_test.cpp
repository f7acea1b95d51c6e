// x[…] and x[…] = value in C++, beside what Python's brackets give.

#include <gtest/gtest.h>

#include <wick/eager.h>

#include "ops/print_value.h"

namespace wick {
namespace {

using indexing::Ellipsis;
using indexing::None;
using indexing::Slice;

std::string shown(const Tensor& tensor) { return jit::python_repr(IValue(tensor)); }
Tensor numbers() { return arange(24).view({2, 3, 4}); }

std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const IndexError& error) {
        return error.what();
    }
    return "no error";
}

TEST(TensorIndex, IntegersSlicesAndNewDimensions) {
    const Tensor x = numbers();
    EXPECT_TRUE(x.index({1}).equal(x.select(0, 1)));
    EXPECT_TRUE(x.index({1, Slice(0, 2), -1}).equal(tensor({15, 19})));
    EXPECT_TRUE(x.index({Slice(), Slice(None, None, 2), 0}).equal(tensor({{0, 8}, {12, 20}})));
    EXPECT_TRUE(x.index({0, Slice(-1), Slice(2, None)}).equal(tensor({{10, 11}})));
    EXPECT_EQ(x.index({None, 0, Ellipsis, None}).sizes(), IntArrayRef({1, 3, 4, 1}));
    EXPECT_TRUE(x.index({"...", 3}).equal(x.select(2, 3)));
    EXPECT_FALSE(x.index({Ellipsis}).is_same(x));
    EXPECT_TRUE(x[1][2].equal(tensor({20, 21, 22, 23})));
}

TEST(TensorIndex, TensorsPick) {
    const Tensor x = numbers();
    EXPECT_TRUE(x.index({tensor({1, 0}), 2}).equal(stack({x[1][2], x[0][2]})));
    EXPECT_TRUE(x.index({Slice(), tensor({0, 2}), tensor({1, 3})}).equal(tensor({{1, 11}, {13, 23}})));
    EXPECT_TRUE(x.index({x > 21}).equal(tensor({22, 23})));
    EXPECT_TRUE(x.index({0, tensor({true, false, true})}).equal(x[0].index_select(0, tensor({0, 2}))));
    EXPECT_EQ(x.index({true}).sizes(), IntArrayRef({1, 2, 3, 4}));
    EXPECT_EQ(x.index({false}).sizes(), IntArrayRef({0, 2, 3, 4}));
    EXPECT_TRUE(x[tensor(1)].equal(x[1]));
    EXPECT_EQ(x[tensor({1, 1, 0})].sizes(), IntArrayRef({3, 3, 4}));
    const std::vector<Tensor> places{tensor({0}), tensor({1})};
    EXPECT_TRUE(x.index(places).equal(tensor({{4, 5, 6, 7}})));
}

TEST(TensorIndex, ViewsSeeWrites) {
    const Tensor x = zeros({2, 3});
    x.index({0, Slice(1)}).fill_(2);
    x.index_put_({1, Slice(None, None, 2)}, 5);
    EXPECT_EQ(shown(x), "tensor([[0., 2., 2.],\n        [5., 0., 5.]])");
    x.index_put_({Ellipsis, 0}, tensor({8, 9}));
    x.index_put_({x == 2}, -1);
    EXPECT_EQ(shown(x), "tensor([[ 8., -1., -1.],\n        [ 9.,  0.,  5.]])");
    x.index_put_({tensor({0, 1}), tensor({1, 1})}, tensor({0.5, 0.25}));
    EXPECT_EQ(shown(x.index({Slice(), 1})), "tensor([0.5000, 0.2500])");
    x.index_put_({Slice()}, ones({1, 1, 3}));
    EXPECT_EQ(x.sum().item<double>(), 6);
    x.index({0}) = 4;
    EXPECT_EQ(x.sum().item<double>(), 15);
}

TEST(TensorIndex, IsRecorded) {
    const Tensor x = ones({2, 2}, requires_grad());
    (x.index({tensor({0, 0}), Slice(1)}).sum() + x[1][0] * 3).backward();
    EXPECT_EQ(shown(x.grad()), "tensor([[0., 2.],\n        [3., 0.]])");
    const Tensor written = x * 1;
    written.index_put_({0}, 7);
    EXPECT_EQ(shown(autograd::grad({written.sum()}, {x})[0]), "tensor([[0., 0.],\n        [1., 1.]])");
}

TEST(TensorIndex, MistakesInPyTorchsWords) {
    const Tensor x = numbers();
    EXPECT_EQ(message_of([&] { x.index({0, 3}); }), "index 3 is out of bounds for dimension 1 with size 3");
    EXPECT_EQ(message_of([&] { x.index({0, 0, 0, 0}); }), "too many indices for tensor of dimension 3");
    EXPECT_EQ(
        message_of([&] {
            x.index({tensor({true, false, true})});
        }),
        "The shape of the mask [3] at index 0 does not match the shape of the indexed tensor [2, 3, 4] at index 0");
    EXPECT_THROW(x.index({"nothing"}), OpError);
    EXPECT_THROW(x.index({Slice(0, 2, -1)}), OpError);
    EXPECT_THROW(x.index({Tensor()}), OpError);
}

}  // namespace
}  // namespace wick

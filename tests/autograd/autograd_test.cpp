// The tape: what is recorded, how the backward pass walks it, and what is refused.

#include <thread>

#include <wick/autograd/autograd.h>
#include <wick/eager.h>

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;
using jit::call_operator;

Tensor leaf(std::vector<double> numbers, std::optional<DimVector> sizes = std::nullopt) {
    return tensor<double>(std::move(numbers), std::move(sizes)).set_requires_grad();
}

TEST(Autograd, LeafCollectsWhatEveryPathBrings) {
    const Tensor x = leaf({1, 2, 3});
    const Tensor y = call("aten::mul.Tensor", x, x);
    EXPECT_TRUE(y.requires_grad());
    EXPECT_FALSE(y.is_leaf());
    sum(call("aten::add.Tensor", y, x)).backward();
    expect_close(values(x.grad()), {3, 5, 7});
    sum(call("aten::mul.Tensor", x, x)).backward();
    expect_close(values(x.grad()), {5, 9, 13});
}

TEST(Autograd, NothingIsRecordedWithoutNeed) {
    const Tensor x = leaf({1, 2});
    EXPECT_FALSE(call("aten::mul.Tensor", tensor<double>({1, 2}), tensor<double>({1, 2})).requires_grad());
    EXPECT_FALSE(call("aten::argmax", x).requires_grad());
    EXPECT_FALSE(x.detach().requires_grad());
    const NoGradGuard guard;
    EXPECT_FALSE(call("aten::mul.Tensor", x, x).requires_grad());
}

TEST(Autograd, BroadcastGradientsAreSummed) {
    const Tensor x = leaf({1, 2, 3}, DimVector{3, 1}), y = leaf({1, 10});
    sum(call("aten::mul.Tensor", x, y)).backward();
    expect_close(values(x.grad()), {11, 11, 11});
    expect_close(values(y.grad()), {6, 6});
    EXPECT_EQ(sizes(x.grad()), (std::vector<int64_t>{3, 1}));
}

TEST(Autograd, GradientsHaveTheDtypeOfTheirTensor) {
    const Tensor x = tensor<float>({1, 2}).set_requires_grad();
    sum(call("aten::mul.Tensor", x, tensor<double>({3, 4}))).backward();
    EXPECT_EQ(x.grad().dtype(), DType::float32);
    expect_close(values(x.grad()), {3, 4});
}

TEST(Autograd, GradReturnsAndLeavesLeavesAlone) {
    const Tensor x = leaf({2, 3}), unused = leaf({1});
    const Tensor y = call("aten::mul.Tensor", x, x);
    const Tensor z = sum(call("aten::exp", y));
    const std::vector<Tensor> found = autograd::grad({z}, {y, x}, {}, true);
    expect_close(values(found[0]), {std::exp(4.0), std::exp(9.0)}, 1e-9 * std::exp(9.0));
    expect_close(values(found[1]), {4 * std::exp(4.0), 6 * std::exp(9.0)}, 1e-9 * std::exp(9.0));
    EXPECT_FALSE(x.grad().defined());
    EXPECT_NE(error_of([&] { autograd::grad({z}, {unused}, {}, true); }).find("appears to not have been used"),
              std::string::npos);
    EXPECT_FALSE(autograd::grad({z}, {unused}, {}, true, false, true)[0].defined());
}

TEST(Autograd, HigherOrders) {
    const Tensor x = leaf({0.5, 2});
    Tensor y = sum(call("aten::sin", call("aten::mul.Tensor", x, x)));
    for (int order = 0; order < 2; ++order) y = sum(autograd::grad({y}, {x}, {}, true, true)[0]);
    y.backward();
    // d3/dx3 sin(x^2) = -12 x sin(x^2) - 8 x^3 cos(x^2)
    std::vector<double> expected;
    for (double v : {0.5, 2.0}) expected.push_back(-12 * v * std::sin(v * v) - 8 * v * v * v * std::cos(v * v));
    expect_close(values(x.grad()), expected, 1e-9);
}

TEST(Autograd, GraphIsFreedUnlessRetained) {
    const Tensor x = leaf({1, 2});
    const Tensor y = sum(call("aten::mul.Tensor", x, x));
    y.backward({}, true);
    y.backward();
    expect_close(values(x.grad()), {4, 8});
    EXPECT_NE(error_of([&] { y.backward(); }).find("Trying to backward through the graph a second time"),
              std::string::npos);
}

TEST(Autograd, WhatBackwardRefuses) {
    const Tensor x = leaf({1, 2});
    EXPECT_NE(error_of([&] {
                  call("aten::mul.Tensor", x, x).backward();
              }).find("grad can be implicitly created only for scalar outputs"),
              std::string::npos);
    EXPECT_NE(error_of([&] { tensor<double>({1}).backward(); }).find("does not require grad"), std::string::npos);
    EXPECT_NE(error_of([&] { tensor<int64_t>({1}).set_requires_grad(); }).find("floating point"), std::string::npos);
    EXPECT_NE(error_of([&] { call("aten::mul.Tensor", x, x).set_requires_grad(false); }).find("leaf variables"),
              std::string::npos);
}

TEST(Autograd, ChangesOfSavedValuesAreFound) {
    const Tensor x = leaf({1, 2});
    const Tensor y = call("aten::exp", call("aten::mul.Tensor", x, 2.0));
    const Tensor z = call("aten::mul.Tensor", y, y);
    call("aten::add_.Tensor", y, 1.0);
    EXPECT_NE(error_of([&] {
                  sum(z).backward();
              }).find("has been modified by an inplace operation: [torch.DoubleTensor [2]]"),
              std::string::npos);
}

TEST(Autograd, InPlaceOperatorsGoOnFromWhatTheyWrote) {
    const Tensor x = leaf({1, 2});
    const Tensor y = call("aten::mul.Tensor", x, 3.0);
    call("aten::mul_.Tensor", y, y);  // needs what it overwrites
    sum(y).backward();
    expect_close(values(x.grad()), {18, 36});
    EXPECT_NE(error_of([&] { call("aten::mul_.Tensor", x, 2.0); }).find("a leaf Variable that requires grad"),
              std::string::npos);
    EXPECT_NE(error_of([&] {
                  call("aten::mul_.Tensor", call("aten::select.int", x, 0, 0), 2.0);
              }).find("a view of a leaf Variable"),
              std::string::npos);
}

TEST(Autograd, WritesToViewsReachTheBaseAndOtherViews) {
    const Tensor x = leaf({1, 2, 3});
    const Tensor buffer = ops::zeros({2, 3}, DType::float64);
    const Tensor column = call("aten::select.int", buffer, 1, 2);
    const Tensor row = call("aten::select.int", buffer, 0, 1);
    call_value("aten::copy_", row, call("aten::mul.Tensor", x, x));
    EXPECT_TRUE(buffer.requires_grad());
    // The other view sees element (1, 2) of the base.
    sum(call("aten::mul.Tensor", column, 5.0)).backward({}, true);
    expect_close(values(x.grad()), {0, 0, 30});
    x.set_grad({});
    call("aten::mul_.Tensor", row, 2.0);
    sum(call("aten::mul.Tensor", buffer, buffer)).backward();
    // (2 x^2)^2
    expect_close(values(x.grad()), {16, 128, 432});
}

TEST(Autograd, AFunctionDoesNotKeepItsResultsAlive) {
    double numbers[] = {1, 2};
    bool is_released = false;
    {
        const Tensor x = from_blob(numbers, {2}, DType::float64, [&] { is_released = true; }).set_requires_grad();
        const IValue xs(make_list(jit::tensor_type(), {x}));
        // One that saves its argument, a list, for its shapes; one whose result is a list.
        const IValue rows = call_operator("aten::atleast_2d.Sequence", {xs});
        EXPECT_TRUE(call_operator("aten::hstack", {rows}).to_tensor().requires_grad());
        EXPECT_EQ(call_operator("aten::unbind.int", {x}).to_list().items.size(), 2U);
        // What comes back as it is keeps its own history.
        const IValue same = call_operator("aten::atleast_1d.Sequence", {xs});
        EXPECT_TRUE(same.to_list().items[0].tensor_ref().is_same(x) && x.is_leaf());
    }
    EXPECT_TRUE(is_released);
}

TEST(Autograd, HooksSeeAndChangeGradients) {
    const Tensor x = leaf({1, 2});
    const Tensor y = call("aten::mul.Tensor", x, 2.0);
    y.retain_grad();
    std::vector<double> seen;
    const auto handle = autograd::register_hook(y, [&](const Tensor& gradient) {
        seen = values(gradient);
        return call("aten::mul.Tensor", gradient, 10.0);
    });
    sum(y).backward({}, true);
    EXPECT_EQ(seen, (std::vector<double>{1, 1}));
    expect_close(values(x.grad()), {20, 20});
    EXPECT_TRUE(y.grad().defined());
    handle.remove();
    sum(y).backward();
    expect_close(values(x.grad()), {22, 22});
}

TEST(Autograd, HooksOfLeavesSeeTheWholeGradient) {
    const Tensor x = leaf({1, 2});
    std::vector<std::vector<double>> seen;
    const auto handle = autograd::register_hook(x, [&](const Tensor& gradient) {
        seen.push_back(values(gradient));
        return Tensor();
    });
    const Tensor y = call("aten::add.Tensor", call("aten::mul.Tensor", x, x), x);
    sum(y).backward({}, true);
    EXPECT_EQ(values(autograd::grad({sum(y)}, {x})[0]), (std::vector<double>{3, 5}));
    EXPECT_EQ(seen, (std::vector<std::vector<double>>{{3, 5}, {3, 5}}));
    handle.remove();
}

TEST(Autograd, ALongChainIsNoDeepRecursion) {
    const Tensor x = leaf({1});
    Tensor y = x;
    for (int i = 0; i < 100000; ++i) y = call("aten::add.Tensor", y, x);
    sum(y).backward();
    expect_close(values(x.grad()), {100001});
}

TEST(Autograd, ThreadsMeetInOneLeaf) {
    const Tensor x = leaf(std::vector<double>(64, 1.0));
    constexpr int kThreads = 4, kPasses = 50;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            for (int pass = 0; pass < kPasses; ++pass) sum(call("aten::mul.Tensor", x, 1.0)).backward();
        });
    for (std::thread& thread : threads) thread.join();
    expect_close(values(x.grad()), std::vector<double>(64, kThreads * kPasses));
}

TEST(Autograd, OutArgumentsAreRefused) {
    const Tensor x = leaf({1, 2});
    EXPECT_NE(error_of([&] {
                  call_value("aten::exp.out", x, ops::zeros({2}, DType::float64));
              }).find("don't support automatic differentiation"),
              std::string::npos);
}

TEST(Autograd, HooksAreTakenAwayByTheirNumber) {
    const Tensor x = ones({2}).set_requires_grad();
    const Tensor y = x * 2;
    EXPECT_EQ(x.grad_fn().get(), nullptr);
    EXPECT_EQ(y.grad_fn()->name(), "MulBackward0");
    int calls = 0;
    for (const Tensor& tensor : {x, y}) {
        const unsigned first = tensor.register_hook([&](const Tensor& gradient) { return ++calls, gradient * 3; });
        const unsigned second = tensor.register_hook([&](const Tensor&) { ++calls; });
        EXPECT_NE(first, second);
        tensor.remove_hook(first);
        EXPECT_THROW(tensor.remove_hook(first), OpError);
    }
    y.sum().backward();
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(x.grad().sum().item<float>(), 4);
    EXPECT_THROW(ones({1}).remove_hook(0), OpError);
}

}  // namespace
}  // namespace wick

// autograd::Function.

#include <wick/autograd/function.h>

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;
using autograd::AutogradContext;
using autograd::Function;
using Tensors = std::vector<Tensor>;

Tensor leaf(std::vector<double> numbers) { return tensor<double>(std::move(numbers)).set_requires_grad(); }
Tensor sum(const Tensor& self) { return call("aten::sum", self); }
Tensor mul(const Tensor& a, const Tensor& b) { return call("aten::mul.Tensor", a, b); }
Tensor mul(const Tensor& a, double b) { return call("aten::mul.Scalar", a, b); }

struct Cube : Function<Cube> {
    static Tensor forward(AutogradContext* ctx, Tensor x, double factor) {
        ctx->save_for_backward({x});
        ctx->saved_data["factor"] = factor;
        return call("aten::mul.Scalar", call("aten::pow.Tensor_Scalar", x, 3), factor);
    }
    static Tensors backward(AutogradContext* ctx, Tensors gradients) {
        const Tensor x = ctx->get_saved_variables()[0];
        return {mul(mul(gradients[0], mul(mul(x, x), 3.0)), ctx->saved_data["factor"].to_double()), {}};
    }
};

TEST(CustomFunction, HasGradientsOfItsOwn) {
    const Tensor x = leaf({1, 2});
    const Tensor y = Cube::apply(x, 2.0);
    const Tensor first = autograd::grad({sum(y)}, {x}, {}, true, true)[0];
    expect_close(values(first), {6, 24});
    expect_close(values(autograd::grad({sum(first)}, {x})[0]), {12, 24});
    sum(y).backward();
    EXPECT_NE(error_of([&] { sum(y).backward(); }).find("a second time"), std::string::npos);
    const NoGradGuard guard;
    EXPECT_FALSE(Cube::apply(x, 2.0).requires_grad());
}

struct Exp : Function<Exp> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
        const Tensor y = call("aten::exp", x);
        ctx->save_for_backward({x, y, {}});
        return y;
    }
    static Tensors backward(AutogradContext* ctx, Tensors gradients) {
        const Tensors saved = ctx->get_saved_variables();
        EXPECT_FALSE(saved[2].defined());
        return {mul(gradients[0], saved[1])};
    }
};

TEST(CustomFunction, SavesResultsWithTheirHistory) {
    const Tensor x = leaf({0, 1});
    const Tensor y = Exp::apply(x);
    const Tensor first = autograd::grad({sum(y)}, {x}, {}, true, true)[0];
    expect_close(values(autograd::grad({sum(first)}, {x})[0]), values(y));
}

TEST(CustomFunction, SavedResultsKeepNothingAlive) {
    IntrusivePtr<Storage> memory;
    {
        const Tensor y = Exp::apply(leaf({0, 1}));
        memory = y.impl()->storage;
    }
    EXPECT_EQ(memory->use_count(), 1u);
}

struct Double : Function<Double> {
    static Tensor forward(AutogradContext* ctx, Tensor x, bool returns) {
        ctx->mark_dirty({x});
        call("aten::mul_.Scalar", x, 2.0);
        return returns ? x : call("aten::clone", x);
    }
    static Tensors backward(AutogradContext*, Tensors gradients) { return {mul(gradients[0], 2.0), {}}; }
};

TEST(CustomFunction, ChangesItsArgumentsInPlace) {
    const Tensor x = leaf({1, 3});
    const Tensor y = mul(x, 5.0);
    const Tensor before = call("aten::sin", y);
    EXPECT_EQ(Double::apply(y, true).impl(), y.impl());
    expect_close(values(autograd::grad({sum(mul(y, y))}, {x})[0]), {200, 600});
    EXPECT_NE(error_of([&] { sum(before).backward(); }).find("modified by an inplace operation"), std::string::npos);
    // A part of a tensor: the rest keeps its history.
    const Tensor whole = mul(x, 1.0);
    Double::apply(call("aten::slice.Tensor", whole, 0, 1, 2, 1), true);
    expect_close(values(autograd::grad({sum(whole)}, {x})[0]), {1, 2});
}

TEST(CustomFunction, RefusesChangesThatItCannotRecord) {
    EXPECT_NE(error_of([] { Double::apply(leaf({1}), true); }).find("a leaf Variable that requires grad has been used"),
              std::string::npos);
    EXPECT_NE(error_of([] { Double::apply(mul(leaf({1}), 1.0), false); }).find("must all be outputs of the Function"),
              std::string::npos);
}

struct Parts : Function<Parts> {
    static Tensors forward(AutogradContext* ctx, Tensor a, Tensor b, bool materializes) {
        ctx->set_materialize_grads(materializes);
        const Tensor fixed = call("aten::floor", a);
        ctx->mark_non_differentiable({fixed});
        ctx->saved_data["materializes"] = materializes;
        return {mul(a, 2.0), fixed, a, mul(b, 3.0)};
    }
    static Tensors backward(AutogradContext* ctx, Tensors gradients) {
        const bool materializes = ctx->saved_data["materializes"].to_bool();
        EXPECT_EQ(gradients[1].defined(), materializes);
        EXPECT_EQ(gradients[3].defined(), materializes);
        EXPECT_TRUE(ctx->needs_input_grad(0));
        EXPECT_FALSE(ctx->needs_input_grad(1));
        return {mul(gradients[0], 2.0), {}, {}};
    }
};

TEST(CustomFunction, TellsWhatHasGradients) {
    for (bool materializes : {true, false}) {
        const Tensor a = leaf({1.5}), b = tensor<double>({2});
        const Tensors results = Parts::apply(a, b, materializes);
        EXPECT_FALSE(results[1].requires_grad());
        // An argument that comes back unchanged is a result of its own.
        EXPECT_NE(results[2].impl(), a.impl());
        EXPECT_TRUE(a.is_leaf());
        results[0].backward();
        expect_close(values(a.grad()), {2});
    }
}

struct Wrong : Function<Wrong> {
    static Tensor forward(AutogradContext*, Tensor x) { return mul(x, 1.0); }
    static Tensors backward(AutogradContext*, Tensors gradients) { return {gradients[0], gradients[0]}; }
};

TEST(CustomFunction, CountsItsGradients) {
    EXPECT_EQ(error_of([] { Wrong::apply(leaf({1})).backward(); }),
              "function CppNode returned an incorrect number of gradients (expected 1, got 2)");
}

TEST(CustomFunction, GivesNothingForWhatForwardWasNotGiven) {
    struct Shifted : Function<Shifted> {
        static Tensor forward(AutogradContext*, const Tensor& x, const Tensor& = {}) {
            return call("aten::add.Scalar", x, 1);
        }
        static std::vector<Tensor> backward(AutogradContext*, std::vector<Tensor> gradients) {
            return {gradients[0], Tensor()};
        }
    };
    const Tensor x = tensor<float>({1, 2}).set_requires_grad();
    call("aten::sum", Shifted::apply(x)).backward();
    EXPECT_EQ(values(x.grad()), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace wick

#include <cmath>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>

#include <wick/optim/optim.h>

#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::optim {
namespace {

Tensor leaf(std::vector<double> values, DType dtype = DType::float64) {
    const Tensor made = empty({static_cast<int64_t>(values.size())}, DType::float64);
    std::copy(values.begin(), values.end(), made.mutable_data<double>());
    return ops::to_dtype(made, dtype).set_requires_grad();
}

double at(const Tensor& tensor, int64_t i) { return ops::select(tensor.detach(), 0, i).item().to_double(); }

/// A loss whose gradient is (p0, p1): half the squared length.
Tensor half_square(const Tensor& p) {
    return jit::call_operator("aten::mul.Scalar",
                              {jit::call_operator("aten::sum", {jit::call_operator("aten::mul.Tensor", {p, p})}), 0.5})
        .to_tensor();
}

Optimizer::Closure closure_of(Optimizer& optimizer, const Tensor& p) {
    return [&optimizer, p] {
        optimizer.zero_grad();
        Tensor loss = half_square(p);
        loss.backward();
        return loss;
    };
}

TEST(Optim, SgdStepsAgainstTheGradient) {
    const Tensor p = leaf({1, -2});
    SGD sgd({p}, SGDOptions(0.1));
    const Tensor loss = sgd.step(closure_of(sgd, p));
    EXPECT_DOUBLE_EQ(loss.item().to_double(), 2.5);
    EXPECT_DOUBLE_EQ(at(p, 0), 0.9);
    EXPECT_DOUBLE_EQ(at(p, 1), -1.8);
}

TEST(Optim, MomentumIsKeptFromStepToStep) {
    const Tensor p = leaf({1});
    SGD sgd({p}, SGDOptions(0.1).momentum(0.5));
    sgd.step(closure_of(sgd, p));
    EXPECT_DOUBLE_EQ(at(p, 0), 0.9);
    sgd.step(closure_of(sgd, p));
    EXPECT_DOUBLE_EQ(at(p, 0), 0.9 - 0.1 * (0.5 + 0.9));
}

TEST(Optim, AdamsFirstStepIsTheLearningRate) {
    const Tensor p = leaf({3, -1e-3});
    Adam adam({p}, AdamOptions(0.01).eps(0));
    adam.step(closure_of(adam, p));
    EXPECT_NEAR(at(p, 0), 3 - 0.01, 1e-12);
    EXPECT_NEAR(at(p, 1), -1e-3 + 0.01, 1e-12);
}

TEST(Optim, AdamWShrinksTheParameters) {
    const Tensor p = leaf({2});
    AdamW adam({p}, AdamWOptions(0.1).weight_decay(0.5).eps(0));
    adam.step(closure_of(adam, p));
    EXPECT_NEAR(at(p, 0), 2 * (1 - 0.1 * 0.5) - 0.1, 1e-12);
}

TEST(Optim, EveryOptimizerFindsTheMinimum) {
    const auto run = [](Optimizer& optimizer, const Tensor& p, int steps) {
        for (int i = 0; i < steps; ++i) optimizer.step(closure_of(optimizer, p));
        EXPECT_LT(half_square(p.detach()).item().to_double(), 1e-3);
    };
    const Tensor start = leaf({1, -2});
    const auto fresh = [&] { return ops::clone(start).detach().set_requires_grad(); };
    Tensor p = fresh();
    RMSprop rmsprop({p}, RMSpropOptions(0.01).centered(true).momentum(0.5));
    run(rmsprop, p, 300);
    p = fresh();
    Adagrad adagrad({p}, AdagradOptions(0.5));
    run(adagrad, p, 100);
    p = fresh();
    LBFGS lbfgs({p}, LBFGSOptions().line_search_fn("strong_wolfe"));
    run(lbfgs, p, 2);
    p = fresh();
    Adam adam({p}, AdamOptions(0.1).amsgrad(true));
    run(adam, p, 200);
    p = fresh();
    Adadelta adadelta({p}, AdadeltaOptions(5));
    run(adadelta, p, 200);
    p = fresh();
    Adamax adamax({p}, AdamaxOptions(0.1));
    run(adamax, p, 200);
    p = fresh();
    NAdam nadam({p}, NAdamOptions(0.1));
    run(nadam, p, 200);
    p = fresh();
    RAdam radam({p}, RAdamOptions(0.1));
    run(radam, p, 200);
    p = fresh();
    Rprop rprop({p});
    run(rprop, p, 100);
    p = fresh();
    ASGD asgd({p}, ASGDOptions(0.1).t0(50));
    run(asgd, p, 100);
    EXPECT_NEAR(at(asgd.state_dict()
                       .to_dict()
                       .find(IValue("state"))
                       ->to_dict()
                       .find(IValue(0))
                       ->to_dict()
                       .find(IValue("ax"))
                       ->tensor_ref(),
                   0),
                0, 0.01);
}

TEST(Optim, HalfPrecisionAndViewsOfOtherOrderAreUpdatedInPlace) {
    const Tensor half = leaf({1, -2}, DType::bfloat16);
    SGD sgd({half}, SGDOptions(0.5));
    half.set_grad(ops::clone(half.detach()));
    sgd.step();
    EXPECT_EQ(at(half, 0), 0.5);
    EXPECT_EQ(at(half, 1), -1);
    const Tensor matrix = ops::ones({2, 3}, DType::float32);
    const Tensor turned = ops::transpose(matrix, 0, 1).detach().set_requires_grad();
    turned.set_grad(ops::ones({3, 2}, DType::float32));
    SGD other({turned}, SGDOptions(0.25));
    other.step();
    EXPECT_EQ(at(ops::flatten(matrix), 5), 0.75);
}

TEST(Optim, GroupsHaveOptionsOfTheirOwn) {
    const Tensor a = leaf({1}), b = leaf({1});
    SGD sgd({SGD::ParamGroup{{a}, SGDOptions(0.1)}, SGD::ParamGroup{{b}, SGDOptions(0.2)}});
    a.set_grad(ops::ones({1}, DType::float64));
    b.set_grad(ops::ones({1}, DType::float64));
    sgd.param_groups()[1].options().lr(0.4);
    sgd.step();
    EXPECT_DOUBLE_EQ(at(a, 0), 0.9);
    EXPECT_DOUBLE_EQ(at(b, 0), 0.6);
    EXPECT_THROW(sgd.add_param_group({{a}, SGDOptions(-1)}), OpError);
    EXPECT_THROW(SGD({}, SGDOptions(1)), OpError);
}

TEST(Optim, ALoadedOptimizerContinuesWhereTheSavedOneStopped) {
    const std::string path = std::filesystem::temp_directory_path() / "wick_optimizer.pt";
    const Tensor p = leaf({1, -2, 3});
    Adam adam({p}, AdamOptions(0.1).amsgrad(true));
    for (int i = 0; i < 3; ++i) adam.step(closure_of(adam, p));
    save(adam, path);
    const Tensor q = ops::clone(p.detach()).set_requires_grad();
    Adam other({q});
    load(other, path);
    EXPECT_TRUE(other.param_groups()[0].options().amsgrad());
    for (int i = 0; i < 3; ++i) {
        adam.step(closure_of(adam, p));
        other.step(closure_of(other, q));
    }
    for (int64_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(at(p, i), at(q, i));
    Adam larger({p, q});
    EXPECT_THROW(load(larger, path), OpError);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace wick::optim

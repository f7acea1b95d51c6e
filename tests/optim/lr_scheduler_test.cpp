// Schedules of learning rates, beside what PyTorch 2.13 gives for a first rate of 0.8.

#include <gtest/gtest.h>

#include <wick/eager.h>
#include <wick/optim/optim.h>

namespace wick::optim {
namespace {

SGD optimizer() { return SGD({ones({1}, requires_grad())}, SGDOptions(0.8)); }

/// The rates at the first epochs.
template <class Scheduler>
void expect_rates(Optimizer& optimizer, Scheduler& scheduler, const std::vector<double>& expected) {
    for (size_t epoch = 0; epoch < expected.size(); ++epoch) {
        if (epoch > 0) scheduler.step();
        EXPECT_NEAR(optimizer.learning_rates()[0], expected[epoch], 1e-9) << "epoch " << epoch;
    }
    EXPECT_EQ(scheduler.get_last_lr(), optimizer.learning_rates());
}

TEST(LrScheduler, Factors) {
    SGD sgd = optimizer();
    StepLR by_steps(sgd, 2, 0.5);
    expect_rates(sgd, by_steps, {0.8, 0.8, 0.8, 0.4, 0.4, 0.2, 0.2});
    sgd = optimizer();
    MultiStepLR at_milestones(sgd, {1, 3, 3}, 0.5);
    expect_rates(sgd, at_milestones, {0.8, 0.4, 0.4, 0.1, 0.1});
    sgd = optimizer();
    ExponentialLR each(sgd, 0.5);
    expect_rates(sgd, each, {0.8, 0.4, 0.2, 0.1});
}

TEST(LrScheduler, Curves) {
    SGD sgd = optimizer();
    LinearLR linear(sgd, 0.5, 1.0, 4);
    expect_rates(sgd, linear, {0.4, 0.5, 0.6, 0.7, 0.8, 0.8});
    sgd = optimizer();
    CosineAnnealingLR cosine(sgd, 3, 0.2);
    expect_rates(sgd, cosine, {0.8, 0.65, 0.35, 0.2, 0.35, 0.65, 0.8, 0.65});
    sgd = optimizer();
    LambdaLR function(sgd, [](int64_t epoch) { return 1.0 / static_cast<double>(epoch + 1); });
    expect_rates(sgd, function, {0.8, 0.4, 0.8 / 3, 0.2});
    EXPECT_THROW(LinearLR(sgd, 0), OpError);
}

TEST(LrScheduler, Plateaus) {
    SGD sgd = optimizer();
    ReduceLROnPlateau scheduler(sgd, ReduceLROnPlateauOptions().factor(0.5).patience(1).cooldown(1).min_lr(0.3));
    const double metrics[] = {1, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4, 0.4};
    std::vector<double> rates;
    for (const double metric : metrics) {
        scheduler.step(metric);
        rates.push_back(sgd.learning_rates()[0]);
    }
    EXPECT_EQ(rates, (std::vector<double>{0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.3, 0.3}));
    EXPECT_THROW(ReduceLROnPlateau(sgd, ReduceLROnPlateauOptions().mode("least")), OpError);
    EXPECT_THROW(ReduceLROnPlateau(sgd, ReduceLROnPlateauOptions().factor(1)), OpError);
}

TEST(LrScheduler, EveryGroupHasItsRate) {
    using Group = Adam::ParamGroup;
    Adam adam(std::vector<Group>{{{ones({1}, requires_grad())}, AdamOptions(0.4)},
                                 {{ones({1}, requires_grad())}, AdamOptions(0.2)}});
    StepLR first(adam, 1, 0.5);
    ExponentialLR second(adam, 0.5);
    first.step();
    first.step();
    second.step();
    EXPECT_EQ(adam.learning_rates(), (std::vector<double>{0.1, 0.05}));
    EXPECT_EQ(adam.param_groups()[1].options().lr(), 0.05);
    EXPECT_THROW(adam.set_learning_rates({1}), OpError);
    adam.add_param_group({{ones({1}, requires_grad())}, AdamOptions(0.1)});
    EXPECT_THROW(first.step(), OpError);
}

}  // namespace
}  // namespace wick::optim

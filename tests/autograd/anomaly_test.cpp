// AnomalyMode and DetectAnomalyGuard.

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;
using autograd::AnomalyMode;
using autograd::DetectAnomalyGuard;

std::vector<std::string> g_warnings;

class Anomaly : public ::testing::Test {
 protected:
    void SetUp() override {
        g_warnings.clear();
        AnomalyMode::set_reporter(
            {[] { return std::string("  here\n"); }, [](const std::string& text) { g_warnings.push_back(text); }});
    }
    void TearDown() override {
        AnomalyMode::set_reporter({});
        EXPECT_FALSE(AnomalyMode::is_enabled());
    }
    /// 0 * log(0): its gradient is 0 * inf.
    static Tensor broken() {
        const Tensor x = tensor<double>({0, 1}).set_requires_grad();
        return call("aten::sum", call("aten::mul.Scalar", call("aten::log", x), 0.0));
    }
};

TEST_F(Anomaly, NanIsAnErrorThatNamesItsFunction) {
    const DetectAnomalyGuard guard;
    const Tensor y = broken();
    EXPECT_EQ(error_of([&] { y.backward(); }), "Function 'LogBackward0' returned nan values in its 0th output.");
    EXPECT_EQ(g_warnings, (std::vector<std::string>{"Error detected in LogBackward0. Traceback of forward call that "
                                                    "caused the error:\n  here\n"}));
}

TEST_F(Anomaly, WhatWasMadeBeforeHasNoPlace) {
    const Tensor y = broken();
    const DetectAnomalyGuard guard;
    error_of([&] { y.backward(); });
    EXPECT_EQ(g_warnings, (std::vector<std::string>{
                              "Error detected in LogBackward0. No forward pass information available. Enable detect "
                              "anomaly during forward pass for more information."}));
}

TEST_F(Anomaly, PassesThatMadeTheFunctionAreTold) {
    const DetectAnomalyGuard guard;
    const Tensor x = tensor<double>({0}).set_requires_grad();
    const Tensor y = call("aten::pow.Tensor_Scalar", x, 1.5);
    const Tensor first = autograd::grad({y}, {x}, {}, true, true)[0];
    const Tensor second = autograd::grad({first}, {x}, {}, true, true)[0];
    error_of([&] { call("aten::sqrt", second).backward(); });
    ASSERT_EQ(g_warnings.size(), 3u);
    EXPECT_EQ(g_warnings[2],
              "\n\nPrevious calculation was induced by PowBackward0. Traceback of forward call that "
              "induced the previous calculation:\n  here\n");
}

TEST_F(Anomaly, NanPassesWithoutTheCheck) {
    const DetectAnomalyGuard guard(false);
    broken().backward();
    EXPECT_TRUE(g_warnings.empty());
    EXPECT_FALSE(AnomalyMode::should_check_nan());
}

}  // namespace
}  // namespace wick

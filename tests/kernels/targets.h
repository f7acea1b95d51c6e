#pragma once
// Runs a test on every instruction set of this machine, and on the best one with two threads.

#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <hwy/targets.h>
#include <string>
#include <tuple>
#include <vector>

#include <wick/support/parallel.h>

#include "kernels/simd.h"

namespace wick::kernels {

class TargetTest : public testing::TestWithParam<std::tuple<int64_t, int>> {
 protected:
    static void use(int64_t target) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
    void SetUp() override { use(std::get<0>(GetParam())); }
    void TearDown() override { use(0); }
    ThreadBudget budget_{std::get<1>(GetParam())};
};

inline std::vector<std::tuple<int64_t, int>> target_parameters() {
    std::vector<std::tuple<int64_t, int>> all;
    for (int64_t target : hwy::SupportedAndGeneratedTargets()) all.emplace_back(target, 1);
    all.emplace_back(0, 2);
    return all;
}

inline std::string target_name(const testing::TestParamInfo<std::tuple<int64_t, int>>& info) {
    const auto [target, threads] = info.param;
    return (target == 0 ? std::string("Best") : std::string(hwy::TargetName(target))) + "Threads" +
           std::to_string(threads);
}

}  // namespace wick::kernels

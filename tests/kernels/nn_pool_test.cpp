// Max pooling with indices against plain loops: random shapes, ties and NaNs, on every instruction set.
#include "kernels/nn_pool.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

PoolShape random_shape(std::mt19937& g) {
    const auto pick = [&](std::initializer_list<int64_t> from) { return *(from.begin() + g() % from.size()); };
    PoolShape s;
    for (int d = g() % 3 == 0 ? 0 : 1; d < 3; ++d) {
        s.kernel[d] = pick({1, 2, 2, 3, 3, 4, 5});
        s.stride[d] = pick({1, 2, 2, 3});
        s.dilation[d] = pick({1, 1, 1, 2});
        s.padding[d] = std::min(pick({0, 0, 1, 2}), ((s.kernel[d] - 1) * s.dilation[d] + 1) / 2);
        const int64_t reach = (s.kernel[d] - 1) * s.dilation[d] + 1;
        do s.in[d] = d == 2 ? pick({1, 5, 8, 16, 31, 32, 40, 67}) : pick({1, 2, 5, 8, 11});
        while (s.in[d] + 2 * s.padding[d] < reach);
        s.out[d] = (s.in[d] + 2 * s.padding[d] - reach) / s.stride[d] + 1;
    }
    return s;
}

template <class T>
void check(const PoolShape& s, const std::vector<T>& x, int64_t planes) {
    std::vector<T> y(static_cast<size_t>(planes * s.out_size()));
    std::vector<int64_t> index(y.size());
    max_pool_indices<T>(s, planes, x.data(), y.data(), index.data());
    for (int64_t at = 0; at < planes * s.out_size(); ++at) {
        const T* plane = x.data() + at / s.out_size() * s.in_size();
        const int64_t pos[3] = {at % s.out_size() / (s.out[1] * s.out[2]), at / s.out[2] % s.out[1], at % s.out[2]};
        int64_t best = -1;
        for (int64_t t = 0; t < s.kernel[0] * s.kernel[1] * s.kernel[2]; ++t) {
            const int64_t tap[3] = {t / (s.kernel[1] * s.kernel[2]), t / s.kernel[2] % s.kernel[1], t % s.kernel[2]};
            int64_t i = 0;
            bool inside = true;
            for (int d = 0; d < 3; ++d) {
                const int64_t p = pos[d] * s.stride[d] - s.padding[d] + tap[d] * s.dilation[d];
                inside = inside && p >= 0 && p < s.in[d];
                i = i * s.in[d] + p;
            }
            if (inside && (best < 0 || plane[i] > plane[best] || plane[i] != plane[i])) best = i;
        }
        if (best < 0) continue;  // a wide window that holds padding only
        ASSERT_EQ(index[at], best) << "window " << at << " of " << s.in[2] << " by " << s.kernel[2];
        ASSERT_TRUE(y[at] == plane[best] || plane[best] != plane[best]);
    }
}

using PoolTest = TargetTest;

TEST_P(PoolTest, MaxWithIndices) {
    std::mt19937 g(1);
    for (int i = 0; i < 200 && !HasFatalFailure(); ++i) {
        const PoolShape s = random_shape(g);
        const int64_t planes = 1 + i % 3;
        auto x = reference::random<float>(static_cast<size_t>(planes * s.in_size()), static_cast<uint32_t>(i));
        if (i % 2 == 0)
            for (float& v : x) v = std::round(v * 2);  // ties
        if (i % 4 == 1) x[x.size() / 2] = std::numeric_limits<float>::quiet_NaN();
        check<float>(s, x, planes);
        check<double>(s, std::vector<double>(x.begin(), x.end()), planes);
        if (i % 4 == 1) continue;
        for (float& v : x) v = std::round(v * 9);
        check<int64_t>(s, std::vector<int64_t>(x.begin(), x.end()), planes);
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, PoolTest, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels

#include "op_testing.h"

namespace wick::testing {

using D = std::vector<double>;
using V = std::vector<int64_t>;

static Tensor wave(IntArrayRef sizes) { return call("aten::sin", counting(sizes)); }

TEST(Reduction, EveryDimensionAndLayout) {
    const Tensor base = wave({6, 7, 40});
    for (const Tensor& x :
         {base, ops::transpose(base, 0, 2), ops::permute(base, {1, 2, 0}), ops::slice(base, 2, 3, 33, 2)}) {
        const D in = values(x);
        const int64_t a = x.size(0);
        const int64_t b = x.size(1);
        const int64_t c = x.size(2);
        for (int mask = 1; mask < 8; ++mask) {
            V dims;
            for (int d = 0; d < 3; ++d)
                if (mask >> d & 1) dims.push_back(d);
            D sums(static_cast<size_t>((mask & 1 ? 1 : a) * (mask & 2 ? 1 : b) * (mask & 4 ? 1 : c)));
            D largest(sums.size(), -1e9);
            for (int64_t i = 0; i < a; ++i)
                for (int64_t j = 0; j < b; ++j)
                    for (int64_t k = 0; k < c; ++k) {
                        const int64_t at =
                            ((mask & 1 ? 0 : i) * (mask & 2 ? 1 : b) + (mask & 2 ? 0 : j)) * (mask & 4 ? 1 : c) +
                            (mask & 4 ? 0 : k);
                        const double v = in[(i * b + j) * c + k];
                        sums[at] += v;
                        largest[at] = std::max(largest[at], v);
                    }
            expect_close(values(call("aten::sum.dim_IntList", x, dims, true)), sums, 1e-6);
            EXPECT_EQ(values(call("aten::amax", x, dims)), largest);
        }
    }
}

TEST(Reduction, ManyResultsOfSeveralRuns) {
    // 300 results side by side, and 300 apart, of elements that lie in two pieces of memory.
    const Tensor x = counting({2, 300, 3}), y = ops::transpose(counting({2, 3, 300}), 1, 2);
    D of_x, of_y;
    for (int64_t i = 0; i < 300; ++i) {
        of_x.push_back(static_cast<double>(2 * (9 * i + 3) + 3 * 900));
        of_y.push_back(static_cast<double>(6 * i + 2 * 900 + 3 * 900));
    }
    EXPECT_EQ(values(call("aten::sum.dim_IntList", x, V{0, 2})), of_x);
    EXPECT_EQ(values(call("aten::sum.dim_IntList", y, V{0, 2})), of_y);
    EXPECT_EQ(values(call("aten::sum.dim_IntList", ops::full({2, 0, 2}, 1, DType::float32), V{1})), D(4, 0));
    const Tensor z = call("aten::complex", x, call("aten::neg", x));
    EXPECT_EQ(values(call("aten::imag", call("aten::sum.dim_IntList", z, V{0, 2}))),
              values(call("aten::neg", call("aten::sum.dim_IntList", x, V{0, 2}))));
}

TEST(Reduction, LargeSumsAreAccurate) {
    const Tensor x = ops::full({3000001}, 0.1, DType::float32);
    EXPECT_NEAR(values(call("aten::sum", x))[0], 3000001 * static_cast<double>(0.1f), 0.05);
    EXPECT_NEAR(values(call("aten::mean", x))[0], 0.1, 1e-8);
}

TEST(Reduction, Dtypes) {
    EXPECT_EQ(call("aten::sum", tensor<uint8_t>({200, 200})).item().to_int(), 400);
    EXPECT_EQ(call("aten::sum", tensor<uint8_t>({200, 200})).dtype(), DType::int64);
    EXPECT_EQ(call("aten::max", tensor<int8_t>({-3, 5})).dtype(), DType::int8);
    EXPECT_EQ(call("aten::any", tensor<float>({0, NAN})).item().to_bool(), true);
    EXPECT_EQ(call("aten::mean", ops::to_dtype(tensor({1.f, 2.f}), DType::bfloat16)).dtype(), DType::bfloat16);
    EXPECT_EQ(error_of([] { call("aten::mean", tensor<int64_t>({1})); }),
              "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
              "Got: Long");
    EXPECT_EQ(error_of([] {
                  call("aten::sum.dim_IntList", counting({2, 2}), V{1, -1});
              }),
              "dim 1 appears multiple times in the list of dims");
    EXPECT_EQ(error_of([] {
                  call("aten::sum.dim_IntList", counting({2, 2}), V{2});
              }),
              "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(Reduction, IntegersWrapAround) {
    const std::vector<int64_t> lowest{INT64_MIN};
    const Tensor x = tensor<int64_t>({INT64_MAX, 1}), zero = tensor<int64_t>({0});
    EXPECT_EQ(values<int64_t>(call("aten::sum", x)), lowest);
    EXPECT_EQ(values<int64_t>(call("aten::prod", tensor<int64_t>({INT64_MIN, 3}))), lowest);
    EXPECT_EQ(values<int64_t>(call("aten::cumsum", x, 0)), (std::vector<int64_t>{INT64_MAX, INT64_MIN}));
    EXPECT_EQ(values<int64_t>(call("aten::scatter_add", tensor<int64_t>({1}), 0, zero, tensor<int64_t>({INT64_MAX}))),
              lowest);
    EXPECT_EQ(values<int32_t>(call("aten::index_add", tensor<int32_t>({1}), 0, zero, tensor<int32_t>({INT32_MAX}))),
              std::vector<int32_t>{INT32_MIN});
}

TEST(Reduction, EmptyAndZeroDim) {
    EXPECT_EQ(values(call("aten::sum.dim_IntList", ops::zeros({2, 0}, DType::float32), V{1})), (D{0, 0}));
    EXPECT_EQ(values(call("aten::prod", ops::zeros({0}, DType::float32))), (D{1}));
    EXPECT_TRUE(std::isnan(values(call("aten::mean", ops::zeros({0}, DType::float32)))[0]));
    EXPECT_EQ(error_of([] { call("aten::max", ops::zeros({0}, DType::float32)); }),
              "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
              "the 'dim' argument.");
    EXPECT_EQ(values(call("aten::sum.dim_IntList", scalar_tensor(3, DType::int64), V{0})), (D{3}));
}

TEST(Reduction, VarianceAndLogsumexp) {
    const Tensor x = tensor({1.f, 2.f, 4.f, 8.f, 3.f, 3.f}, DimVector{2, 3});
    expect_close(values(call("aten::var.dim", x, V{1})), {7.0 / 3, 25.0 / 3}, 1e-6);
    expect_close(values(call("aten::std", x, false)), {std::sqrt(4.9166666666)}, 1e-6);
    expect_close(values(call("aten::logsumexp", x, V{1})),
                 {std::log(std::exp(1) + std::exp(2) + std::exp(4)), 8.013386}, 1e-6);
}

}  // namespace wick::testing

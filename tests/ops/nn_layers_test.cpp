#include "ops/nn_testing.h"

namespace wick::testing {
namespace {

using L = std::vector<int64_t>;

/// 2-D convolution, straight from its definition.
std::vector<double> reference_conv2d(const Tensor& x, const Tensor& w, const Tensor& b, L stride, L padding, L dilation,
                                     int64_t groups) {
    const std::vector<double> xs = values(x), ws = values(w), bs = values(b);
    const int64_t n = x.size(0), ci = x.size(1), h = x.size(2), wd = x.size(3), co = w.size(0), kh = w.size(2),
                  kw = w.size(3);
    const int64_t oh = (h + 2 * padding[0] - dilation[0] * (kh - 1) - 1) / stride[0] + 1;
    const int64_t ow = (wd + 2 * padding[1] - dilation[1] * (kw - 1) - 1) / stride[1] + 1;
    std::vector<double> out;
    for (int64_t i = 0; i < n * co * oh * ow; ++i) {
        const int64_t px = i % ow, py = i / ow % oh, o = i / ow / oh % co, image = i / ow / oh / co;
        double sum = bs[static_cast<size_t>(o)];
        for (int64_t c = 0; c < ci / groups; ++c) {
            for (int64_t ky = 0; ky < kh; ++ky) {
                for (int64_t kx = 0; kx < kw; ++kx) {
                    const int64_t y = py * stride[0] - padding[0] + ky * dilation[0],
                                  xx = px * stride[1] - padding[1] + kx * dilation[1];
                    if (y < 0 || y >= h || xx < 0 || xx >= wd) continue;
                    const int64_t channel = o / (co / groups) * (ci / groups) + c;
                    sum += xs[static_cast<size_t>(((image * ci + channel) * h + y) * wd + xx)] *
                           ws[static_cast<size_t>(((o * (ci / groups) + c) * kh + ky) * kw + kx)];
                }
            }
        }
        out.push_back(sum);
    }
    return out;
}

TEST(Conv, MatchesItsDefinition) {
    for (int64_t groups : {1, 2, 4}) {
        for (const auto& [stride, padding, dilation] : {std::tuple{L{1, 1}, L{0, 0}, L{1, 1}},
                                                        {L{2, 1}, L{1, 0}, L{1, 1}},
                                                        {L{1, 2}, L{2, 2}, L{2, 2}},
                                                        {L{1, 1}, L{9, 12}, L{9, 12}},
                                                        {L{2, 3}, L{14, 9}, L{7, 9}}}) {
            const Tensor x = random({2, 4, 9, 8}), w = random({8, 4 / groups, 3, 3}, 2), b = random({8}, 3);
            const std::vector<double> expected = reference_conv2d(x, w, b, stride, padding, dilation, groups);
            expect_close(values(call("aten::conv2d", x, w, b, stride, padding, dilation, groups)), expected, 1e-5);
            const Tensor kept = constant(ops::clone(w));
            for (int i = 0; i < 2; ++i)
                expect_close(values(call("aten::conv2d", x, kept, b, stride, padding, dilation, groups)), expected,
                             1e-5);
            const Tensor half =
                call("aten::conv2d", ops::to_dtype(x, DType::bfloat16), ops::to_dtype(w, DType::bfloat16),
                     ops::to_dtype(b, DType::bfloat16), stride, padding, dilation, groups);
            EXPECT_EQ(half.dtype(), DType::bfloat16);
            expect_close(values(half), expected, 5e-2);
        }
    }
}

TEST(Conv, SamePaddingPutsTheOddZeroBehind) {
    const Tensor x = tensor({1, 2, 3}, DimVector{1, 1, 3}), w = tensor({1, 10}, DimVector{1, 1, 2});
    EXPECT_EQ(values(call("aten::conv1d.padding", x, w, Tensor(), 1, "same", 1, 1)), (std::vector<double>{21, 32, 3}));
    // Time before batch and channels.
    const Tensor time_first = call("aten::permute", x, std::vector<int64_t>{2, 0, 1});
    const Tensor kernel_first = call("aten::permute", w, std::vector<int64_t>{2, 1, 0});
    EXPECT_EQ(values(call("aten::conv_tbc", time_first, kernel_first, tensor({0}), 0)),
              values(call("aten::conv1d", x, w, Tensor(), 1, 0, 1, 1)));
}

TEST(Conv, TransposedScattersTheKernel) {
    const Tensor x = tensor({1, 2}, DimVector{1, 1, 2}), w = tensor({1, 10, 100}, DimVector{1, 1, 3});
    EXPECT_EQ(values(call("aten::conv_transpose1d", x, w, Tensor(), 2, 0, 1, 1, 1)),
              (std::vector<double>{1, 10, 102, 20, 200, 0}));
}

TEST(Conv, RefusesWhatDoesNotFit) {
    EXPECT_EQ(error_of([] {
                  call("aten::conv2d", random({2, 3, 8, 8}), random({4, 5, 3, 3}), Tensor(), 1, 0, 1, 1);
              }),
              "Given groups=1, weight of size [4, 5, 3, 3], expected input[2, 3, 8, 8] to have 5 channels, but got 3 "
              "channels instead");
    EXPECT_EQ(error_of([] {
                  call("aten::conv2d", random({2, 3, 2, 2}), random({4, 3, 3, 3}), Tensor(), 1, 0, 1, 1);
              }),
              "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size can't be greater "
              "than actual input size");
}

TEST(Softmax, AnyDimension) {
    const Tensor x = random({3, 5, 7}, 1, DType::float64);
    for (int64_t dim : {0, 1, 2}) {
        const Tensor y = call("aten::softmax.int", x, dim, IValue()),
                     log = call("aten::log_softmax.int", x, dim, IValue());
        const Tensor moved = ops::contiguous(ops::movedim(x, dim, 2)), got = ops::contiguous(ops::movedim(y, dim, 2)),
                     got_log = ops::contiguous(ops::movedim(log, dim, 2));
        const int64_t n = x.size(dim);
        const std::vector<double> xs = values(moved), ys = values(got), logs = values(got_log);
        for (int64_t r = 0; r < x.numel() / n; ++r) {
            double sum = 0;
            for (int64_t i = 0; i < n; ++i) sum += std::exp(xs[static_cast<size_t>(r * n + i)]);
            for (int64_t i = 0; i < n; ++i) {
                EXPECT_NEAR(ys[static_cast<size_t>(r * n + i)], std::exp(xs[static_cast<size_t>(r * n + i)]) / sum,
                            1e-12);
                EXPECT_NEAR(logs[static_cast<size_t>(r * n + i)], xs[static_cast<size_t>(r * n + i)] - std::log(sum),
                            1e-12);
            }
        }
    }
}

TEST(Softmax, InfinitiesAndNaN) {
    const float inf = INFINITY, nan = std::nanf("");
    const Tensor x = tensor({-inf, 0, -inf, -inf, 1, nan, 5, 5}, DimVector{4, 2});
    expect_close(values(call("aten::softmax.int", x, 1, IValue())), {0, 1, nan, nan, nan, nan, 0.5, 0.5});
    EXPECT_EQ(error_of([] { call("aten::softmax.int", counting({3}, DType::int64), 0, IValue()); }),
              "\"softmax_lastdim_kernel_impl\" not implemented for 'Long'");
}

TEST(Norm, LayerNormHasZeroMeanAndUnitVariance) {
    for (int64_t n : {1, 3, 16, 40, 5000}) {
        const Tensor x = random({2, n}, 1, DType::float64);
        const std::vector<double> y = values(call("aten::layer_norm", x, L{n}, Tensor(), Tensor(), 0.0, true));
        double mean = 0, square = 0;
        for (int64_t i = 0; i < n; ++i)
            mean += y[static_cast<size_t>(i)], square += y[static_cast<size_t>(i)] * y[static_cast<size_t>(i)];
        if (n > 1) {
            EXPECT_NEAR(mean, 0, 1e-9);
            EXPECT_NEAR(square / static_cast<double>(n), 1, 1e-9);
        }
    }
    EXPECT_EQ(error_of([] {
                  call("aten::layer_norm", random({4, 6}), L{5}, Tensor(), Tensor(), 1e-5, true);
              }),
              "Given normalized_shape=[5], expected input with shape [*, 5], but got input of size[4, 6]");
}

TEST(Norm, BatchNormInBothModes) {
    const Tensor x = tensor({1, 2, 3, 4, 5, 6, 7, 8}, DimVector{2, 2, 2});
    const Tensor mean = tensor({0, 1}), var = tensor({4, 1}), weight = tensor({1, 2}), bias = tensor({0, 1});
    expect_close(values(call("aten::batch_norm", x, weight, bias, mean, var, false, 0.1, 0.0, true)),
                 {.5, 1, 5, 7, 2.5, 3, 13, 15});
    // Training: mean 3.5 and 5.5, variance 4.25 (17/3 unbiased); the running values move a tenth of the way.
    const Tensor y = call("aten::batch_norm", x, Tensor(), Tensor(), mean, var, true, 0.1, 0.0, true);
    const double scale = 1 / std::sqrt(4.25);
    expect_close(values(y), {-2.5 * scale, -1.5 * scale, -2.5 * scale, -1.5 * scale, 1.5 * scale, 2.5 * scale,
                             1.5 * scale, 2.5 * scale});
    expect_close(values(mean), {.35, 1.45});
    expect_close(values(var), {3.6 + 17. / 30, .9 + 17. / 30});
}

TEST(Norm, GroupNormSplitsChannels) {
    const Tensor x = tensor({0, 2, 4, 6, 1, 3, 10, 30}, DimVector{1, 4, 2});
    const std::vector<double> y = values(call("aten::group_norm", x, 2, Tensor(), Tensor(), 0.0, true));
    const double s = 1 / std::sqrt(5.0);
    expect_close(std::vector<double>(y.begin(), y.begin() + 4), {-3 * s, -s, s, 3 * s});
}

TEST(Pool, MaxMatchesItsIndices) {
    for (const auto& [kernel, stride, padding, dilation, ceil] : {std::tuple{L{3, 3}, L{2, 2}, L{1, 1}, L{1, 1}, false},
                                                                  {L{2, 2}, L{2, 2}, L{0, 0}, L{1, 1}, true},
                                                                  {L{3, 2}, L{1, 3}, L{1, 0}, L{2, 2}, true}}) {
        for (const L& size : {L{11, 9}, L{20, 45}, L{7, 100}}) {
            const Tensor x = random({2, 3, size[0], size[1]});
            const IValue both = call_value("aten::max_pool2d_with_indices", x, kernel, stride, padding, dilation, ceil);
            const Tensor y = both.to_tuple().elements[0].to_tensor(), index = both.to_tuple().elements[1].to_tensor();
            EXPECT_EQ(values(call("aten::max_pool2d", x, kernel, stride, padding, dilation, ceil)), values(y));
            const std::vector<double> xs = values(x), ys = values(y), at = values(index);
            const size_t plane_in = static_cast<size_t>(size[0] * size[1]), plane_out = ys.size() / 6;
            for (size_t i = 0; i < ys.size(); ++i)
                EXPECT_EQ(xs[i / plane_out * plane_in + static_cast<size_t>(at[i])], ys[i]);
        }
    }
}

TEST(Pool, NaNWinsAndPaddingNever) {
    const Tensor x = tensor({-5, std::nanf(""), -3, -2}, DimVector{1, 4});
    expect_close(values(call("aten::max_pool1d", x, 2, 2, 0, 1, false)), {std::nan(""), -2});
    expect_close(values(call("aten::max_pool1d", x, 3, 3, 1, 1, false)), {std::nan(""), -2});
}

TEST(Pool, AverageCountsPaddingOnRequest) {
    const Tensor x = tensor({1, 2, 3, 4}, DimVector{1, 4});
    expect_close(values(call("aten::avg_pool1d", x, 3, 2, 1, false, true)), {1, 3});
    expect_close(values(call("aten::avg_pool1d", x, 3, 2, 1, false, false)), {1.5, 3});
    expect_close(values(call("aten::avg_pool1d", x, 3, 2, 1, true, true)), {1, 3, 2});
    expect_close(values(call("aten::adaptive_avg_pool1d", x, 3)), {1.5, 2.5, 3.5});
    expect_close(values(call("aten::adaptive_avg_pool1d", x, 2)), {1.5, 3.5});
    EXPECT_EQ(error_of([&] { call("aten::avg_pool1d", x, 2, 1, 2, false, true); }),
              "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1");
}

TEST(Embedding, LooksUpAndSums) {
    const Tensor table = counting({4, 2});
    EXPECT_EQ(values(call("aten::embedding", table, tensor<int64_t>({3, 0}), -1, false, false)),
              (std::vector<double>{6, 7, 0, 1}));
    EXPECT_EQ(error_of([&] { call("aten::embedding", table, tensor<int64_t>({4}), -1, false, false); }),
              "index out of range in self");
    const auto bag = [&](int64_t mode) {
        return values(call_value("aten::embedding_bag", table, tensor<int64_t>({1, 2, 3}), tensor<int64_t>({0, 2, 2}),
                                 false, mode, false, Tensor(), false)
                          .to_tuple()
                          .elements[0]
                          .to_tensor());
    };
    EXPECT_EQ(bag(0), (std::vector<double>{6, 8, 0, 0, 6, 7}));
    EXPECT_EQ(bag(1), (std::vector<double>{3, 4, 0, 0, 6, 7}));
    EXPECT_EQ(bag(2), (std::vector<double>{4, 5, 0, 0, 6, 7}));
}

}  // namespace
}  // namespace wick::testing

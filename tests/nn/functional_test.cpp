// wick::nn::functional: the functions of torch.nn.functional, with the options that libtorch has for them.

#include <gtest/gtest.h>
#include <tuple>
#include <vector>

#include <wick/nn.h>

namespace wick::nn {
namespace {

namespace F = functional;

bool are_close(const Tensor& a, const Tensor& b) { return allclose(a, b, 1e-4, 1e-5); }

TEST(NnFunctional, IsPythons) {
    const Tensor x = randn({2, 3}), y = tensor({0, 2});
    EXPECT_TRUE(are_close(F::cross_entropy(x, y), CrossEntropyLoss()(x, y)));
    EXPECT_TRUE(are_close(F::cross_entropy(x, y, F::CrossEntropyFuncOptions().reduction(kSum).label_smoothing(0.1)),
                          CrossEntropyLoss(CrossEntropyLossOptions().reduction(kSum).label_smoothing(0.1))(x, y)));
    EXPECT_TRUE(are_close(F::mse_loss(x, x * 2), x.square().mean()));
    EXPECT_TRUE(are_close(F::softmax(x, 1), x.softmax(1)));
    EXPECT_TRUE(are_close(F::leaky_relu(x, F::LeakyReLUFuncOptions().negative_slope(0.5)), x.leaky_relu(0.5)));
    EXPECT_TRUE(are_close(F::normalize(x, F::NormalizeFuncOptions().p(1)).abs().sum(1), ones({2})));
    EXPECT_TRUE(are_close(F::linear(x, ones({4, 3})), x.sum(1, true).expand({2, 4})));
    EXPECT_EQ(F::max_pool2d(ones({1, 1, 4, 4}), 2).sizes(), IntArrayRef({1, 1, 2, 2}));
    EXPECT_EQ(F::one_hot(y, 3).sizes(), IntArrayRef({2, 3}));
    EXPECT_TRUE(F::dropout(x, 0.0).equal(x));
    EXPECT_THROW(F::dropout(x, 2.0), ScriptError);
}

TEST(NnFunctional, OperatorsTakeOptions) {
    const Tensor x = randn({1, 2, 6, 6}), weight = randn({4, 2, 3, 3}), bias = randn({4});
    EXPECT_TRUE(F::max_pool2d(x, F::MaxPool2dFuncOptions(3).stride(2).padding(1)).equal(max_pool2d(x, 3, 2, 1)));
    EXPECT_TRUE(
        F::avg_pool2d(x, F::AvgPool2dFuncOptions({2, 3}).count_include_pad(false)).equal(avg_pool2d(x, {2, 3})));
    EXPECT_TRUE(F::gelu(x, F::GELUFuncOptions().approximate("tanh")).equal(gelu(x, "tanh")));
    EXPECT_TRUE(F::hardshrink(x, F::HardshrinkFuncOptions().lambda(0.2)).equal(hardshrink(x, 0.2)));
    EXPECT_TRUE(F::softplus(x, F::SoftplusFuncOptions().beta(2)).equal(softplus(x, 2)));
    EXPECT_TRUE(F::pixel_unshuffle(x, F::PixelUnshuffleFuncOptions(2)).equal(pixel_unshuffle(x, 2)));
    EXPECT_TRUE(F::logsigmoid(x).equal(log_sigmoid(x)));
    EXPECT_TRUE(F::conv2d(x, weight, F::Conv2dFuncOptions().bias(bias).stride(2)).equal(conv2d(x, weight, bias, 2)));
    EXPECT_TRUE(
        F::conv2d(x, weight, F::Conv2dFuncOptions().padding(kSame)).equal(conv2d(x, weight, {}, {1, 1}, {1, 1})));
    EXPECT_TRUE(F::conv_transpose2d(x, weight.transpose(0, 1), F::ConvTranspose2dFuncOptions().stride({2, 1}))
                    .equal(conv_transpose2d(x, weight.transpose(0, 1), {}, {2, 1})));
    EXPECT_TRUE(F::cosine_similarity(x, -x, F::CosineSimilarityFuncOptions().dim(1)).equal(cosine_similarity(x, -x)));
}

TEST(NnFunctional, SizesAreOneNumberOrSeveral) {
    const Tensor x = randn({1, 2, 6, 6});
    EXPECT_TRUE(are_close(F::adaptive_avg_pool2d(x, 1), x.mean({2, 3}, true)));
    EXPECT_TRUE(
        F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions({3, 2})).equal(adaptive_avg_pool2d(x, {3, 2})));
    EXPECT_TRUE(are_close(F::lp_pool2d(x, F::LPPool2dFuncOptions(1, 3).stride(2)), avg_pool2d(x, 3, 2) * 9));
    EXPECT_EQ(F::unfold(x, F::UnfoldFuncOptions(3).padding(1)).sizes(), IntArrayRef({1, 18, 36}));
    EXPECT_TRUE(F::pad(x[0], F::PadFuncOptions({1, 2}).mode(kReflect)).equal(reflection_pad1d(x[0], {1, 2})));
    EXPECT_EQ(F::pad(x, {1, 1, 2, 2}).sizes(), IntArrayRef({1, 2, 10, 8}));
    EXPECT_TRUE(F::layer_norm(x, F::LayerNormFuncOptions({6}).eps(1e-3)).equal(layer_norm(x, {6}, {}, {}, 1e-3)));
    EXPECT_EQ(F::threshold(x, F::ThresholdFuncOptions(9, 5)).sum().item<double>(), 72 * 5);
}

TEST(NnFunctional, PoolingsGiveTheirIndices) {
    const Tensor x = randn({1, 2, 6, 6});
    const auto [most, where] = F::max_pool2d_with_indices(x, F::MaxPool2dFuncOptions(2).stride(2));
    EXPECT_TRUE(most.equal(max_pool2d(x, 2, 2)));
    const Tensor spread = F::max_unpool2d(most, where, F::MaxUnpool2dFuncOptions(2));
    EXPECT_TRUE(F::max_pool2d(spread.clamp_min(0), 2).equal(most.clamp_min(0)));
    EXPECT_TRUE(F::adaptive_max_pool2d(x, 3).equal(most));
    EXPECT_TRUE(std::get<1>(F::adaptive_max_pool2d_with_indices(x, F::AdaptiveMaxPool2dFuncOptions(3))).equal(where));
}

TEST(NnFunctional, Interpolates) {
    const Tensor x = randn({1, 1, 4, 4});
    EXPECT_TRUE(F::interpolate(x, F::InterpolateFuncOptions().size({8, 8}))
                    .equal(F::interpolate(x, F::InterpolateFuncOptions().scale_factor(std::vector<double>{2, 2}))));
    EXPECT_TRUE(F::interpolate(
                    x, F::InterpolateFuncOptions().size(std::vector<int64_t>{7, 5}).mode(kBilinear).align_corners(true))
                    .equal(upsample_bilinear2d(x, {7, 5}, true)));
    EXPECT_THROW(F::interpolate(x, F::InterpolateFuncOptions()), ScriptError);
}

}  // namespace
}  // namespace wick::nn

// Convolutions against a double-precision reference: random shapes x epilogues x instruction sets x threads.
#include "kernels/conv.h"

#include <gtest/gtest.h>

#include "kernels/simd.h"
#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

testing::Message describe(const ConvShape& s) {
    testing::Message m;
    const auto list = [&](const char* name, const std::array<int64_t, 3>& v) {
        m << " " << name << "=" << v[0] << "," << v[1] << "," << v[2];
    };
    m << "n=" << s.batch << " ic=" << s.in_channels << " oc=" << s.out_channels << " groups=" << s.groups;
    list("input", s.input), list("kernel", s.kernel), list("stride", s.stride), list("padding", s.padding);
    list("dilation", s.dilation), list("output_padding", s.output_padding);
    return m;
}

// Calls visit(x offset, w offset, y offset) for every multiplication of the forward convolution.
template <class F>
void for_each_product(const ConvShape& s, const std::array<int64_t, 3>& out, F visit) {
    const int64_t ic = s.in_channels / s.groups, oc = s.out_channels / s.groups, out_size = out[0] * out[1] * out[2];
    for (int64_t n = 0; n < s.batch; ++n)
        for (int64_t o = 0; o < s.out_channels; ++o)
            for (int64_t p = 0; p < out_size; ++p)
                for (int64_t c = 0; c < ic; ++c)
                    for (int64_t t = 0; t < s.taps(); ++t) {
                        const int64_t pos[3] = {p / (out[1] * out[2]), p / out[2] % out[1], p % out[2]};
                        const int64_t tap[3] = {t / (s.kernel[1] * s.kernel[2]), t / s.kernel[2] % s.kernel[1],
                                                t % s.kernel[2]};
                        int64_t offset = n * s.in_channels + o / oc * ic + c;
                        bool inside = true;
                        for (int i = 0; i < 3; ++i) {
                            const int64_t at = pos[i] * s.stride[i] - s.padding[i] + tap[i] * s.dilation[i];
                            inside = inside && at >= 0 && at < s.input[i];
                            offset = offset * s.input[i] + at;
                        }
                        if (inside) visit(offset, (o * ic + c) * s.taps() + t, (n * s.out_channels + o) * out_size + p);
                    }
}

template <class T>
void check(const ConvShape& s, int epilogue) {
    SCOPED_TRACE(describe(s) << " epilogue=" << epilogue);
    const std::array<int64_t, 3> out = {s.output(0), s.output(1), s.output(2)};
    const int64_t k = s.in_channels / s.groups * s.taps(), count = s.batch * s.out_channels * s.output_size();
    const auto x = reference::random<T>(s.batch * s.in_channels * s.input_size(), 1),
               w = reference::random<T>(s.out_channels * k, 2);
    const auto bias = reference::random<T>(s.out_channels, 3), residual = reference::random<T>(count, 4);
    Epilogue<T> e;
    if (epilogue & 1) e.bias_row = bias.data();
    if (epilogue & 2) e.residual = residual.data();
    if (epilogue & 4) e.activation = Activation::HardSwish;
    std::vector<T> y(count + 1, T(77));
    std::vector<char> lent((epilogue & 1) ? conv_scratch_bytes<T>(s, 2) : 0);
    conv(s, x.data(), w.data(), y.data(), e, {lent.data(), lent.size()});
    std::vector<double> want(count);
    for_each_product(s, out, [&](int64_t xi, int64_t wi, int64_t yi) { want[yi] += double(x[xi]) * double(w[wi]); });
    for (int64_t i = 0; i < count; ++i) {
        const int64_t o = i / s.output_size() % s.out_channels;
        const double v = want[i] + (epilogue & 1 ? double(bias[o]) : 0) + (epilogue & 2 ? double(residual[i]) : 0);
        ASSERT_NEAR(y[i], reference::activate(e, v), (sizeof(T) == 4 ? 2e-6 : 4e-15) * (4 + 2 * std::sqrt(double(k))))
            << "at " << i;
    }
    ASSERT_EQ(y.back(), T(77));
}

ConvShape random_shape(std::mt19937& g, int dims) {
    const auto pick = [&](std::initializer_list<int64_t> from) { return *(from.begin() + g() % from.size()); };
    ConvShape s;
    s.batch = pick({1, 1, 2});
    const int kind = static_cast<int>(g() % 4);  // dense, dense, grouped, depthwise
    s.groups = kind < 2 ? 1 : pick({2, 3, 5});
    s.in_channels = kind == 3 ? s.groups : s.groups * pick({1, 2, 3, 8});
    s.out_channels = s.groups * (kind == 3 ? pick({1, 1, 2}) : pick({1, 4, 12, 13, 25}));
    for (int i = 3 - dims; i < 3; ++i) {
        s.kernel[i] = dims == 3 ? pick({1, 2, 3}) : pick({1, 1, 2, 3, 3, 5, 7});
        s.stride[i] = pick({1, 1, 1, 2, 3});
        s.padding[i] = pick({0, 0, 1, 2, 3});
        s.dilation[i] = pick({1, 1, 1, 2, 3});
        s.output_padding[i] = std::min(pick({0, 0, 1}), std::max(s.stride[i], s.dilation[i]) - 1);
        do s.input[i] = dims == 3 ? pick({1, 3, 4, 6, 9}) : pick({1, 3, 5, 7, 8, 14, 17, 33, 40});
        while (s.input[i] + 2 * s.padding[i] < s.dilation[i] * (s.kernel[i] - 1) + 1);
        if (dims == 1 && g() % 2) s.input[i] += 100;
    }
    return s;
}

using ConvTest = TargetTest;

TEST_P(ConvTest, Sweep2d) {
    std::mt19937 g(1);
    for (int i = 0; i < 250 && !HasFatalFailure(); ++i) check<float>(random_shape(g, 2), i % 8);
    for (int i = 0; i < 60 && !HasFatalFailure(); ++i) check<double>(random_shape(g, 2), i % 8);
}
TEST_P(ConvTest, Sweep1d) {
    std::mt19937 g(2);
    for (int i = 0; i < 80 && !HasFatalFailure(); ++i) check<float>(random_shape(g, 1), i % 8);
}
TEST_P(ConvTest, Sweep3d) {
    std::mt19937 g(3);
    for (int i = 0; i < 60 && !HasFatalFailure(); ++i) check<float>(random_shape(g, 3), i % 8);
}

TEST_P(ConvTest, ManyBlocks) {
    ConvShape s;
    s.in_channels = 70, s.out_channels = 40, s.input = {1, 20, 23}, s.kernel = {1, 3, 3}, s.padding = {0, 1, 1};
    check<float>(s, 7);
    s.stride = {1, 2, 2};
    check<float>(s, 5);
    s = {};
    s.in_channels = 500, s.out_channels = 30, s.input = {1, 10, 10};
    check<float>(s, 5);
    s.input = {1, 1, 1};
    check<float>(s, 7);
}

TEST_P(ConvTest, DepthwiseWithShortRows) {
    std::mt19937 g(5);
    const auto pick = [&](std::initializer_list<int64_t> from) { return *(from.begin() + g() % from.size()); };
    for (int i = 0; i < 200 && !HasFatalFailure(); ++i) {
        ConvShape s;
        s.batch = pick({1, 1, 2});
        s.groups = s.in_channels = s.out_channels = pick({1, 3, 8, 16, 17, 40});
        for (int d = 1; d < 3; ++d) {
            s.kernel[d] = pick({1, 2, 3, 5, 7});
            s.stride[d] = pick({1, 1, 2, 3});
            s.padding[d] = pick({0, 1, 2, 3, 9});
            s.dilation[d] = pick({1, 1, 2});
            do s.input[d] = pick({1, 2, 3, 4, 7, 8, 13, 15});
            while (s.input[d] + 2 * s.padding[d] < s.dilation[d] * (s.kernel[d] - 1) + 1);
        }
        check<float>(s, i % 8);
        check<double>(s, i % 8);
    }
}

TEST_P(ConvTest, TransposedIsTheAdjoint) {
    std::mt19937 g(4);
    for (int i = 0; i < 60 && !HasFatalFailure(); ++i) {
        // Described as the forward convolution whose input gradient is taken: in and out change places.
        const ConvShape s = random_shape(g, 1 + i % 3);
        const std::array<int64_t, 3> out = {s.transposed_output(0), s.transposed_output(1), s.transposed_output(2)};
        if (out[0] <= 0 || out[1] <= 0 || out[2] <= 0) continue;
        SCOPED_TRACE(describe(s));
        const int64_t oc = s.out_channels / s.groups, out_size = out[0] * out[1] * out[2];
        const auto x = reference::random<float>(s.batch * s.in_channels * s.input_size(), 1);
        const auto w = reference::random<float>(s.in_channels * oc * s.taps(), 2),
                   bias = reference::random<float>(s.out_channels, 3);
        std::vector<float> y(s.batch * s.out_channels * out_size);
        conv_transposed(s, x.data(), w.data(), bias.data(), y.data());
        ConvShape forward = s;
        std::swap(forward.in_channels, forward.out_channels);
        forward.input = out;
        std::vector<double> want(y.size());
        for (size_t j = 0; j < want.size(); ++j) want[j] = bias[j / out_size % s.out_channels];
        for_each_product(forward, s.input,
                         [&](int64_t yi, int64_t wi, int64_t xi) { want[yi] += double(x[xi]) * double(w[wi]); });
        for (size_t j = 0; j < want.size(); ++j) ASSERT_NEAR(y[j], want[j], 2e-4) << "at " << j;
    }
}

template <class T>
void check_gradients(const ConvShape& s) {
    SCOPED_TRACE(describe(s));
    const std::array<int64_t, 3> out = {s.output(0), s.output(1), s.output(2)};
    const auto x = reference::random<T>(s.batch * s.in_channels * s.input_size(), 1),
               w = reference::random<T>(s.out_channels * (s.in_channels / s.groups) * s.taps(), 2),
               dy = reference::random<T>(s.batch * s.out_channels * s.output_size(), 3);
    std::vector<T> dx(x.size()), dw(w.size());
    conv_input_gradient(s, dy.data(), w.data(), dx.data());
    conv_weight_gradient(s, x.data(), dy.data(), dw.data());
    std::vector<double> want_x(x.size()), want_w(w.size());
    for_each_product(s, out, [&](int64_t xi, int64_t wi, int64_t yi) {
        want_x[xi] += double(dy[yi]) * double(w[wi]);
        want_w[wi] += double(dy[yi]) * double(x[xi]);
    });
    const auto near = [](const std::vector<T>& found, const std::vector<double>& want, int64_t sum) {
        const double tolerance = (sizeof(T) == 4 ? 4e-6 : 8e-15) * (4 + 2 * std::sqrt(double(sum)));
        for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(found[i], want[i], tolerance) << "at " << i;
    };
    near(dx, want_x, s.out_channels * s.taps());
    near(dw, want_w, s.batch * s.output_size());
    // The thread budget changes no bit.
    const ThreadBudget more(max_threads() == 1 ? 2 : 1);
    std::vector<T> again(w.size());
    conv_weight_gradient(s, x.data(), dy.data(), again.data());
    ASSERT_EQ(again, dw);
}

TEST_P(ConvTest, Gradients) {
    std::mt19937 g(5);
    for (int i = 0; i < 60 && !HasFatalFailure(); ++i) check_gradients<float>(random_shape(g, 1 + i % 3));
    for (int i = 0; i < 20 && !HasFatalFailure(); ++i) check_gradients<double>(random_shape(g, 2));
    ConvShape s;
    s.batch = 11, s.in_channels = 5, s.out_channels = 40, s.input = {1, 12, 13}, s.kernel = {1, 3, 3};
    s.padding = {0, 1, 1};
    check_gradients<float>(s);
    s.batch = 2, s.in_channels = 70, s.out_channels = 130;  // weights that are summed in one piece
    check_gradients<float>(s);
}

TEST_P(ConvTest, ImagesOfABatchAreThoseAlone) {
    ConvShape s;
    s.batch = 9, s.in_channels = 6, s.out_channels = 10, s.input = {1, 30, 31}, s.kernel = {1, 3, 3};
    const int64_t x_size = s.in_channels * s.input_size(), y_size = s.out_channels * s.output_size();
    const auto x = reference::random<float>(s.batch * x_size, 1), w = reference::random<float>(10 * 6 * 9, 2),
               residual = reference::random<float>(s.batch * y_size, 3);
    Epilogue<float> e;
    e.residual = residual.data();
    std::vector<float> y(s.batch * y_size), alone(y_size);
    conv(s, x.data(), w.data(), y.data(), e);
    ConvShape one = s;
    one.batch = 1;
    for (int64_t n = 0; n < s.batch; ++n) {
        e.residual = residual.data() + n * y_size;
        conv(one, x.data() + n * x_size, w.data(), alone.data(), e);
        ASSERT_TRUE(std::equal(alone.begin(), alone.end(), y.begin() + n * y_size)) << "image " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, ConvTest, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels

// Products against a double-precision reference: shapes x layouts x epilogues x packed or not x threads.
#include "kernels/gemm.h"

#include <gtest/gtest.h>

#include "kernels/simd.h"
#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 2e-6 : 4e-15;

struct Case {
    int64_t m, n, k;
    bool a_transposed = false, b_transposed = false, packed = false;
    double alpha = 1, beta = 0;
    int epilogue = 0;  // bit 0 bias_col, 1 bias_row, 2 residual, 3 relu
};

// Rows of C are padded; the padding must survive.
template <class T>
void check(const Case& t) {
    SCOPED_TRACE(testing::Message() << "m=" << t.m << " n=" << t.n << " k=" << t.k << " at=" << t.a_transposed
                                    << " bt=" << t.b_transposed << " packed=" << t.packed << " alpha=" << t.alpha
                                    << " beta=" << t.beta << " epilogue=" << t.epilogue
                                    << " double=" << (sizeof(T) == 8));
    const int64_t lda = (t.a_transposed ? t.m : t.k) + 3, ldb = (t.b_transposed ? t.k : t.n) + 1, ldc = t.n + 5;
    const auto a = reference::random<T>(static_cast<size_t>(lda * (t.a_transposed ? t.k : t.m)), 1);
    const auto b = reference::random<T>(static_cast<size_t>(ldb * (t.b_transposed ? t.n : t.k)), 2);
    auto c = reference::random<T>(static_cast<size_t>(ldc * t.m), 3);
    const auto before = c;
    const auto bias_col = reference::random<T>(static_cast<size_t>(t.n), 4),
               bias_row = reference::random<T>(static_cast<size_t>(t.m), 5);
    const auto residual = reference::random<T>(static_cast<size_t>(t.m * t.n), 6);
    Epilogue<T> e;
    if (t.epilogue & 1) e.bias_col = bias_col.data();
    if (t.epilogue & 2) e.bias_row = bias_row.data();
    if (t.epilogue & 4) e.residual = residual.data(), e.residual_stride = t.n;
    if (t.epilogue & 8) e.with_relu();
    const MatrixView<T> av = t.a_transposed ? MatrixView<T>{a.data(), 1, lda} : MatrixView<T>{a.data(), lda, 1};
    const MatrixView<T> bv = t.b_transposed ? MatrixView<T>{b.data(), 1, ldb} : MatrixView<T>{b.data(), ldb, 1};
    if (t.packed)
        gemm<T>(t.m, static_cast<T>(t.alpha), av, pack_b(bv, t.k, t.n), static_cast<T>(t.beta), c.data(), ldc, e);
    else
        gemm<T>(t.m, t.n, t.k, static_cast<T>(t.alpha), av, bv, static_cast<T>(t.beta), c.data(), ldc, e);
    for (int64_t i = 0; i < t.m; ++i) {
        for (int64_t j = 0; j < ldc; ++j) {
            const T got = c[static_cast<size_t>(i * ldc + j)], old = before[static_cast<size_t>(i * ldc + j)];
            if (j >= t.n) {
                ASSERT_EQ(got, old) << "padding overwritten at " << i << ", " << j;
                continue;
            }
            double sum = 0;
            for (int64_t p = 0; p < t.k; ++p)
                sum += double(av.data[i * av.row_stride + p * av.col_stride]) *
                       double(bv.data[p * bv.row_stride + j * bv.col_stride]);
            const double want = reference::finish(e, t.alpha * sum + (t.beta == 0 ? 0 : t.beta * double(old)), i, j);
            ASSERT_NEAR(got, want, kTolerance<T> * (4 + std::sqrt(double(t.k)) * 2)) << "at " << i << ", " << j;
        }
    }
}

template <class T>
void sweep() {
    const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 12, 13, 16, 17, 31, 32, 33, 49, 64, 100};
    const int64_t depths[] = {1, 2, 7, 16, 27, 64, 129};
    int mix = 0;
    for (int64_t m : sizes)
        for (int64_t n : sizes)
            for (int64_t k : depths) {
                ++mix;
                check<T>({m, n, k, (mix & 1) != 0, (mix & 2) != 0, (mix & 4) != 0, mix % 5 == 0 ? -0.5 : 1.0,
                          mix % 7 == 0    ? 1.0
                          : mix % 11 == 0 ? 0.25
                                          : 0.0,
                          mix % 16});
                if (testing::Test::HasFatalFailure()) return;
            }
}

using GemmTest = TargetTest;

TEST_P(GemmTest, SweepFloat) { sweep<float>(); }
TEST_P(GemmTest, SweepDouble) { sweep<double>(); }

TEST_P(GemmTest, ManyBlocks) {
    check<float>({150, 1100, 900, false, true, false, 1, 0, 9});
    check<float>({150, 1100, 900, false, true, true, 1, 0, 9});
    check<float>({20, 70, 9000, false, false, false, 1, 1, 4});
    for (int epilogue = 0; epilogue < 16; ++epilogue) check<float>({16, 250, 2100, false, true, false, 1, 0, epilogue});
    check<float>({9, 130, 1030, true, true, false, 1, 0, 9});
    check<float>({300, 40, 500, true, false, false, 2, 0, 2});
    check<float>({1, 1500, 700, false, true, false, 1, 0, 9});
    check<float>({2000, 2, 300, false, false, false, 1, 0, 11});
    check<float>({3, 2000, 333, false, false, false, 1, 0, 1});
    check<double>({70, 600, 800, false, true, false, 1, 0.5, 7});
}

TEST_P(GemmTest, EmptyDepthIsTheEpilogueOfC) {
    std::vector<float> c = {1, -2, 3, -4};
    gemm<float>(2, 2, 0, 1, {nullptr, 0, 1}, {nullptr, 0, 1}, 1, c.data(), 2, Epilogue<float>::relu());
    EXPECT_EQ(c, (std::vector<float>{1, 0, 3, 0}));
    gemm<float>(2, 2, 0, 1, {nullptr, 0, 1}, {nullptr, 0, 1}, 0, c.data(), 2);
    EXPECT_EQ(c, (std::vector<float>{0, 0, 0, 0}));
}

TEST_P(GemmTest, NanPassesRelu) {
    const float a[] = {NAN}, b[] = {1};
    for (int activation = 0; activation <= static_cast<int>(Activation::HardSigmoid); ++activation) {
        Epilogue<float> e;
        e.activation = static_cast<Activation>(activation);
        float c = 0;
        gemm<float>(1, 1, 1, 1, {a, 1, 1}, {b, 1, 1}, 0, &c, 1, e);
        EXPECT_TRUE(std::isnan(c)) << activation;
    }
}

TEST_P(GemmTest, Activations) {
    std::vector<float> x;
    for (int i = -1200; i <= 1200; ++i) x.push_back(static_cast<float>(i) / 100);
    const float one = 1;
    const int64_t n = static_cast<int64_t>(x.size());
    for (int activation = 0; activation <= static_cast<int>(Activation::HardSigmoid); ++activation) {
        Epilogue<float> e;
        e.activation = static_cast<Activation>(activation);
        e.lo = -1, e.hi = 6;
        std::vector<float> y(x.size());
        gemm<float>(1, n, 1, 1, {&one, 1, 1}, {x.data(), n, 1}, 0, y.data(), n, e);
        for (size_t i = 0; i < x.size(); ++i) {
            const double want = reference::activate(e, x[i]);
            EXPECT_NEAR(y[i], want, 1e-6 + 5e-7 * std::fabs(want)) << "activation " << activation << " at " << x[i];
        }
    }
}

TEST_P(GemmTest, Batched) {
    const int64_t batches = 7, m = 9, n = 21, k = 13;
    const auto a = reference::random<float>(batches * m * k, 1), b = reference::random<float>(batches * k * n, 2);
    std::vector<float> c(batches * m * n);
    batched_gemm<float>(batches, m, n, k, 1, {a.data(), k, 1}, m * k, {b.data(), n, 1}, k * n, 0, c.data(), n, m * n);
    for (int64_t i = 0; i < batches * m * n; ++i) {
        const int64_t q = i / (m * n), r = i / n % m, j = i % n;
        double sum = 0;
        for (int64_t p = 0; p < k; ++p) sum += double(a[q * m * k + r * k + p]) * double(b[q * k * n + p * n + j]);
        ASSERT_NEAR(c[i], sum, 1e-5);
    }
}

TEST_P(GemmTest, LentScratchSuffices) {
    const int64_t m = 64, n = 100, k = 200;
    const auto a = reference::random<float>(m * k, 1), b = reference::random<float>(n * k, 2);
    std::vector<float> c1(m * n), c2(m * n);
    std::vector<char> memory(gemm_scratch_bytes<float>(m, n, k, false, max_threads()));
    gemm<float>(m, n, k, 1, {a.data(), k, 1}, {b.data(), 1, k}, 0, c1.data(), n);
    gemm<float>(m, n, k, 1, {a.data(), k, 1}, {b.data(), 1, k}, 0, c2.data(), n, {}, {memory.data(), memory.size()});
    EXPECT_EQ(c1, c2);
}

INSTANTIATE_TEST_SUITE_P(Targets, GemmTest, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels

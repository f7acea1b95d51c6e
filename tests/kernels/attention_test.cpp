// Attention against a double-precision softmax(q k^T) v: shapes x masks x instruction sets x threads.
#include "kernels/attention.h"

#include <gtest/gtest.h>

#include "kernels/simd.h"
#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

enum class Mask { None, Causal, Additive, AdditiveRow, Keep, KeepSome };

// Memory is [batch, rows, heads, columns], as projections leave it.
template <class T>
void check(AttentionShape<T> s, Mask kind) {
    SCOPED_TRACE(testing::Message() << "b=" << s.batch << " h=" << s.heads << " q=" << s.queries << " k=" << s.keys
                                    << " d=" << s.depth << " dv=" << s.value_depth
                                    << " mask=" << static_cast<int>(kind));
    s.scale = T(1.5) / std::sqrt(T(s.depth));
    const int64_t key_heads = s.heads / s.heads_per_key_head;
    const auto q = reference::random<T>(s.batch * s.queries * s.heads * s.depth, 1);
    const auto k = reference::random<T>(s.batch * s.keys * key_heads * s.depth, 2);
    const auto v = reference::random<T>(s.batch * s.keys * key_heads * s.value_depth, 3);
    auto additive = reference::random<T>(s.batch * s.heads * s.queries * s.keys, 4);
    std::vector<char> keep(additive.size());
    for (size_t i = 0; i < keep.size(); ++i) keep[i] = additive[i] > -0.3;
    AttentionMask<T> mask;
    if (kind == Mask::Causal) mask.causal = true;
    if (kind == Mask::Additive) {
        mask = {additive.data(), nullptr, s.heads * s.queries * s.keys, s.queries * s.keys, s.keys, 1, false};
        for (T& x : additive)
            if (x < T(-0.7)) x = -std::numeric_limits<T>::infinity();
    }
    if (kind == Mask::AdditiveRow) mask = {additive.data(), nullptr, s.keys, 0, 0, 1, false};
    if (kind == Mask::Keep)
        mask = {nullptr,
                reinterpret_cast<const bool*>(keep.data()),
                s.heads * s.queries * s.keys,
                s.queries * s.keys,
                s.keys,
                1,
                false};
    if (kind == Mask::KeepSome)
        mask = {nullptr, reinterpret_cast<const bool*>(keep.data()), 0, 0, 1, 0, false};  // whole queries removed
    std::vector<T> out(s.batch * s.queries * s.heads * s.value_depth, T(9));
    std::vector<char> lent(attention_scratch_bytes(s, 2));
    attention<T>(s, {q.data(), s.queries * s.heads * s.depth, s.depth, s.heads * s.depth},
                 {k.data(), s.keys * key_heads * s.depth, s.depth, key_heads * s.depth},
                 {v.data(), s.keys * key_heads * s.value_depth, s.value_depth, key_heads * s.value_depth}, mask,
                 {out.data(), s.queries * s.heads * s.value_depth, s.value_depth, s.heads * s.value_depth},
                 {lent.data(), lent.size()});
    std::vector<double> p(s.keys);
    for (int64_t b = 0; b < s.batch; ++b)
        for (int64_t h = 0; h < s.heads; ++h)
            for (int64_t i = 0; i < s.queries; ++i) {
                const int64_t kh = h / s.heads_per_key_head;
                double top = -INFINITY, sum = 0;
                for (int64_t j = 0; j < s.keys; ++j) {
                    double score = 0;
                    for (int64_t d = 0; d < s.depth; ++d)
                        score += double(q[((b * s.queries + i) * s.heads + h) * s.depth + d]) *
                                 double(k[((b * s.keys + j) * key_heads + kh) * s.depth + d]);
                    const int64_t at =
                        b * mask.batch_stride + h * mask.head_stride + i * mask.query_stride + j * mask.key_stride;
                    score *= double(s.scale);
                    if (mask.additive) score += double(mask.additive[at]);
                    if ((mask.keep && !mask.keep[at]) || (mask.causal && j > i)) score = -INFINITY;
                    p[j] = score;
                    top = std::max(top, score);
                }
                for (double& x : p) sum += x = top == -INFINITY ? 0 : std::exp(x - top);
                for (int64_t d = 0; d < s.value_depth; ++d) {
                    double want = 0;
                    for (int64_t j = 0; j < s.keys; ++j)
                        want += p[j] * double(v[((b * s.keys + j) * key_heads + kh) * s.value_depth + d]);
                    want = sum == 0 ? 0 : want / sum;
                    ASSERT_NEAR(out[((b * s.queries + i) * s.heads + h) * s.value_depth + d], want,
                                sizeof(T) == 4 ? 3e-6 : 1e-13)
                        << "b " << b << " h " << h << " query " << i << " column " << d;
                }
            }
}

using AttentionTest = TargetTest;

TEST_P(AttentionTest, Sweep) {
    for (Mask mask : {Mask::None, Mask::Causal, Mask::Additive, Mask::AdditiveRow, Mask::Keep, Mask::KeepSome}) {
        for (auto [queries, keys] : {std::pair<int64_t, int64_t>{1, 1},
                                     {1, 7},
                                     {1, 300},
                                     {3, 20},
                                     {4, 513},
                                     {5, 5},
                                     {17, 40},
                                     {50, 50},
                                     {49, 257},
                                     {130, 600}}) {
            for (auto [depth, value_depth] : {std::pair<int64_t, int64_t>{64, 64}, {32, 32}, {17, 9}, {8, 40}}) {
                AttentionShape<float> s;
                s.batch = queries < 40 ? 2 : 1, s.heads = 2, s.queries = queries, s.keys = keys, s.depth = depth,
                s.value_depth = value_depth;
                check(s, mask);
                if (HasFatalFailure()) return;
            }
        }
    }
    AttentionShape<double> s;
    s.heads = 3, s.queries = 60, s.keys = 70, s.depth = 20, s.value_depth = 20;
    for (Mask mask : {Mask::None, Mask::Causal, Mask::Additive}) check(s, mask);
}

TEST_P(AttentionTest, LongAndGrouped) {
    AttentionShape<float> s;
    s.queries = 1100, s.keys = 700, s.depth = 16, s.value_depth = 16;
    check(s, Mask::Causal);
    s.heads = 6, s.heads_per_key_head = 3, s.queries = 30, s.keys = 90;
    check(s, Mask::None);
}

TEST_P(AttentionTest, NanReachesTheOutput) {
    std::vector<float> q(6 * 8, 1), k(6 * 8, 1), v(6 * 8, 1), out(6 * 8);
    q[2 * 8] = NAN;
    AttentionShape<float> s;
    s.queries = 6, s.keys = 6, s.depth = 8, s.value_depth = 8;
    attention<float>(s, {q.data(), 0, 0, 8}, {k.data(), 0, 0, 8}, {v.data(), 0, 0, 8}, {}, {out.data(), 0, 0, 8});
    EXPECT_TRUE(std::isnan(out[2 * 8]));
    EXPECT_FLOAT_EQ(out[3 * 8], 1);
}

INSTANTIATE_TEST_SUITE_P(Targets, AttentionTest, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels

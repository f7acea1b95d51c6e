// Passes over rows, sums, and rows that go to planes and back, against plain loops: sizes about those of vectors x
// instruction sets.
#include "kernels/fft.h"
#include "kernels/matrix_passes.h"
#include "kernels/sums.h"
#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

constexpr int64_t kSizes[] = {1, 2, 3, 4, 7, 8, 9, 16, 33, 70};

using Values = std::vector<double>;

/// Rows with zeros behind each, as the passes want them.
struct Padded {
    Padded(int64_t rows, int64_t n, uint32_t seed) : stride(n + kOverhang), values(rows * stride, 0.0) {
        const auto numbers = reference::random<double>(static_cast<size_t>(rows * n), seed);
        for (int64_t i = 0; i < rows; ++i)
            for (int64_t j = 0; j < n; ++j) at(i, j) = numbers[static_cast<size_t>(i * n + j)];
    }
    double& at(int64_t i, int64_t j) { return values[static_cast<size_t>(i * stride + j)]; }
    int64_t stride;
    Values values;
};

void expect_near(const Values& actual, const Values& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-12) << i;
}

class Passes : public TargetTest {};

TEST_P(Passes, Reflect) {
    for (int64_t rows : {1, 4, 6}) {
        for (int64_t n : kSizes) {
            Padded a(rows, n, 1), u(1, n, 2), expected = a;
            for (int64_t i = 0; i < rows; ++i) {
                double dot = 0;
                for (int64_t j = 0; j < n; ++j) dot += a.at(i, j) * u.at(0, j);
                for (int64_t j = 0; j < n; ++j) expected.at(i, j) -= 0.3 * dot * u.at(0, j);
            }
            reflect_rows(a.values.data(), a.stride, rows, n, u.values.data(), 0.3);
            expect_near(a.values, expected.values);
        }
    }
}

TEST_P(Passes, Rotate) {
    for (int64_t n : kSizes) {
        Padded a(5, n, 1), expected = a;
        const Values c = {0.6, 1, 0, -0.8}, s = {0.8, 0, 1, 0.6};
        for (int64_t i = 0; i < 4; ++i) {
            for (int64_t j = 0; j < n; ++j) {
                const double x = expected.at(i, j), y = expected.at(i + 1, j);
                expected.at(i, j) = c[static_cast<size_t>(i)] * x + s[static_cast<size_t>(i)] * y;
                expected.at(i + 1, j) = c[static_cast<size_t>(i)] * y - s[static_cast<size_t>(i)] * x;
            }
        }
        rotate_rows(a.values.data(), a.stride, n, 4, c.data(), s.data());
        expect_near(a.values, expected.values);
    }
}

TEST_P(Passes, Bidiagonal) {
    for (int64_t n : kSizes) {
        // One element stands before each row.
        Padded a(6, n + 1, 1), w(1, n, 2), v(1, n, 3), sums(1, n, 4), expected = a, expected_sums = sums;
        for (int64_t i = 0; i < 6; ++i) {
            double dot = 0;
            for (int64_t j = 0; j < n; ++j) expected.at(i, j + 1) -= a.at(i, 0) * w.at(0, j);
            for (int64_t j = 0; j < n; ++j) dot += expected.at(i, j + 1) * v.at(0, j);
            for (int64_t j = 0; j < n; ++j) expected.at(i, j + 1) -= dot * v.at(0, j);
            for (int64_t j = 0; j < n; ++j) expected_sums.at(0, j) += expected.at(i, 1) * expected.at(i, j + 1);
        }
        bidiagonal_pass(a.values.data() + 1, a.stride, 6, n, w.values.data(), v.values.data(), sums.values.data());
        expect_near(a.values, expected.values);
        expect_near(sums.values, expected_sums.values);
    }
}

TEST_P(Passes, Symmetric) {
    for (int64_t n : kSizes) {
        Padded a(n, n, 1), v(1, n, 2), w(1, n, 3), u(1, n, 4), expected = a;
        Values product(static_cast<size_t>(n)), expected_product(static_cast<size_t>(n));
        for (int64_t i = 0; i < n; ++i) {
            for (int64_t j = 0; j < n; ++j) {
                expected.at(i, j) -= v.at(0, i) * w.at(0, j) + w.at(0, i) * v.at(0, j);
                expected_product[static_cast<size_t>(i)] += expected.at(i, j) * u.at(0, j);
            }
        }
        symmetric_pass(a.values.data(), a.stride, n, v.values.data(), w.values.data(), u.values.data(), product.data());
        expect_near(a.values, expected.values);
        expect_near(product, expected_product);
    }
}

TEST_P(Passes, Subtract) {
    for (int64_t n : kSizes) {
        for (int64_t count : {0, 1, 5}) {
            Values to = reference::random<double>(static_cast<size_t>(n), 1), expected = to;
            const Values a = reference::random<double>(static_cast<size_t>(5 * n), 2), f = {1, -2, 3, 0.5, 4};
            for (int64_t i = 0; i < count; ++i)
                for (int64_t j = 0; j < n; ++j)
                    expected[static_cast<size_t>(j)] -= f[static_cast<size_t>(i)] * a[static_cast<size_t>(i * n + j)];
            subtract_rows(to.data(), n, f.data(), a.data(), n, count);
            expect_near(to, expected);
        }
        // The element behind each row is the one that is changed.
        Values a = reference::random<double>(static_cast<size_t>(6 * (n + 1)), 3), expected = a;
        const Values u = reference::random<double>(static_cast<size_t>(n), 4);
        for (int64_t i = 0; i < 6; ++i)
            for (int64_t j = 0; j < n; ++j)
                expected[static_cast<size_t>(i * (n + 1) + n)] -=
                    a[static_cast<size_t>(i * (n + 1) + j)] * u[static_cast<size_t>(j)];
        subtract_dots(a.data() + n, a.data(), n + 1, 6, u.data(), n);
        expect_near(a, expected);
    }
}

template <class T>
void check_sums() {
    for (int64_t n : {1, 3, 4, 15, 64, 257}) {
        for (int64_t results : {1, 5, 16, 40}) {
            const auto x = reference::random<T>(static_cast<size_t>(n * results * 2), 5);
            // Rows, columns, and neither.
            const int64_t steps[][2] = {{n, 1}, {1, results}, {2 * n, 2}};
            for (const auto& [result_step, step] : steps) {
                Values totals(static_cast<size_t>(results), 1.0);
                add_sums(totals.data(), results, x.data(), result_step, step, n);
                for (int64_t i = 0; i < results; ++i) {
                    double expected = 1;
                    for (int64_t j = 0; j < n; ++j) expected += x[static_cast<size_t>(i * result_step + j * step)];
                    EXPECT_NEAR(totals[static_cast<size_t>(i)], expected,
                                (sizeof(T) == 4 ? 1e-7 : 1e-15) * static_cast<double>(n));
                }
            }
        }
    }
}

TEST_P(Passes, Sums) {
    check_sums<float>();
    check_sums<double>();
}

template <class T>
void check_pairs() {
    for (int64_t lanes : {1, 3, 4, 9, 16}) {
        for (int64_t n : {1, 4, 7, 35}) {
            auto x = reference::random<T>(static_cast<size_t>(2 * n * lanes), 6);
            std::vector<T> planes(static_cast<size_t>(2 * n * lanes)), back(x.size());
            const Planes<T> to{planes.data(), planes.data() + n * lanes};
            std::vector<const T*> from;
            std::vector<T*> into;
            for (int64_t l = 0; l < lanes; ++l)
                from.push_back(x.data() + 2 * n * l), into.push_back(back.data() + 2 * n * l);
            load_pairs(from.data(), lanes, n, to);
            for (int64_t l = 0; l < lanes; ++l) {
                for (int64_t j = 0; j < n; ++j) {
                    EXPECT_EQ(to.re[j * lanes + l], from[static_cast<size_t>(l)][2 * j]);
                    EXPECT_EQ(to.im[j * lanes + l], from[static_cast<size_t>(l)][2 * j + 1]);
                }
            }
            store_pairs(into.data(), lanes, n, T(2), to);
            for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(back[i], 2 * x[i]);
            load_columns(x.data(), lanes, lanes, n, to);
            store_columns(back.data(), lanes, lanes, n, T(1), to);
            EXPECT_EQ(to.im[(n - 1) * lanes], x[static_cast<size_t>(2 * (n - 1) * lanes + 1)]);
            EXPECT_EQ(back, x);
        }
    }
}

TEST_P(Passes, Pairs) {
    check_pairs<float>();
    check_pairs<double>();
}

INSTANTIATE_TEST_SUITE_P(Targets, Passes, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels

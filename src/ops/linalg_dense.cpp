#include "ops/linalg_dense.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <wick/support/stop_check.h>

namespace wick::jit::dense {

Lu::Lu(const double* a, int64_t size) : n(size), factors(a, a + size * size), rows(static_cast<size_t>(size)) {
    std::iota(rows.begin(), rows.end(), 0);
    double* f = factors.data();
    for (int64_t k = 0; k < n; ++k) {
        check_stop();
        int64_t pivot = k;
        for (int64_t i = k + 1; i < n; ++i)
            if (std::abs(f[i * n + k]) > std::abs(f[pivot * n + k])) pivot = i;
        if (f[pivot * n + k] == 0) {
            if (singular_at < 0) singular_at = k;
            continue;
        }
        if (pivot != k) {
            std::swap_ranges(f + k * n, f + (k + 1) * n, f + pivot * n);
            std::swap(rows[static_cast<size_t>(k)], rows[static_cast<size_t>(pivot)]);
            sign = -sign;
        }
        for (int64_t i = k + 1; i < n; ++i) {
            const double factor = f[i * n + k] /= f[k * n + k];
            for (int64_t j = k + 1; j < n; ++j) f[i * n + j] -= factor * f[k * n + j];
        }
    }
}

double Lu::determinant() const {
    double product = sign;
    for (int64_t i = 0; i < n; ++i) product *= factors[static_cast<size_t>(i * n + i)];
    return product;
}

void Lu::solve(double* b, int64_t columns) const {
    std::vector<double> x(static_cast<size_t>(n * columns));
    for (int64_t i = 0; i < n; ++i)
        std::copy_n(b + rows[static_cast<size_t>(i)] * columns, columns, x.data() + i * columns);
    const auto subtract = [&](int64_t i, int64_t j) {
        const double factor = factors[static_cast<size_t>(i * n + j)];
        for (int64_t c = 0; c < columns; ++c)
            x[static_cast<size_t>(i * columns + c)] -= factor * x[static_cast<size_t>(j * columns + c)];
    };
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < i; ++j) subtract(i, j);
    for (int64_t i = n; i-- > 0;) {
        for (int64_t j = i + 1; j < n; ++j) subtract(i, j);
        for (int64_t c = 0; c < columns; ++c)
            x[static_cast<size_t>(i * columns + c)] /= factors[static_cast<size_t>(i * n + i)];
    }
    std::copy(x.begin(), x.end(), b);
}

int64_t cholesky(const double* a, int64_t n, double* l) {
    std::fill_n(l, n * n, 0.0);
    for (int64_t j = 0; j < n; ++j) {
        check_stop();
        for (int64_t i = j; i < n; ++i) {
            double sum = a[i * n + j];
            for (int64_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
            if (i == j) {
                if (!(sum > 0)) return j + 1;
                l[j * n + j] = std::sqrt(sum);
            } else {
                l[i * n + j] = sum / l[j * n + j];
            }
        }
    }
    return 0;
}

namespace {

constexpr int kMaxSweeps = 60;  // Jacobi converges quadratically; about ten are needed

/// Turns two vectors in their plane.
void rotate(double* x, double* y, int64_t length, double c, double s) {
    for (int64_t i = 0; i < length; ++i) {
        const double a = x[i], b = y[i];
        x[i] = c * a - s * b;
        y[i] = s * a + c * b;
    }
}

struct Products {
    double xx = 0, yy = 0, xy = 0;
};
/// In parts that are summed side by side.
Products products(const double* x, const double* y, int64_t length) {
    constexpr int64_t kParts = 4;
    double xx[kParts] = {}, yy[kParts] = {}, xy[kParts] = {};
    int64_t i = 0;
    for (; i + kParts <= length; i += kParts) {
        for (int64_t part = 0; part < kParts; ++part) {
            const double a = x[i + part], b = y[i + part];
            xx[part] += a * a, yy[part] += b * b, xy[part] += a * b;
        }
    }
    for (; i < length; ++i) xx[0] += x[i] * x[i], yy[0] += y[i] * y[i], xy[0] += x[i] * y[i];
    const auto sum = [](const double(&parts)[kParts]) { return (parts[0] + parts[1]) + (parts[2] + parts[3]); };
    return {sum(xx), sum(yy), sum(xy)};
}

/// The matrix whose columns are vectors of `length` in the given order.
std::vector<double> with_columns(const std::vector<double>& vectors, int64_t length,
                                 const std::vector<int64_t>& order) {
    std::vector<double> matrix;
    for (int64_t i = 0; i < length; ++i)
        for (int64_t j : order) matrix.push_back(vectors[static_cast<size_t>(j * length + i)]);
    return matrix;
}

std::vector<int64_t> falling(const std::vector<double>& values) {
    std::vector<int64_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        return values[static_cast<size_t>(i)] > values[static_cast<size_t>(j)];
    });
    return order;
}

/// Makes the columns that are zero (from `rank` on) an orthonormal completion of the others, by Gram-Schmidt on unit
/// vectors.
void complete_columns(std::vector<double>& u, int64_t rows, int64_t columns, const std::vector<bool>& zero) {
    int64_t unit = 0;
    for (int64_t j = 0; j < columns; ++j) {
        check_stop();
        if (!zero[static_cast<size_t>(j)]) continue;
        for (; unit < rows; ++unit) {
            std::vector<double> x(static_cast<size_t>(rows), 0.0);
            x[static_cast<size_t>(unit)] = 1;
            for (int pass = 0; pass < 2; ++pass) {
                for (int64_t k = 0; k < columns; ++k) {
                    if (k >= j && zero[static_cast<size_t>(k)]) continue;
                    double dot = 0;
                    for (int64_t i = 0; i < rows; ++i)
                        dot += x[static_cast<size_t>(i)] * u[static_cast<size_t>(i * columns + k)];
                    for (int64_t i = 0; i < rows; ++i)
                        x[static_cast<size_t>(i)] -= dot * u[static_cast<size_t>(i * columns + k)];
                }
            }
            double length = 0;
            for (double value : x) length += value * value;
            length = std::sqrt(length);
            if (length < 1e-8) continue;
            for (int64_t i = 0; i < rows; ++i)
                u[static_cast<size_t>(i * columns + j)] = x[static_cast<size_t>(i)] / length;
            ++unit;
            break;
        }
    }
}

}  // namespace

Svd::Svd(const double* a, int64_t rows, int64_t columns) : m(rows), n(columns), k(std::min(rows, columns)) {
    // The tall form: a wide matrix is taken transposed, and the factors are swapped back.
    const bool wide = n > m;
    const int64_t tall = std::max(m, n);
    // Columns are kept one after the other.
    std::vector<double> b(static_cast<size_t>(tall * k)), w(static_cast<size_t>(k * k), 0.0);
    for (int64_t i = 0; i < tall; ++i)
        for (int64_t j = 0; j < k; ++j) b[static_cast<size_t>(j * tall + i)] = wide ? a[j * n + i] : a[i * n + j];
    for (int64_t i = 0; i < k; ++i) w[static_cast<size_t>(i * k + i)] = 1;
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
        bool changed = false;
        for (int64_t p = 0; p < k; ++p) {
            check_stop();
            for (int64_t q = p + 1; q < k; ++q) {
                double *const x = b.data() + p * tall, *const y = b.data() + q * tall;
                const auto [pp, qq, pq] = products(x, y, tall);
                if (!(std::abs(pq) > 1e-15 * std::sqrt(pp * qq)) || pq == 0) continue;
                changed = true;
                const double zeta = (qq - pp) / (2 * pq);
                const double t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
                const double c = 1 / std::sqrt(1 + t * t), sine = c * t;
                rotate(x, y, tall, c, sine);
                rotate(w.data() + p * k, w.data() + q * k, k, c, sine);
            }
        }
        if (!changed) break;
    }
    std::vector<double> length(static_cast<size_t>(k));
    for (int64_t j = 0; j < k; ++j) {
        const double* column = b.data() + j * tall;
        length[static_cast<size_t>(j)] = std::sqrt(products(column, column, tall).xx);
    }
    const std::vector<int64_t> order = falling(length);
    for (int64_t j : order) s.push_back(length[static_cast<size_t>(j)]);
    std::vector<double> left = with_columns(b, tall, order), right = with_columns(w, k, order);
    const double tiny = (s.empty() ? 0 : s[0]) * std::numeric_limits<double>::epsilon() * static_cast<double>(tall);
    std::vector<bool> zero;
    for (double value : s) zero.push_back(!(value > tiny));
    for (int64_t j = 0; j < k; ++j)
        for (int64_t i = 0; i < tall; ++i)
            left[static_cast<size_t>(i * k + j)] =
                zero[static_cast<size_t>(j)] ? 0 : left[static_cast<size_t>(i * k + j)] / s[static_cast<size_t>(j)];
    complete_columns(left, tall, k, zero);
    u = wide ? right : left;
    v = wide ? left : right;
}

Eigh::Eigh(const double* a, int64_t n, bool upper) : v(static_cast<size_t>(n * n), 0.0) {
    std::vector<double> b(static_cast<size_t>(n * n));
    for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j <= i; ++j)
            b[static_cast<size_t>(i * n + j)] = b[static_cast<size_t>(j * n + i)] = upper ? a[j * n + i] : a[i * n + j];
        v[static_cast<size_t>(i * n + i)] = 1;
    }
    for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
        double off = 0, all = 0;
        for (int64_t i = 0; i < n; ++i)
            for (int64_t j = 0; j < n; ++j)
                (i == j ? all : off) += b[static_cast<size_t>(i * n + j)] * b[static_cast<size_t>(i * n + j)];
        if (!(off > 1e-32 * (all + off))) break;
        for (int64_t p = 0; p < n; ++p) {
            check_stop();
            for (int64_t q = p + 1; q < n; ++q) {
                const double pq = b[static_cast<size_t>(p * n + q)];
                if (pq == 0) continue;
                const double theta = (b[static_cast<size_t>(q * n + q)] - b[static_cast<size_t>(p * n + p)]) / (2 * pq);
                const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(1 + theta * theta));
                const double c = 1 / std::sqrt(1 + t * t), s = c * t;
                // Rows, and the columns that are the same; then both where they meet.
                double *const x = b.data() + p * n, *const y = b.data() + q * n;
                const double pp = x[p], qq = y[q];
                rotate(x, y, n, c, s);
                for (int64_t i = 0; i < n; ++i)
                    b[static_cast<size_t>(i * n + p)] = x[i], b[static_cast<size_t>(i * n + q)] = y[i];
                x[p] = pp - t * pq;
                y[q] = qq + t * pq;
                x[q] = y[p] = 0;
                rotate(v.data() + p * n, v.data() + q * n, n, c, s);
            }
        }
    }
    std::vector<double> values;
    for (int64_t i = 0; i < n; ++i) values.push_back(b[static_cast<size_t>(i * n + i)]);
    std::vector<int64_t> order = falling(values);
    std::reverse(order.begin(), order.end());
    for (int64_t j : order) w.push_back(values[static_cast<size_t>(j)]);
    v = with_columns(v, n, order);
}

Qr::Qr(const double* a, int64_t m, int64_t n, bool complete) : columns(complete ? m : std::min(m, n)) {
    std::vector<double> work(a, a + m * n), full(static_cast<size_t>(m * m), 0.0);
    for (int64_t i = 0; i < m; ++i) full[static_cast<size_t>(i * m + i)] = 1;
    for (int64_t k = 0; k < std::min(m - 1, n); ++k) {
        check_stop();
        // LAPACK's sign: the new diagonal element is opposite to the old one.
        double norm = 0;
        for (int64_t i = k; i < m; ++i)
            norm += work[static_cast<size_t>(i * n + k)] * work[static_cast<size_t>(i * n + k)];
        norm = std::sqrt(norm);
        double below = 0;
        for (int64_t i = k + 1; i < m; ++i) below = std::max(below, std::abs(work[static_cast<size_t>(i * n + k)]));
        if (below == 0) continue;
        std::vector<double> h(static_cast<size_t>(m), 0.0);
        for (int64_t i = k; i < m; ++i) h[static_cast<size_t>(i)] = work[static_cast<size_t>(i * n + k)];
        h[static_cast<size_t>(k)] += h[static_cast<size_t>(k)] >= 0 ? norm : -norm;
        double square = 0;
        for (double value : h) square += value * value;
        // Row by row, of all columns at once.
        std::vector<double> dots(static_cast<size_t>(n), 0.0);
        for (int64_t i = k; i < m; ++i) {
            const double* row = work.data() + i * n;
            for (int64_t j = 0; j < n; ++j) dots[static_cast<size_t>(j)] += h[static_cast<size_t>(i)] * row[j];
        }
        for (double& dot : dots) dot *= 2 / square;
        for (int64_t i = k; i < m; ++i) {
            double* row = work.data() + i * n;
            for (int64_t j = 0; j < n; ++j) row[j] -= dots[static_cast<size_t>(j)] * h[static_cast<size_t>(i)];
        }
        for (int64_t r = 0; r < m; ++r) {
            double dot = 0;
            for (int64_t i = k; i < m; ++i) dot += full[static_cast<size_t>(r * m + i)] * h[static_cast<size_t>(i)];
            for (int64_t i = k; i < m; ++i)
                full[static_cast<size_t>(r * m + i)] -= 2 * dot / square * h[static_cast<size_t>(i)];
        }
    }
    for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < columns; ++j) q.push_back(full[static_cast<size_t>(i * m + j)]);
    for (int64_t i = 0; i < columns; ++i)
        for (int64_t j = 0; j < n; ++j) r.push_back(j >= i ? work[static_cast<size_t>(i * n + j)] : 0);
}

}  // namespace wick::jit::dense

#include "ops/linalg_dense.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <wick/support/stop_check.h>

#include "kernels/gemm.h"
#include "ops/linalg_rows.h"

namespace wick::jit::dense {
namespace {

/// Rows or columns of a block: its own part is worked on plainly, what others have to do with it are products.
constexpr int64_t kBlock = 32;

/// C[m, n] -= A[m, k] B[k, n]
void subtract_product(int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, kernels::MatrixView<double> b,
                      double* c, int64_t ldc) {
    if (m > 0 && n > 0 && k > 0) kernels::gemm<double>(m, n, k, -1, {a, lda, 1}, b, 1, c, ldc);
}

}  // namespace

int32_t factor_lu(double* a, int64_t m, int64_t n, int32_t* pivots, bool pivot) {
    int32_t singular = 0;
    const int64_t steps = std::min(m, n);
    for (int64_t first = 0; first < steps; first += kBlock) {
        const int64_t last = std::min(steps, first + kBlock);
        // Of the block's columns, each takes in those before it when its turn comes, and row k when it is chosen.
        for (int64_t k = first; k < last; ++k) {
            check_stop();
            double above[kBlock];
            for (int64_t i = first; i < k; ++i) above[i - first] = a[i * n + k];
            kernels::subtract_dots(a + k * n + k, a + k * n + first, n, m - k, above, k - first);
            int64_t best = k;
            for (int64_t i = k + 1; pivot && i < m; ++i)
                if (std::abs(a[i * n + k]) > std::abs(a[best * n + k])) best = i;
            pivots[k] = static_cast<int32_t>(best + 1);
            if (a[best * n + k] != 0) {
                if (best != k) std::swap_ranges(a + k * n, a + (k + 1) * n, a + best * n);
                for (int64_t i = k + 1; i < m; ++i) a[i * n + k] /= a[k * n + k];
            } else if (singular == 0) {
                singular = static_cast<int32_t>(k + 1);
            }
            kernels::subtract_rows(a + k * n + k + 1, last - k - 1, a + k * n + first, a + first * n + k + 1, n,
                                   k - first);
        }
        for (int64_t i = first + 1; i < last; ++i)
            kernels::subtract_rows(a + i * n + last, n - last, a + i * n + first, a + first * n + last, n, i - first);
        subtract_product(m - last, n - last, last - first, a + last * n + first, n, {a + first * n + last, n, 1},
                         a + last * n + last, n);
    }
    return singular;
}

void solve_triangle(const double* t, int64_t n, bool upper, bool unit, double* b, int64_t columns) {
    for (int64_t done = 0; done < n; done += kBlock) {
        check_stop();
        const int64_t size = std::min(kBlock, n - done), first = upper ? n - done - size : done, last = first + size;
        const int64_t known = upper ? last : 0;
        subtract_product(size, columns, done, t + first * n + known, n, {b + known * columns, columns, 1},
                         b + first * columns, columns);
        for (int64_t step = 0; step < size; ++step) {
            const int64_t i = upper ? last - 1 - step : first + step;
            const int64_t from = upper ? i + 1 : first, count = upper ? last - from : i - from;
            double* row = b + i * columns;
            kernels::subtract_rows(row, columns, t + i * n + from, b + from * columns, columns, count);
            for (int64_t c = 0; !unit && c < columns; ++c) row[c] /= t[i * n + i];
        }
    }
}

Lu::Lu(const double* a, int64_t size) : n(size), factors(a, a + size * size), rows(static_cast<size_t>(size)) {
    std::vector<int32_t> pivots(rows.size());
    singular_at = factor_lu(factors.data(), n, n, pivots.data(), true) - 1;
    std::iota(rows.begin(), rows.end(), 0);
    for (size_t k = 0; k < rows.size(); ++k) {
        const size_t other = static_cast<size_t>(pivots[k] - 1);
        if (other == k) continue;
        std::swap(rows[k], rows[other]);
        sign = -sign;
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
    solve_triangle(factors.data(), n, false, true, x.data(), columns);
    solve_triangle(factors.data(), n, true, false, x.data(), columns);
    std::copy(x.begin(), x.end(), b);
}

int64_t cholesky(const double* a, int64_t n, double* l) {
    for (int64_t i = 0; i < n; ++i) {
        std::copy_n(a + i * n, i + 1, l + i * n);
        std::fill(l + i * n + i + 1, l + (i + 1) * n, 0.0);
    }
    for (int64_t first = 0; first < n; first += kBlock) {
        check_stop();
        const int64_t last = std::min(n, first + kBlock);
        // The block's columns, less what those before them say: above the diagonal that is nobody's, and overwritten.
        subtract_product(n - first, last - first, first, l + first * n, n, {l + first * n, 1, n}, l + first * n + first,
                         n);
        for (int64_t j = first; j < last; ++j) {
            double* row = l + j * n;
            kernels::subtract_dots(row + j, row + first, n, n - j, row + first, j - first);
            if (!(row[j] > 0)) return j + 1;
            row[j] = std::sqrt(row[j]);
            for (int64_t i = j + 1; i < n; ++i) l[i * n + j] /= row[j];
            std::fill(row + j + 1, row + last, 0.0);
        }
    }
    return 0;
}

Qr::Qr(const double* a, int64_t m, int64_t n, bool complete) : columns(complete ? m : std::min(m, n)) {
    // Transposed, so that columns are reflected as rows. Row k keeps the reflector that made column k's zeros.
    Rows work(n, m);
    for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) work[j][i] = a[i * n + j];
    const int64_t steps = std::max<int64_t>(0, std::min(m - 1, n));
    std::vector<double> diagonal, factors;
    for (int64_t k = 0; k < steps; ++k) {
        check_stop();
        double* u = work[k] + k;
        double below = 0;
        for (int64_t i = 1; i < m - k; ++i) below += u[i] * u[i];
        // LAPACK's sign: the new diagonal element is opposite to the old one.
        const double x = u[0], to = below == 0 ? x : -std::copysign(std::sqrt(x * x + below), x);
        diagonal.push_back(to);
        factors.push_back(below == 0 ? 0 : 1 / (to * (to - x)));
        u[0] = x - to;
        if (below != 0) kernels::reflect_rows(work[k + 1] + k, work.stride(), n - k - 1, m - k, u, factors.back());
    }
    Rows turned(columns, m);
    for (int64_t i = 0; i < columns; ++i) turned[i][i] = 1;
    for (int64_t k = steps; k-- > 0;) {
        check_stop();
        if (factors[static_cast<size_t>(k)] != 0)
            kernels::reflect_rows(turned[k] + k, turned.stride(), columns - k, m - k, work[k] + k,
                                  factors[static_cast<size_t>(k)]);
    }
    q.resize(static_cast<size_t>(m * columns));
    turned.copy_transposed(m, q.data());
    r.resize(static_cast<size_t>(columns * n));
    for (int64_t i = 0; i < columns; ++i)
        for (int64_t j = i; j < n; ++j)
            r[static_cast<size_t>(i * n + j)] = i == j && i < steps ? diagonal[static_cast<size_t>(i)] : work[j][i];
}

}  // namespace wick::jit::dense

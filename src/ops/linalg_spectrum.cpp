// Singular values, and eigenvalues of symmetric matrices. Reflections leave two or three diagonals; QR steps chase what
// is beside the main one away (Golub & Van Loan, 8.3 and 8.6). A step's rotations are gathered and then applied to all
// vectors at once.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include <wick/support/stop_check.h>

#include "kernels/gemm.h"
#include "ops/linalg_dense.h"
#include "ops/linalg_rows.h"

namespace wick::jit::dense {
namespace {

constexpr double kRounding = std::numeric_limits<double>::epsilon();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kStepsPerValue = 60;  // two or three are needed
using kernels::kOverhang;

/// A vector with room for what passes read behind it.
std::vector<double> padded(int64_t n) { return std::vector<double>(static_cast<size_t>(n + kOverhang)); }

/// The largest magnitude, by which matrices are divided so that no square overflows; NaN when an element is not finite.
double magnitude(const double* a, int64_t count) {
    double largest = 0, nothing = 0;
    for (int64_t i = 0; i < count; ++i) {
        largest = std::max(largest, std::abs(a[i]));
        nothing += a[i] * 0;
    }
    return nothing == 0 ? largest : kNaN;
}

/// (f, g) turned to (r, 0) by [c s; -s c].
struct Turn {
    double c, s, r;
    Turn(double f, double g) {
        if (g == 0) {
            c = 1, s = 0, r = f;
            return;
        }
        r = std::sqrt(f * f + g * g);
        if (!(r > 1e-140)) r = std::hypot(f, g);
        const double part = 1 / r;
        if (std::isinf(part)) {
            c = f / r, s = g / r;
        } else {
            c = f * part, s = g * part;
        }
    }
};

/// The rotations of one step, and the rows that they turn, if there are any.
class Rotations {
 public:
    Rotations(Rows* rows, int64_t length, int64_t most) : rows_(rows), length_(length) {
        c_.reserve(static_cast<size_t>(most));
        s_.reserve(static_cast<size_t>(most));
    }
    void add(double c, double s) {
        if (!rows_) return;
        c_.push_back(c);
        s_.push_back(s);
    }
    /// Turns rows `first`, `first` + 1 and so on, and forgets.
    void apply(int64_t first) {
        if (!rows_) return;
        kernels::rotate_rows((*rows_)[first], rows_->stride(), length_, static_cast<int64_t>(c_.size()), c_.data(),
                             s_.data());
        c_.clear();
        s_.clear();
    }

 private:
    Rows* rows_;
    int64_t length_;
    std::vector<double> c_, s_;
};

/// u = x - to * e0 with |x| = |to|, so that H = 1 - u u^T / half maps x to to * e0; `half` is 0 for x = 0.
struct Reflector {
    double to, half;
    /// `square` = x . x; turns x into u.
    Reflector(double* x, double square) {
        to = -std::copysign(std::sqrt(square), x[0]);
        half = square - to * x[0];
        x[0] -= to;
    }
};

double square_of(const double* x, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
    return sum;
}

/// The rows of (H0 H1 …)^T, where reflector k begins at element k + `from` of every row.
class Accumulated {
 public:
    Accumulated(int64_t count, int64_t length, int64_t from) : rows(count, length), length_(length), from_(from) {
        for (int64_t i = 0; i < count; ++i) rows[i][i] = 1;
        count_ = count;
    }
    /// From the last reflector to the first.
    void reflect(int64_t k, const double* u, double factor) {
        const int64_t at = k + from_;
        kernels::reflect_rows(rows[at] + at, rows.stride(), count_ - at, length_ - at, u, factor);
    }
    Rows rows;

 private:
    int64_t count_ = 0, length_, from_;
};

// Singular values ------------------------------------------------------------------------------------------------

/// A[m, n], m >= n, as U B V^T with B's diagonal d and the one above it, e.
struct Bidiagonal {
    Bidiagonal(const double* a, int64_t m, int64_t n, double scale, bool transposed, bool vectors)
        : d(static_cast<size_t>(n)), e(static_cast<size_t>(n)) {
        Rows work(m, n);
        for (int64_t i = 0; i < m; ++i)
            for (int64_t j = 0; j < n; ++j) work[i][j] = (transposed ? a[j * m + i] : a[i * n + j]) / scale;
        std::vector<double> sums = padded(n), w = padded(n), v = padded(n), halves, rights;
        for (int64_t i = 0; i < m; ++i)
            for (int64_t j = 0; j < n; ++j) sums[static_cast<size_t>(j)] += work[i][0] * work[i][j];
        // Column k keeps its reflector, and row k, behind the diagonal, its own.
        for (int64_t k = 0; k < n; ++k) {
            check_stop();
            double* row = work[k] + k;
            const Reflector left(row, sums[static_cast<size_t>(k)]);
            d[static_cast<size_t>(k)] = left.to;
            halves.push_back(left.half);
            const int64_t behind = n - k - 1;
            if (behind == 0) break;
            // What the columns make with u, from what they make with x.
            for (int64_t j = 1; j <= behind; ++j) {
                const double product = sums[static_cast<size_t>(k + j)] - left.to * row[j];
                w[static_cast<size_t>(j - 1)] = left.half == 0 ? 0 : product / left.half;
                row[j] -= row[0] * w[static_cast<size_t>(j - 1)];
            }
            std::fill(w.begin() + behind, w.end(), 0.0);
            std::fill(v.begin(), v.end(), 0.0);
            double& above = e[static_cast<size_t>(k)];
            above = row[1];
            rights.push_back(0);
            if (behind > 1) {
                const Reflector right(row + 1, square_of(row + 1, behind));
                above = right.to;
                if (right.half != 0) {
                    rights.back() = 1;
                    const double part = 1 / std::sqrt(right.half);
                    for (int64_t j = 1; j <= behind; ++j) v[static_cast<size_t>(j - 1)] = row[j] *= part;
                }
            }
            std::fill(sums.begin(), sums.end(), 0.0);
            kernels::bidiagonal_pass(row + 1 + work.stride(), work.stride(), m - k - 1, behind, w.data(), v.data(),
                                     sums.data() + k + 1);
        }
        if (!vectors) return;
        Accumulated lefts(n, m, 0), turns(n, n, 1);
        std::vector<double> column = padded(m);
        for (int64_t k = n; k-- > 0;) {
            check_stop();
            for (int64_t i = k; i < m; ++i) column[static_cast<size_t>(i - k)] = work[i][k];
            std::fill(column.begin() + (m - k), column.end(), 0.0);
            const double half = halves[static_cast<size_t>(k)];
            if (half != 0) lefts.reflect(k, column.data(), 1 / half);
            if (k + 1 < n && rights[static_cast<size_t>(k)] != 0) turns.reflect(k, work[k] + k + 1, 1);
        }
        left = std::make_unique<Rows>(std::move(lefts.rows));
        right = std::make_unique<Rows>(std::move(turns.rows));
    }
    std::vector<double> d, e;
    std::unique_ptr<Rows> left, right;  ///< U^T[n, m] and V^T[n, n], with vectors
};

/// The smaller singular value of [f g; 0 h], without squares that overflow.
double smaller_value(double f, double g, double h) {
    // Of [f g; 0 h]: s1 s2 = |f h|, (s1 ± s2)^2 = (|f| ± |h|)^2 + g^2.
    const double sum = std::hypot(std::abs(f) + std::abs(h), g), difference = std::hypot(std::abs(f) - std::abs(h), g);
    const double larger = (sum + difference) / 2;
    return larger == 0 ? 0 : std::abs(f) / larger * std::abs(h);
}

/// A step on d[lo … hi] with a shift.
void shifted_step(std::vector<double>& d_in, std::vector<double>& e_in, int64_t lo, int64_t hi, double shift,
                  Rotations& left, Rotations& right) {
    double *const d = d_in.data(), *const e = e_in.data();
    double f = (std::abs(d[lo]) - shift) * (std::copysign(1.0, d[lo]) + shift / d[lo]), g = e[lo];
    for (int64_t i = lo; i < hi; ++i) {
        const Turn columns(f, g);
        if (i > lo) e[i - 1] = columns.r;
        f = columns.c * d[i] + columns.s * e[i];
        e[i] = columns.c * e[i] - columns.s * d[i];
        g = columns.s * d[i + 1];
        d[i + 1] *= columns.c;
        const Turn rows(f, g);
        d[i] = rows.r;
        f = rows.c * e[i] + rows.s * d[i + 1];
        d[i + 1] = rows.c * d[i + 1] - rows.s * e[i];
        if (i + 1 < hi) {
            g = rows.s * e[i + 1];
            e[i + 1] *= rows.c;
        }
        right.add(columns.c, columns.s);
        left.add(rows.c, rows.s);
    }
    e[hi - 1] = f;
}

/// A step without a shift, which keeps small values' digits and takes a zero off the diagonal.
void plain_step(std::vector<double>& d_in, std::vector<double>& e_in, int64_t lo, int64_t hi, Rotations& left,
                Rotations& right) {
    double *const d = d_in.data(), *const e = e_in.data();
    double c = 1, left_c = 1, left_s = 0;
    for (int64_t i = lo; i < hi; ++i) {
        const Turn columns(d[i] * c, e[i]);
        if (i > lo) e[i - 1] = left_s * columns.r;
        c = columns.c;
        const Turn rows(left_c * columns.r, d[i + 1] * columns.s);
        d[i] = rows.r;
        left_c = rows.c, left_s = rows.s;
        right.add(columns.c, columns.s);
        left.add(rows.c, rows.s);
    }
    const double last = d[hi] * c;
    e[hi - 1] = last * left_s;
    d[hi] = last * left_c;
}

/// Where the last block of a matrix with d on its diagonal and e beside it begins, whose end is row hi: behind an e
/// that is too small to matter, beside its neighbours or beside the whole matrix (`norm`), and which becomes 0.
int64_t split_off(const std::vector<double>& d, std::vector<double>& e, int64_t hi, double norm) {
    for (int64_t lo = hi; lo > 0; --lo) {
        if (std::abs(e[lo - 1]) <= kRounding * (std::abs(d[lo - 1]) + std::abs(d[lo])) ||
            std::abs(e[lo - 1]) <= kRounding * kRounding * norm) {
            e[lo - 1] = 0;
            return lo;
        }
    }
    return 0;
}

/// Makes e zero; false when that takes too long.
bool diagonalise(std::vector<double>& d, std::vector<double>& e, Rotations left, Rotations right) {
    const int64_t n = static_cast<int64_t>(d.size());
    double norm = 0;
    for (int64_t i = 0; i < n; ++i) norm = std::max(norm, std::abs(d[i]) + (i + 1 < n ? std::abs(e[i]) : 0));
    int64_t steps = kStepsPerValue * n;
    for (int64_t hi = n - 1; hi > 0;) {
        const int64_t lo = split_off(d, e, hi, norm);
        bool has_zero = false;
        if (lo == hi) {
            --hi;
            continue;
        }
        if (--steps < 0) return false;
        check_stop();
        double largest = 0;
        for (int64_t i = lo; i <= hi; ++i) {
            largest = std::max({largest, std::abs(d[i]), i < hi ? std::abs(e[i]) : 0});
            if (std::abs(d[i]) <= kRounding * kRounding * norm) d[i] = 0, has_zero = true;
        }
        const double shift = has_zero ? 0 : smaller_value(d[hi - 1], e[hi - 1], d[hi]);
        const double part = shift / largest;
        if (part * part < kRounding || d[lo] == 0) {
            plain_step(d, e, lo, hi, left, right);
        } else {
            shifted_step(d, e, lo, hi, shift, left, right);
        }
        left.apply(lo);
        right.apply(lo);
    }
    return true;
}

}  // namespace

Svd::Svd(const double* a, int64_t rows, int64_t columns, bool vectors)
    : m(rows), n(columns), k(std::min(rows, columns)) {
    s.resize(static_cast<size_t>(k));
    if (vectors) u.resize(static_cast<size_t>(m * k)), v.resize(static_cast<size_t>(n * k));
    const double scale = magnitude(a, m * n);
    if (k == 0) return;
    if (std::isnan(scale)) {
        for (auto* values : {&u, &s, &v}) std::fill(values->begin(), values->end(), kNaN);
        return;
    }
    // The tall form: a wide matrix is taken transposed, and the factors are swapped back. Of a very tall one, the
    // triangle of A = Q R is decomposed.
    const bool wide = n > m;
    const int64_t tall = std::max(m, n);
    const double unit = scale == 0 ? 1 : scale;
    std::unique_ptr<Qr> first;
    if (tall > 2 * k) {
        std::vector<double> tall_form(static_cast<size_t>(m * n));
        for (int64_t i = 0; i < tall; ++i)
            for (int64_t j = 0; j < k; ++j)
                tall_form[static_cast<size_t>(i * k + j)] = (wide ? a[j * n + i] : a[i * k + j]) / unit;
        first = std::make_unique<Qr>(tall_form.data(), tall, k, false);
    }
    Bidiagonal b =
        first ? Bidiagonal(first->r.data(), k, k, 1, false, vectors) : Bidiagonal(a, tall, k, unit, wide, vectors);
    const int64_t left_length = first ? k : tall;
    converged = diagonalise(b.d, b.e, Rotations(b.left.get(), left_length, k), Rotations(b.right.get(), k, k));
    std::vector<int64_t> order(static_cast<size_t>(k));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        return std::abs(b.d[static_cast<size_t>(i)]) > std::abs(b.d[static_cast<size_t>(j)]);
    });
    for (int64_t j = 0; j < k; ++j)
        s[static_cast<size_t>(j)] = std::abs(b.d[static_cast<size_t>(order[static_cast<size_t>(j)])]) * scale;
    if (!vectors) return;
    std::vector<double>&left = wide ? v : u, &right = wide ? u : v;
    std::vector<double> inner(first ? static_cast<size_t>(k * k) : 0);
    double* to = first ? inner.data() : left.data();
    for (int64_t j = 0; j < k; ++j) {
        const int64_t from = order[static_cast<size_t>(j)];
        const double sign = std::copysign(1.0, b.d[static_cast<size_t>(from)]);
        for (int64_t i = 0; i < left_length; ++i) to[i * k + j] = (*b.left)[from][i];
        for (int64_t i = 0; i < k; ++i) right[static_cast<size_t>(i * k + j)] = sign * (*b.right)[from][i];
    }
    if (first) kernels::gemm<double>(tall, k, k, 1, {first->q.data(), k, 1}, {inner.data(), k, 1}, 0, left.data(), k);
}

// Eigenvalues ----------------------------------------------------------------------------------------------------

namespace {

/// Symmetric A[n, n] as Q T Q^T with T's diagonal d and the one beside it, e.
struct Tridiagonal {
    Tridiagonal(const double* a, int64_t n, bool upper, double scale, bool vectors)
        : d(static_cast<size_t>(n)), e(static_cast<size_t>(n)) {
        Rows work(n, n);
        for (int64_t i = 0; i < n; ++i)
            for (int64_t j = 0; j <= i; ++j) work[i][j] = work[j][i] = (upper ? a[j * n + i] : a[i * n + j]) / scale;
        // Row k, behind the diagonal, keeps its reflector.
        std::vector<double> v = padded(n), w = padded(n), product = padded(n), factors;
        for (int64_t k = 0; k + 1 < n; ++k) {
            check_stop();
            double* row = work[k] + k;
            const int64_t behind = n - k - 1;
            // The reflection before this one is yet to be seen in this row and those below it; v and w begin here.
            for (int64_t j = 0; j <= behind; ++j)
                row[j] -= v[0] * w[static_cast<size_t>(j)] + w[0] * v[static_cast<size_t>(j)];
            d[static_cast<size_t>(k)] = row[0];
            const Reflector u(row + 1, square_of(row + 1, behind));
            e[static_cast<size_t>(k)] = u.to;
            factors.push_back(u.half == 0 ? 0 : 1 / u.half);
            kernels::symmetric_pass(row + work.stride() + 1, work.stride(), behind, v.data() + 1, w.data() + 1, row + 1,
                                    product.data());
            // A' = A - v w^T - w v^T with v = u, p = A u / half, w = p - (p . u / 2 half) u.
            const double factor = factors.back();
            double dot = 0;
            for (int64_t j = 0; j < behind; ++j) dot += product[static_cast<size_t>(j)] * row[1 + j];
            for (int64_t j = 0; j < behind; ++j) {
                v[static_cast<size_t>(j)] = row[1 + j];
                w[static_cast<size_t>(j)] = factor * (product[static_cast<size_t>(j)] - factor * dot / 2 * row[1 + j]);
            }
            std::fill(v.begin() + behind, v.end(), 0.0);
            std::fill(w.begin() + behind, w.end(), 0.0);
        }
        if (n > 0) d[static_cast<size_t>(n - 1)] = work[n - 1][n - 1] - 2 * v[0] * w[0];
        if (!vectors) return;
        Accumulated turns(n, n, 1);
        for (int64_t k = n - 1; k-- > 0;) {
            check_stop();
            const double factor = factors[static_cast<size_t>(k)];
            if (factor != 0) turns.reflect(k, work[k] + k + 1, factor);
        }
        rows = std::make_unique<Rows>(std::move(turns.rows));
    }
    std::vector<double> d, e;
    std::unique_ptr<Rows> rows;  ///< Q^T, with vectors
};

/// An implicit QR step on d[lo … hi], shifted by the eigenvalue of its last two rows that is nearer to the last.
void symmetric_step(std::vector<double>& d_in, std::vector<double>& e_in, int64_t lo, int64_t hi, Rotations& rows) {
    double *const d = d_in.data(), *const e = e_in.data();
    const double apart = (d[hi - 1] - d[hi]) / 2, beside = e[hi - 1];
    const double shift = d[hi] - beside / (apart + std::copysign(std::hypot(apart, beside), apart)) * beside;
    double f = d[lo] - shift, g = e[lo];
    for (int64_t i = lo; i < hi; ++i) {
        const Turn turn(f, g);
        if (i > lo) e[i - 1] = turn.r;
        const double difference = d[i + 1] - d[i], c = turn.c, s = turn.s;
        const double change = s * (2 * c * e[i] + s * difference);
        f = c * (s * difference + c * e[i]) - s * s * e[i];
        d[i] += change;
        d[i + 1] -= change;
        e[i] = f;
        if (i + 1 < hi) {
            g = s * e[i + 1];
            e[i + 1] *= c;
        }
        rows.add(c, s);
    }
}

bool diagonalise(std::vector<double>& d, std::vector<double>& e, Rotations rows) {
    const int64_t n = static_cast<int64_t>(d.size());
    int64_t steps = kStepsPerValue * n;
    for (int64_t hi = n - 1; hi > 0;) {
        const int64_t lo = split_off(d, e, hi, 1);  // matrices are scaled to magnitude 1
        if (lo == hi) {
            --hi;
            continue;
        }
        if (--steps < 0) return false;
        check_stop();
        symmetric_step(d, e, lo, hi, rows);
        rows.apply(lo);
    }
    return true;
}

}  // namespace

Eigh::Eigh(const double* a, int64_t n, bool upper, bool vectors)
    : w(static_cast<size_t>(n)), v(vectors ? static_cast<size_t>(n * n) : 0) {
    double scale = 0;
    for (int64_t i = 0; i < n && !std::isnan(scale); ++i) {
        const double of_row = upper ? magnitude(a + i * n + i, n - i) : magnitude(a + i * n, i + 1);
        if (!(of_row <= scale)) scale = of_row;
    }
    if (std::isnan(scale)) {
        for (auto* values : {&w, &v}) std::fill(values->begin(), values->end(), kNaN);
        return;
    }
    Tridiagonal t(a, n, upper, scale == 0 ? 1 : scale, vectors);
    converged = diagonalise(t.d, t.e, Rotations(t.rows.get(), n, n));
    std::vector<int64_t> order(static_cast<size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t i, int64_t j) { return t.d[static_cast<size_t>(i)] < t.d[static_cast<size_t>(j)]; });
    for (int64_t j = 0; j < n; ++j) {
        const int64_t from = order[static_cast<size_t>(j)];
        w[static_cast<size_t>(j)] = t.d[static_cast<size_t>(from)] * scale;
        for (int64_t i = 0; vectors && i < n; ++i) v[static_cast<size_t>(i * n + j)] = (*t.rows)[from][i];
    }
}

}  // namespace wick::jit::dense

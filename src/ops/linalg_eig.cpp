#include "ops/linalg_eig.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <wick/support/stop_check.h>

namespace wick::jit::dense {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// A square matrix, row by row.
struct Square {
    explicit Square(int64_t n) : n(n), values(static_cast<size_t>(n * n)) {}
    Complex& operator()(int64_t i, int64_t j) { return values[static_cast<size_t>(i * n + j)]; }
    int64_t n;
    std::vector<Complex> values;
};

/// H = Q^H A Q with zeros below the first subdiagonal, in place.
void reduce_to_hessenberg(Square& h, Square& q) {
    const int64_t n = h.n;
    std::vector<Complex> u(static_cast<size_t>(n));
    for (int64_t k = 0; k + 2 < n; ++k) {
        check_stop();
        double below = 0;
        for (int64_t i = k + 2; i < n; ++i) below += std::norm(h(i, k));
        if (below == 0) continue;
        const Complex head = h(k + 1, k);
        const double length = std::sqrt(below + std::norm(head));
        const Complex direction = std::abs(head) == 0 ? Complex(1) : head / std::abs(head);
        // The reflection I - 2 u u^H takes the column to -direction * length.
        double square = 0;
        for (int64_t i = k + 1; i < n; ++i) u[i] = h(i, k);
        u[k + 1] += direction * length;
        for (int64_t i = k + 1; i < n; ++i) square += std::norm(u[i]);
        const double factor = 2 / square;
        for (int64_t j = k; j < n; ++j) {
            Complex sum = 0;
            for (int64_t i = k + 1; i < n; ++i) sum += std::conj(u[i]) * h(i, j);
            for (int64_t i = k + 1; i < n; ++i) h(i, j) -= factor * sum * u[i];
        }
        for (Square* m : {&h, &q})
            for (int64_t i = 0; i < n; ++i) {
                Complex sum = 0;
                for (int64_t j = k + 1; j < n; ++j) sum += (*m)(i, j) * u[j];
                for (int64_t j = k + 1; j < n; ++j) (*m)(i, j) -= factor * sum * std::conj(u[j]);
            }
        for (int64_t i = k + 2; i < n; ++i) h(i, k) = 0;
    }
}

/// The eigenvalue of the last two rows and columns that is nearer to the corner.
Complex wilkinson_shift(Square& h, int64_t last) {
    const Complex a = h(last - 1, last - 1), b = h(last - 1, last), c = h(last, last - 1), d = h(last, last);
    const Complex half = (a - d) / 2.0, root = std::sqrt(half * half + b * c);
    const Complex one = half + root, other = half - root, larger = std::abs(one) > std::abs(other) ? one : other;
    return larger == Complex(0) ? d : d - b * c / larger;
}

/// A rotation G with G (a, b) = (r, 0).
struct Rotation {
    Rotation(Complex a, Complex b) {
        const double length = std::hypot(std::abs(a), std::abs(b));
        if (length == 0) return;
        c = a / length;
        s = b / length;
    }
    Complex c = 1, s = 0;
    void rows(Complex& x, Complex& y) const {
        const Complex before = x;
        x = std::conj(c) * before + std::conj(s) * y;
        y = c * y - s * before;
    }
    void columns(Complex& x, Complex& y) const {
        const Complex before = x;
        x = before * c + y * s;
        y = std::conj(c) * y - std::conj(s) * before;
    }
};

/// One QR step of rows and columns `first` to `last`: H - shift = Q R, H = R Q + shift.
void qr_step(Square& h, Square& z, int64_t first, int64_t last, Complex shift) {
    const int64_t n = h.n;
    for (int64_t i = first; i <= last; ++i) h(i, i) -= shift;
    std::vector<Rotation> rotations;
    for (int64_t k = first; k < last; ++k) {
        rotations.emplace_back(h(k, k), h(k + 1, k));
        for (int64_t j = k; j < n; ++j) rotations.back().rows(h(k, j), h(k + 1, j));
    }
    for (int64_t k = first; k < last; ++k) {
        const Rotation& rotation = rotations[static_cast<size_t>(k - first)];
        for (int64_t i = 0; i <= std::min(k + 1, last); ++i) rotation.columns(h(i, k), h(i, k + 1));
        for (int64_t i = 0; i < n; ++i) rotation.columns(z(i, k), z(i, k + 1));
    }
    for (int64_t i = first; i <= last; ++i) h(i, i) += shift;
}

/// T = Z^H H Z upper triangular, in place; false where it does not come to an end.
bool iterate(Square& h, Square& z) {
    constexpr int kPatience = 60;
    int steps = 0;
    for (int64_t last = h.n - 1; last > 0;) {
        check_stop();
        int64_t first = last;
        for (; first > 0; --first) {
            const double size = std::abs(h(first - 1, first - 1)) + std::abs(h(first, first));
            if (std::abs(h(first, first - 1)) <= kEpsilon * (size == 0 ? 1 : size)) break;
        }
        if (first > 0) h(first, first - 1) = 0;
        if (first == last) {
            --last;
            steps = 0;
            continue;
        }
        if (++steps > kPatience) return false;
        // A shift of another kind where the usual one goes round in circles.
        const Complex shift =
            steps % 10 == 0 ? Complex(std::abs(h(last, last - 1)) + std::abs(h(last, last))) : wilkinson_shift(h, last);
        qr_step(h, z, first, last, shift);
    }
    return true;
}

/// Length 1, the largest component real and positive.
void normalize(Complex* v, int64_t n, int64_t stride) {
    double square = 0;
    Complex largest = 0;
    for (int64_t i = 0; i < n; ++i) {
        square += std::norm(v[i * stride]);
        // The first of those that only rounding tells apart.
        if (std::abs(v[i * stride]) > std::abs(largest) * (1 + 1e-10)) largest = v[i * stride];
    }
    if (square == 0) return;
    const Complex factor = std::conj(largest) / (std::abs(largest) * std::sqrt(square));
    for (int64_t i = 0; i < n; ++i) v[i * stride] *= factor;
}

/// Values that rounding made complex are real, the others have their conjugates.
void pair_conjugates(Eig& eig, int64_t n, double size) {
    const double close = 64 * kEpsilon * size * static_cast<double>(n);
    std::vector<bool> done(static_cast<size_t>(n), false);
    std::vector<Complex> w, v;
    std::vector<int64_t> columns;
    std::vector<bool> conjugated;
    const auto take = [&](int64_t column, Complex value, bool conjugate) {
        w.push_back(value);
        columns.push_back(column);
        conjugated.push_back(conjugate);
        done[column] = true;
    };
    for (int64_t i = 0; i < n; ++i) {
        if (done[i]) continue;
        const Complex value = eig.w[i];
        int64_t partner = -1;
        for (int64_t j = i + 1; j < n; ++j)
            if (!done[j] &&
                (partner < 0 || std::abs(eig.w[j] - std::conj(value)) < std::abs(eig.w[partner] - std::conj(value))))
                partner = j;
        const bool is_pair = std::abs(value.imag()) > close && partner >= 0 &&
                             std::abs(eig.w[partner] - std::conj(value)) < std::abs(value.imag());
        if (!is_pair) {
            take(i, value.real(), false);
            continue;
        }
        const int64_t upper = value.imag() > 0 ? i : partner;
        done[i] = done[partner] = true;
        take(upper, eig.w[upper], false);
        take(upper, std::conj(eig.w[upper]), true);
    }
    v.resize(eig.v.size());
    for (int64_t k = 0; k < n; ++k)
        for (int64_t i = 0; i < n; ++i) {
            const Complex entry = eig.v[i * n + columns[k]];
            v[i * n + k] = w[k].imag() == 0 ? Complex(entry.real()) : conjugated[k] ? std::conj(entry) : entry;
        }
    eig.w = std::move(w);
    eig.v = std::move(v);
}

}  // namespace

Eig::Eig(const Complex* a, int64_t n, bool is_real) : w(static_cast<size_t>(n)), v(static_cast<size_t>(n * n)) {
    Square t(n), z(n);
    std::copy_n(a, n * n, t.values.begin());
    double square = 0;
    for (const Complex& value : t.values) square += std::norm(value);
    const double size = std::sqrt(square);
    for (int64_t i = 0; i < n; ++i) z(i, i) = 1;
    reduce_to_hessenberg(t, z);
    converged = iterate(t, z);
    if (!converged) return;
    const double least = std::max(kEpsilon * size, std::numeric_limits<double>::min());
    std::vector<Complex> x(static_cast<size_t>(n));
    for (int64_t k = 0; k < n; ++k) {
        check_stop();
        w[k] = t(k, k);
        // (T - w) x = 0 with x[k] = 1.
        x[k] = 1;
        for (int64_t i = k; i-- > 0;) {
            Complex sum = 0;
            for (int64_t j = i + 1; j <= k; ++j) sum += t(i, j) * x[j];
            Complex gap = t(i, i) - w[k];
            if (std::abs(gap) < least) gap = least;
            x[i] = -sum / gap;
        }
        for (int64_t i = 0; i < n; ++i) {
            Complex sum = 0;
            for (int64_t j = 0; j <= k; ++j) sum += z(i, j) * x[j];
            v[i * n + k] = sum;
        }
        normalize(v.data() + k, n, n);
    }
    if (is_real) pair_conjugates(*this, n, size);
}

std::vector<Complex> inverse(const Complex* a, int64_t n) {
    Square left(n), right(n);
    std::copy_n(a, n * n, left.values.begin());
    for (int64_t i = 0; i < n; ++i) right(i, i) = 1;
    for (int64_t k = 0; k < n; ++k) {
        check_stop();
        int64_t best = k;
        for (int64_t i = k + 1; i < n; ++i)
            if (std::abs(left(i, k)) > std::abs(left(best, k))) best = i;
        for (int64_t j = 0; j < n; ++j) {
            std::swap(left(k, j), left(best, j));
            std::swap(right(k, j), right(best, j));
        }
        const Complex pivot = left(k, k);
        for (int64_t j = 0; j < n; ++j) {
            left(k, j) /= pivot;
            right(k, j) /= pivot;
        }
        for (int64_t i = 0; i < n; ++i) {
            const Complex factor = i == k ? Complex(0) : left(i, k);
            if (factor == Complex(0)) continue;
            for (int64_t j = 0; j < n; ++j) {
                left(i, j) -= factor * left(k, j);
                right(i, j) -= factor * right(k, j);
            }
        }
    }
    return right.values;
}

}  // namespace wick::jit::dense

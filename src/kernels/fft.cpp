#include "kernels/fft.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

#include <wick/support/stop_check.h>

namespace wick::kernels {
namespace {

constexpr int64_t kLargestRadix = 31;

/// exp(-2 pi i j / n), with the angle brought to the first octant so that symmetric points are equal to the bit.
struct Turn {
    double re, im;
    Turn(int64_t j, int64_t n) {
        using i128 = __int128;
        j %= n;
        const bool lower = i128(2) * j > n;  // below the real axis, where exp(-…) points up
        if (lower) j = n - j;
        const bool left = i128(4) * j > n;
        double x, y;
        const auto at = [n](i128 k4) {
            return std::numbers::pi / 2 * static_cast<double>(k4) / static_cast<double>(n);
        };
        // Quarter turns are counted in 4 j / n.
        const i128 quarter = left ? i128(2) * n - i128(4) * j : i128(4) * j;
        if (2 * quarter > n) {
            x = std::sin(at(n - quarter));
            y = std::cos(at(n - quarter));
        } else {
            x = std::cos(at(quarter));
            y = std::sin(at(quarter));
        }
        re = left ? -x : x;
        im = lower ? y : -y;
    }
};

/// Radices in the order of the passes (4 first), or empty when a prime is too large.
std::vector<int64_t> radices_of(int64_t n) {
    std::vector<int64_t> radices;
    for (int64_t radix : {4, 2, 3, 5})
        for (; n % radix == 0; n /= radix) radices.push_back(radix);
    for (int64_t radix = 7; n > 1 && radix <= kLargestRadix; radix += 2)
        for (; n % radix == 0; n /= radix) radices.push_back(radix);
    if (n > 1) radices.clear();
    return radices;
}

template <class T>
FftStage<T> make_stage(int64_t radix, int64_t groups) {
    FftStage<T> stage{radix, groups, {}, {}, {}, {}};
    for (int64_t k = 1; k < radix; ++k) {
        for (int64_t p = 0; p < groups; ++p) {
            const Turn turn(k * p, radix * groups);
            stage.twiddle_re.push_back(static_cast<T>(turn.re));
            stage.twiddle_im.push_back(static_cast<T>(turn.im));
        }
    }
    for (int64_t j = 0; radix > 5 && j < radix; ++j) {
        stage.root_re.push_back(static_cast<T>(Turn(j, radix).re));
        stage.root_im.push_back(static_cast<T>(Turn(j, radix).im));
    }
    return stage;
}

/// data[j][lane] *= factor[j]
template <class T>
void multiply_rows(const std::vector<T>& re, const std::vector<T>& im, Planes<T> data, int64_t lanes) {
    for (size_t j = 0; j < re.size(); ++j) {
        T* __restrict__ x = data.re + static_cast<int64_t>(j) * lanes;
        T* __restrict__ y = data.im + static_cast<int64_t>(j) * lanes;
        for (int64_t l = 0; l < lanes; ++l) {
            const T real = x[l] * re[j] - y[l] * im[j];
            y[l] = x[l] * im[j] + y[l] * re[j];
            x[l] = real;
        }
    }
}

/// Plans kept for the process's life: never removed, so reading needs no lock and memory stays bounded.
template <class Plan>
class PlanTable {
 public:
    std::shared_ptr<const Plan> find_or_make(int64_t n) {
        std::unique_ptr<Entry> made;
        const auto make = [&] { made = std::make_unique<Entry>(Entry{n, std::make_shared<const Plan>(n)}); };
        for (std::atomic<const Entry*>& slot : slots_) {
            if (n > kLongest) break;
            const Entry* entry = slot.load(std::memory_order_acquire);
            if (!entry) {
                if (!made) make();
                if (slot.compare_exchange_strong(entry, made.get(), std::memory_order_acq_rel))
                    return made.release()->plan;
            }
            if (entry->n == n) return entry->plan;
        }
        if (!made) make();
        return made->plan;
    }

 private:
    static constexpr int64_t kLongest = 16384;
    struct Entry {
        int64_t n;
        std::shared_ptr<const Plan> plan;
    };
    std::atomic<const Entry*> slots_[32] = {};
};

}  // namespace

template <class T>
FftPlan<T>::FftPlan(int64_t n) : n_(n) {
    const std::vector<int64_t> radices = radices_of(n);
    if (!radices.empty() || n == 1) {
        int64_t groups = n;
        for (int64_t radix : radices) {
            check_stop();
            stages_.push_back(make_stage<T>(radix, groups /= radix));
        }
        return;
    }
    // x[j] x'[k] = c[k] sum_j (x[j] c[j]) / c[k - j] with c[j] = exp(-pi i j^2 / n): a convolution.
    int64_t m = 1;
    while (m < 2 * n - 1) m *= 2;
    convolution_ = of(m);
    std::vector<T> re(static_cast<size_t>(m)), im(re), work_re(re), work_im(re);
    StopCounter counter;
    for (int64_t j = 0; j < n; ++j) {
        counter.step();
        const Turn turn(static_cast<int64_t>(static_cast<__int128>(j) * j % (2 * n)), 2 * n);
        chirp_re_.push_back(static_cast<T>(turn.re));
        chirp_im_.push_back(static_cast<T>(turn.im));
        for (int64_t at : {j, (m - j) % m}) {
            re[static_cast<size_t>(at)] = static_cast<T>(turn.re / static_cast<double>(m));
            im[static_cast<size_t>(at)] = static_cast<T>(-turn.im / static_cast<double>(m));
        }
    }
    const Planes<T> filter = convolution_->forward({re.data(), im.data()}, {work_re.data(), work_im.data()}, 1);
    filter_re_.assign(filter.re, filter.re + m);
    filter_im_.assign(filter.im, filter.im + m);
}

template <class T>
FftPlan<T>::~FftPlan() = default;

template <class T>
std::shared_ptr<const FftPlan<T>> FftPlan<T>::of(int64_t n) {
    static auto* plans = new PlanTable<FftPlan<T>>();
    return plans->find_or_make(n);
}

template <class T>
int64_t FftPlan<T>::room() const {
    return convolution_ ? convolution_->length() : n_;
}

template <class T>
Planes<T> FftPlan<T>::forward(Planes<T> data, Planes<T> work, int64_t lanes) const {
    if (convolution_) return chirped(data, work, lanes);
    int64_t count = lanes;
    for (const FftStage<T>& stage : stages_) {
        check_stop();
        internal::fft_stage(stage, count, data, work);
        std::swap(data, work);
        count *= stage.radix;
    }
    return data;
}

template <class T>
Planes<T> FftPlan<T>::chirped(Planes<T> data, Planes<T> work, int64_t lanes) const {
    multiply_rows(chirp_re_, chirp_im_, data, lanes);
    const int64_t m = convolution_->length();
    for (T* plane : {data.re, data.im}) std::fill(plane + n_ * lanes, plane + m * lanes, T(0));
    Planes<T> at = convolution_->forward(data, work, lanes);
    multiply_rows(filter_re_, filter_im_, at, lanes);
    Planes<T> other = at.re == data.re ? work : data;
    at = convolution_->forward({at.im, at.re}, {other.im, other.re}, lanes);
    std::swap(at.re, at.im);
    multiply_rows(chirp_re_, chirp_im_, at, lanes);
    return at;
}

template <class T>
RealFftPlan<T>::RealFftPlan(int64_t n) : n_(n), plan_(FftPlan<T>::of(n % 2 == 0 ? n / 2 : n)) {
    for (int64_t k = 0; halved() && k <= n / 2; ++k) {
        turn_re_.push_back(static_cast<T>(Turn(k, n).re));
        turn_im_.push_back(static_cast<T>(Turn(k, n).im));
    }
}

template <class T>
std::shared_ptr<const RealFftPlan<T>> RealFftPlan<T>::of(int64_t n) {
    static auto* plans = new PlanTable<RealFftPlan<T>>();
    return plans->find_or_make(n);
}

template <class T>
Planes<T> RealFftPlan<T>::forward(Planes<T> data, Planes<T> work, int64_t lanes) const {
    if (!halved() && lanes % 2 == 0) return in_pairs(data, work, lanes / 2);
    if (!halved()) {
        std::fill(data.im, data.im + n_ * lanes, T(0));
        return plan_->forward(data, work, lanes);
    }
    // z = even + i odd: Z[k] and conj Z[h-k] hold the sums and differences of the halves' transforms E and O.
    const int64_t h = n_ / 2;
    const Planes<T> z = plan_->forward(data, work, lanes);
    const Planes<T> x = z.re == data.re ? work : data;
    internal::fft_unfold(turn_re_.data(), turn_im_.data(), h, lanes, z, x);
    return x;
}

template <class T>
Planes<T> RealFftPlan<T>::in_pairs(Planes<T> data, Planes<T> work, int64_t half) const {
    // Two rows are the parts of one: z = x + i y, of which Z[k] and conj Z[n-k] tell X and Y.
    for (int64_t j = 0; j < n_; ++j) {
        const T* row = data.re + 2 * j * half;
        std::copy(row + half, row + 2 * half, data.im + j * half);
        if (j > 0) std::copy(row, row + half, data.re + j * half);
    }
    const Planes<T> z = plan_->forward(data, work, half);
    const Planes<T> out = z.re == data.re ? work : data;
    for (int64_t k = 0; k <= n_ / 2; ++k) {
        const int64_t a = k * half, b = (n_ - k) % n_ * half;
        T *x_re = out.re + 2 * a, *x_im = out.im + 2 * a;
        for (int64_t l = 0; l < half; ++l) {
            x_re[l] = (z.re[a + l] + z.re[b + l]) / 2;
            x_im[l] = (z.im[a + l] - z.im[b + l]) / 2;
            x_re[half + l] = (z.im[a + l] + z.im[b + l]) / 2;
            x_im[half + l] = (z.re[b + l] - z.re[a + l]) / 2;
        }
    }
    return out;
}

template <class T>
Planes<T> RealFftPlan<T>::inverse(Planes<T> data, Planes<T> work, int64_t lanes) const {
    std::fill(data.im, data.im + lanes, T(0));
    Planes<T> result;
    if (!halved()) {
        for (int64_t k = 1; k <= n_ / 2; ++k) {
            for (int64_t l = 0; l < lanes; ++l) {
                data.re[(n_ - k) * lanes + l] = data.re[k * lanes + l];
                data.im[(n_ - k) * lanes + l] = -data.im[k * lanes + l];
            }
        }
        result = plan_->forward({data.im, data.re}, {work.im, work.re}, lanes);
    } else {
        const int64_t h = n_ / 2;
        std::fill(data.im + h * lanes, data.im + (h + 1) * lanes, T(0));
        internal::fft_fold(turn_re_.data(), turn_im_.data(), h, lanes, data, work);
        result = plan_->forward({work.im, work.re}, {data.im, data.re}, lanes);
    }
    return {result.im, result.re};
}

template class FftPlan<float>;
template class FftPlan<double>;
template class RealFftPlan<float>;
template class RealFftPlan<double>;

}  // namespace wick::kernels

#include "kernels/sums.h"

#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sums.cpp"
#include <hwy/foreach_target.h>

#include "kernels/activation-inl.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using DoubleVec = hn::Vec<Doubles>;

// As many lanes of T as a vector has of double.
template <class T>
using Lanes = hn::Rebind<T, Doubles>;

HWY_INLINE DoubleVec widened(hn::Vec<Lanes<float>> v) { return hn::PromoteTo(Doubles(), v); }
HWY_INLINE DoubleVec widened(DoubleVec v) { return v; }

template <class D, class T>
HWY_INLINE hn::Vec<D> sum_of_four(D d, const T* x, int64_t apart) {
    return hn::Add(hn::Add(hn::LoadU(d, x), hn::LoadU(d, x + apart)),
                   hn::Add(hn::LoadU(d, x + 2 * apart), hn::LoadU(d, x + 3 * apart)));
}

template <class T>
HWY_INLINE double sum_of_run(const T* x, int64_t n) {
    const Lanes<T> d;
    const Doubles wide;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(wide));
    DoubleVec even = hn::Zero(wide), odd = even;
    int64_t i = 0;
    for (; i + 8 * lanes <= n; i += 8 * lanes) {
        even = hn::Add(even, widened(sum_of_four(d, x + i, lanes)));
        odd = hn::Add(odd, widened(sum_of_four(d, x + i + 4 * lanes, lanes)));
    }
    for (; i + lanes <= n; i += lanes) even = hn::Add(even, widened(hn::LoadU(d, x + i)));
    if (i < n) odd = hn::Add(odd, widened(load_some(d, x + i, static_cast<size_t>(n - i))));
    return hn::GetLane(hn::SumOfLanes(wide, hn::Add(even, odd)));
}

// Results side by side.
template <class T>
HWY_INLINE void add_rows(double* totals, int64_t results, const T* x, int64_t step, int64_t n) {
    const Lanes<T> d;
    const Doubles wide;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(wide));
    int64_t j = 0;
    for (; j + 4 <= n; j += 4, x += 4 * step) {
        int64_t i = 0;
        for (; i + lanes <= results; i += lanes)
            hn::StoreU(hn::Add(hn::LoadU(wide, totals + i), widened(sum_of_four(d, x + i, step))), wide, totals + i);
        for (; i < results; ++i)
            totals[i] += static_cast<double>((x[i] + x[i + step]) + (x[i + 2 * step] + x[i + 3 * step]));
    }
    for (; j < n; ++j, x += step) {
        int64_t i = 0;
        for (; i + lanes <= results; i += lanes)
            hn::StoreU(hn::Add(hn::LoadU(wide, totals + i), widened(hn::LoadU(d, x + i))), wide, totals + i);
        for (; i < results; ++i) totals[i] += static_cast<double>(x[i]);
    }
}

template <class T>
HWY_INLINE void add_any(double* totals, int64_t results, const T* x, int64_t result_step, int64_t step, int64_t n) {
    if (step == 1) {
        for (int64_t i = 0; i < results; ++i) totals[i] += sum_of_run(x + i * result_step, n);
    } else if (result_step == 1) {
        add_rows(totals, results, x, step, n);
    } else {
        for (int64_t i = 0; i < results; ++i)
            for (int64_t j = 0; j < n; ++j) totals[i] += static_cast<double>(x[i * result_step + j * step]);
    }
}

void add_sums_f32(double* totals, int64_t results, const float* x, int64_t result_step, int64_t step, int64_t n) {
    add_any(totals, results, x, result_step, step, n);
}
void add_sums_f64(double* totals, int64_t results, const double* x, int64_t result_step, int64_t step, int64_t n) {
    add_any(totals, results, x, result_step, step, n);
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {
HWY_EXPORT(add_sums_f32);
HWY_EXPORT(add_sums_f64);

template <class T>
void add_sums(double* totals, int64_t results, const T* x, int64_t result_step, int64_t step, int64_t n) {
    WICK_DISPATCH(add_sums, totals, results, x, result_step, step, n);
}
template void add_sums(double*, int64_t, const float*, int64_t, int64_t, int64_t);
template void add_sums(double*, int64_t, const double*, int64_t, int64_t, int64_t);

}  // namespace wick::kernels
#endif

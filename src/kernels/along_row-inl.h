// A loop over arrays of numbers, vector by vector; compiled once per target.
#if defined(WICK_KERNELS_ALONG_ROW_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_ALONG_ROW_INL_H
#undef WICK_KERNELS_ALONG_ROW_INL_H
#else
#define WICK_KERNELS_ALONG_ROW_INL_H
#endif

#include "kernels/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Calls step(load, store) along rows of n numbers: with whole vectors first, then with the rest. load(p) gives the
// vector at hand of the row that begins at p, store(v, p) writes it.
template <class T, class F>
HWY_INLINE void along_row(int64_t n, F&& step) {
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        step([&](const T* p) HWY_ATTR { return hn::LoadU(d, p + i); },
             [&](auto v, T* p) HWY_ATTR { hn::StoreU(v, d, p + i); });
    if (i < n) {
        const size_t left = static_cast<size_t>(n - i);
        step([&](const T* p) HWY_ATTR { return load_some(d, p + i, left); },
             [&](auto v, T* p) HWY_ATTR { store_some(d, v, p + i, left); });
    }
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

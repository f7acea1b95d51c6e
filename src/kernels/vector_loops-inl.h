// Loops shared by the vector files; compiled once per target. Plain loops on purpose: under the target's flags the
// compiler turns them into vector code.
#if defined(WICK_KERNELS_VECTOR_LOOPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_VECTOR_LOOPS_INL_H
#undef WICK_KERNELS_VECTOR_LOOPS_INL_H
#else
#define WICK_KERNELS_VECTOR_LOOPS_INL_H
#endif

#include <array>

#include "kernels/primitive.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {

// out[i] = Op(a[i]), Op(a[i], b[i]) or, for a selection, c-style Op(flag, x, y). Op is a captureless function object.
template <class T, class R, class Op>
void unary_loop(const void* a, const void*, const void*, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    R* r = static_cast<R*>(out);
    for (size_t i = 0; i < n; ++i) r[i] = static_cast<R>(Op()(x[i]));
}

template <class T, class R, class Op>
void binary_loop(const void* a, const void* b, const void*, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    R* r = static_cast<R*>(out);
    for (size_t i = 0; i < n; ++i) r[i] = static_cast<R>(Op()(x[i], y[i]));
}

template <class T>
void where_loop(const void* condition, const void* a, const void* b, void* out, size_t n) {
    const uint8_t* f = static_cast<const uint8_t*>(condition);
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    T* r = static_cast<T*>(out);
    for (size_t i = 0; i < n; ++i) r[i] = f[i] ? x[i] : y[i];
}

using LoopTable = std::array<VectorLoop, kPrimitives>;

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

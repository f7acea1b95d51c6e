#include "kernels/optimizer_steps.h"

#include <cmath>

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizer_steps.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/along_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE hn::Vec<hn::ScalableTag<T>> all(double value) {
    return hn::Set(hn::ScalableTag<T>(), static_cast<T>(value));
}

// The gradient that an optimizer works with.
template <class V>
HWY_INLINE V gradient(V g, V p, V weight_decay, bool decays, bool maximize) {
    if (maximize) g = hn::Neg(g);
    return decays ? hn::MulAdd(weight_decay, p, g) : g;
}

// from + weight * (to - from), exact at both ends.
template <class V>
HWY_INLINE V lerp(V from, V to, V weight, V rest, bool near_from) {
    const V difference = hn::Sub(to, from);
    return near_from ? hn::MulAdd(weight, difference, from) : hn::NegMulAdd(rest, difference, to);
}

template <class T>
HWY_NOINLINE void run_sgd(const SgdStep& s, int64_t n, T* param, const T* grad, T* buffer) {
    const auto lr = all<T>(s.lr), momentum = all<T>(s.momentum), fresh = all<T>(1 - s.dampening);
    const auto decay = all<T>(s.weight_decay);
    const bool decays = s.weight_decay != 0;
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        const auto p = load(param);
        auto g = gradient(load(grad), p, decay, decays, s.maximize);
        if (buffer) {
            const auto b = s.first ? g : hn::MulAdd(fresh, g, hn::Mul(momentum, load(buffer)));
            store(b, buffer);
            g = s.nesterov ? hn::MulAdd(momentum, b, g) : b;
        }
        store(hn::NegMulAdd(lr, g, p), param);
    });
}

template <class T>
HWY_NOINLINE void run_adam(const AdamStep& s, int64_t n, T* param, const T* grad, T* first, T* second, T* largest) {
    const auto size = all<T>(-s.lr / s.bias1), root = all<T>(std::sqrt(s.bias2)), eps = all<T>(s.eps);
    const auto beta1 = all<T>(s.beta1), fresh1 = all<T>(1 - s.beta1);
    const auto beta2 = all<T>(s.beta2), fresh2 = all<T>(1 - s.beta2);
    const auto decay = all<T>(s.weight_decay), kept = all<T>(1 - s.lr * s.weight_decay);
    const bool decays = s.weight_decay != 0 && !s.decoupled, shrinks = s.weight_decay != 0 && s.decoupled;
    const bool near = 1 - s.beta1 < 0.5;
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        auto p = load(param);
        if (shrinks) p = hn::Mul(p, kept);
        const auto g = gradient(load(grad), p, decay, decays, s.maximize);
        const auto m = lerp(load(first), g, fresh1, beta1, near);
        store(m, first);
        auto v = hn::MulAdd(hn::Mul(fresh2, g), g, hn::Mul(beta2, load(second)));
        store(v, second);
        if (largest) {
            v = hn::Max(load(largest), v);
            store(v, largest);
        }
        const auto scale = hn::Add(hn::Div(hn::Sqrt(v), root), eps);
        store(hn::Add(p, hn::Div(hn::Mul(size, m), scale)), param);
    });
}

template <class T>
HWY_NOINLINE void run_rmsprop(const RmspropStep& s, int64_t n, T* param, const T* grad, T* square, T* mean, T* buffer) {
    const auto lr = all<T>(s.lr), eps = all<T>(s.eps), momentum = all<T>(s.momentum), decay = all<T>(s.weight_decay);
    const auto alpha = all<T>(s.alpha), fresh = all<T>(1 - s.alpha);
    const bool decays = s.weight_decay != 0, near = 1 - s.alpha < 0.5;
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        const auto p = load(param);
        const auto g = gradient(load(grad), p, decay, decays, s.maximize);
        auto v = hn::MulAdd(hn::Mul(fresh, g), g, hn::Mul(alpha, load(square)));
        store(v, square);
        if (mean) {
            const auto m = lerp(load(mean), g, fresh, alpha, near);
            store(m, mean);
            v = hn::NegMulAdd(m, m, v);
        }
        const auto scale = hn::Add(hn::Sqrt(v), eps);
        if (!buffer) return store(hn::Sub(p, hn::Div(hn::Mul(lr, g), scale)), param);
        const auto b = hn::Add(hn::Mul(momentum, load(buffer)), hn::Div(g, scale));
        store(b, buffer);
        store(hn::NegMulAdd(lr, b, p), param);
    });
}

template <class T>
HWY_NOINLINE void run_adagrad(const AdagradStep& s, int64_t n, T* param, const T* grad, T* sum) {
    const auto lr = all<T>(s.lr), eps = all<T>(s.eps), decay = all<T>(s.weight_decay);
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        const auto p = load(param);
        const auto g = gradient(load(grad), p, decay, s.weight_decay != 0, s.maximize);
        const auto v = hn::MulAdd(g, g, load(sum));
        store(v, sum);
        store(hn::Sub(p, hn::Div(hn::Mul(lr, g), hn::Add(hn::Sqrt(v), eps))), param);
    });
}

// HWY_EXPORT wants plain functions.
#define WICK_INSTANTIATE(T, suffix)                                                                              \
    void sgd_##suffix(const SgdStep& s, int64_t n, T* p, const T* g, T* buffer) { run_sgd(s, n, p, g, buffer); } \
    void adam_##suffix(const AdamStep& s, int64_t n, T* p, const T* g, T* m, T* v, T* largest) {                 \
        run_adam(s, n, p, g, m, v, largest);                                                                     \
    }                                                                                                            \
    void rmsprop_##suffix(const RmspropStep& s, int64_t n, T* p, const T* g, T* square, T* mean, T* buffer) {    \
        run_rmsprop(s, n, p, g, square, mean, buffer);                                                           \
    }                                                                                                            \
    void adagrad_##suffix(const AdagradStep& s, int64_t n, T* p, const T* g, T* sum) { run_adagrad(s, n, p, g, sum); }
WICK_INSTANTIATE(float, f32)
WICK_INSTANTIATE(double, f64)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

#define WICK_EXPORT(T, suffix)                                                                               \
    HWY_EXPORT(sgd_##suffix);                                                                                \
    HWY_EXPORT(adam_##suffix);                                                                               \
    HWY_EXPORT(rmsprop_##suffix);                                                                            \
    HWY_EXPORT(adagrad_##suffix);                                                                            \
    template <>                                                                                              \
    void sgd_step<T>(const SgdStep& s, int64_t n, T* p, const T* g, T* buffer) {                             \
        HWY_DYNAMIC_DISPATCH(sgd_##suffix)(s, n, p, g, buffer);                                              \
    }                                                                                                        \
    template <>                                                                                              \
    void adam_step<T>(const AdamStep& s, int64_t n, T* p, const T* g, T* m, T* v, T* largest) {              \
        HWY_DYNAMIC_DISPATCH(adam_##suffix)(s, n, p, g, m, v, largest);                                      \
    }                                                                                                        \
    template <>                                                                                              \
    void rmsprop_step<T>(const RmspropStep& s, int64_t n, T* p, const T* g, T* square, T* mean, T* buffer) { \
        HWY_DYNAMIC_DISPATCH(rmsprop_##suffix)(s, n, p, g, square, mean, buffer);                            \
    }                                                                                                        \
    template <>                                                                                              \
    void adagrad_step<T>(const AdagradStep& s, int64_t n, T* p, const T* g, T* sum) {                        \
        HWY_DYNAMIC_DISPATCH(adagrad_##suffix)(s, n, p, g, sum);                                             \
    }
WICK_EXPORT(float, f32)
WICK_EXPORT(double, f64)
#undef WICK_EXPORT

}  // namespace wick::kernels
#endif

#include "kernels/optimizer_steps.h"

#include <cmath>

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizer_steps.cpp"
#include <hwy/foreach_target.h>

#include "kernels/along_row-inl.h"
#include "kernels/target-inl.h"

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
    const auto size = all<T>(-s.size), direct = all<T>(-s.direct), root = all<T>(s.root), eps = all<T>(s.eps);
    const auto beta1 = all<T>(s.beta1), fresh1 = all<T>(1 - s.beta1);
    const auto beta2 = all<T>(s.beta2), fresh2 = all<T>(1 - s.beta2);
    const auto decay = all<T>(s.weight_decay), kept = all<T>(s.kept);
    const bool decays = s.weight_decay != 0, shrinks = s.kept != 1;
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
        auto change = hn::Mul(size, m);
        if (s.direct != 0) change = hn::MulAdd(direct, g, change);
        if (s.divides) change = hn::Div(change, hn::Add(hn::Div(hn::Sqrt(v), root), eps));
        store(hn::Add(p, change), param);
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

template <class T>
HWY_NOINLINE void run_adadelta(const AdadeltaStep& s, int64_t n, T* param, const T* grad, T* square, T* change) {
    const auto lr = all<T>(s.lr), rho = all<T>(s.rho), fresh = all<T>(1 - s.rho), eps = all<T>(s.eps);
    const auto decay = all<T>(s.weight_decay);
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        const auto p = load(param);
        const auto g = gradient(load(grad), p, decay, s.weight_decay != 0, s.maximize);
        const auto v = hn::MulAdd(hn::Mul(fresh, g), g, hn::Mul(rho, load(square)));
        store(v, square);
        const auto c = load(change);
        const auto d = hn::Mul(hn::Div(hn::Sqrt(hn::Add(c, eps)), hn::Sqrt(hn::Add(v, eps))), g);
        store(hn::MulAdd(hn::Mul(fresh, d), d, hn::Mul(rho, c)), change);
        store(hn::NegMulAdd(lr, d, p), param);
    });
}

template <class T>
HWY_NOINLINE void run_adamax(const AdamaxStep& s, int64_t n, T* param, const T* grad, T* first, T* largest) {
    const auto size = all<T>(s.size), eps = all<T>(s.eps), decay = all<T>(s.weight_decay);
    const auto beta1 = all<T>(s.beta1), fresh1 = all<T>(1 - s.beta1), beta2 = all<T>(s.beta2);
    const bool near = 1 - s.beta1 < 0.5;
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        const auto p = load(param);
        const auto g = gradient(load(grad), p, decay, s.weight_decay != 0, s.maximize);
        const auto m = lerp(load(first), g, fresh1, beta1, near);
        store(m, first);
        const auto bound = hn::Max(hn::Mul(beta2, load(largest)), hn::Add(hn::Abs(g), eps));
        store(bound, largest);
        store(hn::Sub(p, hn::Div(hn::Mul(size, m), bound)), param);
    });
}

template <class T>
HWY_NOINLINE void run_rprop(const RpropStep& s, int64_t n, T* param, const T* grad, T* before, T* size) {
    const auto minus = all<T>(s.minus), plus = all<T>(s.plus), least = all<T>(s.least), most = all<T>(s.most);
    const auto zero = all<T>(0), one = all<T>(1);
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        auto g = load(grad);
        if (s.maximize) g = hn::Neg(g);
        const auto agreement = hn::Mul(g, load(before));
        const auto turned = hn::Lt(agreement, zero);
        const auto factor = hn::IfThenElse(turned, minus, hn::IfThenElse(hn::Gt(agreement, zero), plus, one));
        const auto length = hn::Min(hn::Max(hn::Mul(load(size), factor), least), most);
        g = hn::IfThenZeroElse(turned, g);
        const auto change = hn::IfThenElseZero(hn::Ne(g, zero), hn::CopySign(length, g));
        store(length, size);
        store(g, before);
        store(hn::Sub(load(param), change), param);
    });
}

template <class T>
HWY_NOINLINE void run_asgd(const AsgdStep& s, int64_t n, T* param, const T* grad, T* mean) {
    const auto eta = all<T>(s.eta), kept = all<T>(s.kept), mu = all<T>(s.mu), decay = all<T>(s.weight_decay);
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        auto p = load(param);
        const auto g = gradient(load(grad), p, decay, s.weight_decay != 0, s.maximize);
        p = hn::NegMulAdd(eta, g, hn::Mul(kept, p));
        store(p, param);
        const auto old = load(mean);
        store(s.mu == 1 ? p : hn::MulAdd(mu, hn::Sub(p, old), old), mean);
    });
}

// The steps of a dtype: what they are called, and what they keep beside the parameter and its gradient.
#define WICK_LIST(...) __VA_ARGS__
#define WICK_STEPS(DO, T, suffix)                                                                   \
    DO(T, suffix, sgd, SgdStep, (T * buffer), (buffer))                                             \
    DO(T, suffix, adam, AdamStep, (T * m, T * v, T * largest), (m, v, largest))                     \
    DO(T, suffix, rmsprop, RmspropStep, (T * square, T * mean, T * buffer), (square, mean, buffer)) \
    DO(T, suffix, adagrad, AdagradStep, (T * sum), (sum))                                           \
    DO(T, suffix, adadelta, AdadeltaStep, (T * square, T * change), (square, change))               \
    DO(T, suffix, adamax, AdamaxStep, (T * m, T * largest), (m, largest))                           \
    DO(T, suffix, rprop, RpropStep, (T * before, T * size), (before, size))                         \
    DO(T, suffix, asgd, AsgdStep, (T * mean), (mean))

// HWY_EXPORT wants plain functions.
#define WICK_INSTANTIATE(T, suffix, name, Step, parameters, kept)                            \
    void name##_##suffix(const Step& s, int64_t n, T* p, const T* g, WICK_LIST parameters) { \
        run_##name(s, n, p, g, WICK_LIST kept);                                              \
    }
WICK_STEPS(WICK_INSTANTIATE, float, f32)
WICK_STEPS(WICK_INSTANTIATE, double, f64)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

#define WICK_EXPORT(T, suffix, name, Step, parameters, kept)                                \
    HWY_EXPORT(name##_##suffix);                                                            \
    template <>                                                                             \
    void name##_step<T>(const Step& s, int64_t n, T* p, const T* g, WICK_LIST parameters) { \
        HWY_DYNAMIC_DISPATCH(name##_##suffix)(s, n, p, g, WICK_LIST kept);                  \
    }
WICK_STEPS(WICK_EXPORT, float, f32)
WICK_STEPS(WICK_EXPORT, double, f64)
#undef WICK_EXPORT

}  // namespace wick::kernels
#endif

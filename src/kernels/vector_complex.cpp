// Loops on complex numbers: one value at a time.

#include <complex>
#include <type_traits>

#include "kernels/vector_tables.h"

namespace wick::kernels {
namespace {

// A loop around a captureless function; T is the type of its operands.
template <class T, class F>
VectorLoop unary(F) {
    return [](const void* a, const void*, const void*, void* out, size_t n) {
        using R = std::conditional_t<std::is_same_v<std::invoke_result_t<F, T>, bool>, uint8_t, T>;
        for (size_t i = 0; i < n; ++i) static_cast<R*>(out)[i] = F()(static_cast<const T*>(a)[i]);
    };
}
template <class T, class F>
VectorLoop binary(F) {
    return [](const void* a, const void* b, const void*, void* out, size_t n) {
        using R = std::conditional_t<std::is_same_v<std::invoke_result_t<F, T, T>, bool>, uint8_t, T>;
        for (size_t i = 0; i < n; ++i)
            static_cast<R*>(out)[i] = F()(static_cast<const T*>(a)[i], static_cast<const T*>(b)[i]);
    };
}
template <class T>
void where(const void* condition, const void* a, const void* b, void* out, size_t n) {
    for (size_t i = 0; i < n; ++i)
        static_cast<T*>(out)[i] = static_cast<const T*>(static_cast<const uint8_t*>(condition)[i] ? a : b)[i];
}

template <class T>
VectorLoop complex_loop(Primitive primitive) {
    using C = std::complex<T>;
    using P = Primitive;
    switch (primitive) {
        case P::add:
            return binary<C>([](C a, C b) { return a + b; });
        case P::sub:
            return binary<C>([](C a, C b) { return a - b; });
        case P::mul:
            return binary<C>([](C a, C b) { return a * b; });
        case P::div:
            return binary<C>([](C a, C b) { return a / b; });
        case P::pow:
            return binary<C>([](C a, C b) { return std::pow(a, b); });
        case P::neg:
            return unary<C>([](C a) { return -a; });
        case P::abs:
            return unary<C>([](C a) { return C(std::abs(a)); });
        case P::sign:
            return unary<C>([](C a) { return a == C(0) ? a : a / std::abs(a); });
        case P::conj:
            return unary<C>([](C a) { return std::conj(a); });
        case P::sqrt:
            return unary<C>([](C a) { return std::sqrt(a); });
        case P::rsqrt:
            return unary<C>([](C a) { return C(1) / std::sqrt(a); });
        case P::exp:
            return unary<C>([](C a) { return std::exp(a); });
        case P::log:
            return unary<C>([](C a) { return std::log(a); });
        case P::log10:
            return unary<C>([](C a) { return std::log10(a); });
        case P::sin:
            return unary<C>([](C a) { return std::sin(a); });
        case P::cos:
            return unary<C>([](C a) { return std::cos(a); });
        case P::tan:
            return unary<C>([](C a) { return std::tan(a); });
        case P::asin:
            return unary<C>([](C a) { return std::asin(a); });
        case P::acos:
            return unary<C>([](C a) { return std::acos(a); });
        case P::atan:
            return unary<C>([](C a) { return std::atan(a); });
        case P::sinh:
            return unary<C>([](C a) { return std::sinh(a); });
        case P::cosh:
            return unary<C>([](C a) { return std::cosh(a); });
        case P::tanh:
            return unary<C>([](C a) { return std::tanh(a); });
        case P::sigmoid:
            return unary<C>([](C a) { return C(1) / (C(1) + std::exp(-a)); });
        case P::eq:
            return binary<C>([](C a, C b) { return a == b; });
        case P::ne:
            return binary<C>([](C a, C b) { return a != b; });
        case P::is_nan:
            return unary<C>([](C a) { return std::isnan(a.real()) || std::isnan(a.imag()); });
        case P::is_inf:
            return unary<C>([](C a) { return std::isinf(a.real()) || std::isinf(a.imag()); });
        case P::where:
            return &where<C>;
        default:
            return nullptr;
    }
}

}  // namespace

VectorLoop complex_vector_loop(Primitive primitive, bool is_double) {
    return is_double ? complex_loop<double>(primitive) : complex_loop<float>(primitive);
}

}  // namespace wick::kernels

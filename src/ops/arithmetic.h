#pragma once
// What +, //, %, <, … mean on plain numbers, and the comparisons on strings: function objects on two operands of one
// type (or one), which the operators of that name and the interpreter's instructions both apply. Ints wrap around, as
// in PyTorch; division and remainder round towards minus infinity, as in Python.

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

#include <wick/support/check.h>

namespace wick::jit {

using Complex = std::complex<double>;

template <class T>
concept Real = std::same_as<T, int64_t> || std::same_as<T, double>;
template <class T>
concept Number = Real<T> || std::same_as<T, Complex>;
template <class T>
concept Ordered = Real<T> || std::same_as<T, std::string_view>;
template <class T>
concept Floating = std::same_as<T, double> || std::same_as<T, Complex>;

/// The type both are computed in.
template <class A, class B>
using Common = std::conditional_t<std::is_same_v<A, Complex> || std::is_same_v<B, Complex>, Complex,
                                  std::conditional_t<std::is_same_v<A, double> || std::is_same_v<B, double>, double,
                                                     std::conditional_t<std::is_same_v<A, B>, A, int64_t>>>;

namespace arithmetic {

/// f of the operands as unsigned numbers, where overflow is defined.
template <class F>
int64_t wrapping(int64_t a, int64_t b, F f) {
    return static_cast<int64_t>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
}

template <class F>
struct Wrapping {
    template <Number T>
    T operator()(T a, T b) const {
        if constexpr (std::is_same_v<T, int64_t>)
            return wrapping(a, b, F());
        else
            return F()(a, b);
    }
};
using Add = Wrapping<std::plus<>>;
using Sub = Wrapping<std::minus<>>;
using Mul = Wrapping<std::multiplies<>>;

/// Of ints too in floating point; x / 0 is infinite or NaN, as in PyTorch.
struct Div {
    template <Number T>
    auto operator()(T a, T b) const {
        using R = Common<T, double>;
        return static_cast<R>(a) / static_cast<R>(b);
    }
};

inline void check_divisor(int64_t b) {
    if (b == 0) [[unlikely]]
        throw OpError("division by 0");
}

struct FloorDiv {
    int64_t operator()(int64_t a, int64_t b) const {
        check_divisor(b);
        if (b == -1) return wrapping(0, a, std::minus<>());
        const int64_t quotient = a / b;
        return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
    }
    double operator()(double a, double b) const { return std::floor(a / b); }
};

/// Has the divisor's sign, zero too.
struct Remainder {
    int64_t operator()(int64_t a, int64_t b) const {
        check_divisor(b);
        if (b == -1) return 0;
        const int64_t r = a % b;
        return (r != 0 && (r < 0) != (b < 0)) ? r + b : r;
    }
    double operator()(double a, double b) const {
        const double r = std::fmod(a, b);
        if (r == 0) return std::copysign(0.0, b);
        return (r < 0) != (b < 0) ? r + b : r;
    }
};

struct Pow {
    template <Number T>
    auto operator()(T a, T b) const {
        using R = Common<T, double>;
        if constexpr (Real<T>) {
            if (a == 0 && b < 0) [[unlikely]]
                throw OpError("0.0 cannot be raised to a negative power");
        }
        return std::pow(static_cast<R>(a), static_cast<R>(b));
    }
};

struct Max {
    template <Real T>
    T operator()(T a, T b) const {
        return a > b ? a : b;
    }
};
struct Min {
    template <Real T>
    T operator()(T a, T b) const {
        return a < b ? a : b;
    }
};

struct Neg {
    template <Number T>
    T operator()(T a) const {
        if constexpr (std::is_same_v<T, int64_t>)
            return wrapping(0, a, std::minus<>());
        else
            return -a;
    }
};
struct Abs {
    template <Number T>
    auto operator()(T a) const {
        if constexpr (std::is_same_v<T, int64_t>)
            return a < 0 ? Neg()(a) : a;
        else
            return std::abs(a);
    }
};
struct ToFloat {
    double operator()(int64_t a) const { return static_cast<double>(a); }
};

using And = std::bit_and<>;
using Or = std::bit_or<>;
using Xor = std::bit_xor<>;
struct ShiftLeft {
    int64_t operator()(int64_t a, int64_t by) const {
        WICK_CHECK(by >= 0, "negative shift count");
        return by >= 64 ? 0 : static_cast<int64_t>(static_cast<uint64_t>(a) << by);
    }
};
struct ShiftRight {
    int64_t operator()(int64_t a, int64_t by) const {
        WICK_CHECK(by >= 0, "negative shift count");
        return a >> std::min<int64_t>(by, 63);
    }
};

/// len(range(low, high, step)), computed without overflow.
struct RangeLength {
    int64_t operator()(int64_t low, int64_t high, int64_t step) const {
        WICK_CHECK(step != 0, "range() arg 3 must not be zero");
        const auto steps = [](int64_t from, int64_t to, uint64_t by) {
            return static_cast<int64_t>((static_cast<uint64_t>(to) - static_cast<uint64_t>(from) - 1) / by + 1);
        };
        if (step > 0) return low < high ? steps(low, high, static_cast<uint64_t>(step)) : 0;
        return low > high ? steps(high, low, 0 - static_cast<uint64_t>(step)) : 0;
    }
};
struct RangeItem {
    int64_t operator()(int64_t index, int64_t start, int64_t step) const { return Add()(start, Mul()(index, step)); }
};

struct Lt {
    template <Ordered T>
    bool operator()(T a, T b) const {
        return a < b;
    }
};
struct Le {
    template <Ordered T>
    bool operator()(T a, T b) const {
        return a <= b;
    }
};
struct Gt {
    template <Ordered T>
    bool operator()(T a, T b) const {
        return a > b;
    }
};
struct Ge {
    template <Ordered T>
    bool operator()(T a, T b) const {
        return a >= b;
    }
};
using Eq = std::equal_to<>;
using Ne = std::not_equal_to<>;

}  // namespace arithmetic
}  // namespace wick::jit

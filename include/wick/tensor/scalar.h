#pragma once

#include <complex>
#include <concepts>
#include <cstdint>

#include <wick/tensor/dtype.h>

namespace wick {

/// A Python number: bool, int, float or complex.
class Scalar {
 public:
    Scalar() : Scalar(int64_t{0}) {}
    Scalar(bool value) : kind_(Kind::boolean), int_(value) {}
    Scalar(std::integral auto value) : kind_(Kind::integer), int_(static_cast<int64_t>(value)) {}
    Scalar(double value) : kind_(Kind::floating), real_(value) {}
    Scalar(std::complex<double> value) : kind_(Kind::complex), real_(value.real()), imag_(value.imag()) {}

    bool is_bool() const { return kind_ == Kind::boolean; }
    /// int or bool.
    bool is_integral() const { return kind_ == Kind::integer || kind_ == Kind::boolean; }
    bool is_floating() const { return kind_ == Kind::floating; }
    bool is_complex() const { return kind_ == Kind::complex; }

    /// A float loses its fraction; NaN and what no int64 holds become INT64_MIN, which is what the hardware gives
    /// PyTorch.
    int64_t to_int() const {
        if (is_integral()) return int_;
        return real_ >= -0x1p63 && real_ < 0x1p63 ? static_cast<int64_t>(real_) : INT64_MIN;
    }
    double to_double() const { return is_integral() ? static_cast<double>(int_) : real_; }
    std::complex<double> to_complex() const { return {to_double(), imag_}; }
    bool to_bool() const { return is_integral() ? int_ != 0 : (real_ != 0 || imag_ != 0); }
    template <class T>
    T to() const;

    /// bool_, int64, float64 or complex128.
    DType dtype() const {
        switch (kind_) {
            case Kind::boolean:
                return DType::bool_;
            case Kind::integer:
                return DType::int64;
            case Kind::floating:
                return DType::float64;
            case Kind::complex:
                return DType::complex128;
        }
        __builtin_unreachable();
    }

 private:
    enum class Kind : uint8_t { boolean, integer, floating, complex };
    Kind kind_;
    union {
        int64_t int_;
        double real_;
    };
    double imag_ = 0;
};

template <class T>
T Scalar::to() const {
    if constexpr (std::is_same_v<T, bool>) {
        return to_bool();
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(to_int());
    } else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
        return T(to_complex());
    } else if constexpr (std::is_same_v<T, double>) {
        return to_double();
    } else {
        return T(static_cast<float>(to_double()));
    }
}

}  // namespace wick

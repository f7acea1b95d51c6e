#include "ops/convert.h"

#include <complex>
#include <cstring>
#include <type_traits>

#include "kernels/half.h"

namespace wick::ops {
namespace {

template <class T>
constexpr bool kIsComplex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;
template <class T>
constexpr bool kIsReduced = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

template <class To, class From>
inline To convert_value(From value) {
    if constexpr (std::is_same_v<To, From>) {
        return value;
    } else if constexpr (kIsComplex<From>) {
        if constexpr (kIsComplex<To>) {
            return To(static_cast<typename To::value_type>(value.real()),
                      static_cast<typename To::value_type>(value.imag()));
        } else if constexpr (std::is_same_v<To, bool>) {
            return value.real() != 0 || value.imag() != 0;
        } else {
            return convert_value<To>(value.real());
        }
    } else if constexpr (kIsComplex<To>) {
        return To(static_cast<typename To::value_type>(value), 0);
    } else if constexpr (kIsReduced<From>) {
        return convert_value<To>(static_cast<float>(value));
    } else if constexpr (std::is_same_v<To, bool>) {
        return value != From(0);
    } else if constexpr (kIsReduced<To>) {
        return To(static_cast<float>(value));
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        // Out of range is undefined in C++; going through int64 gives what the hardware gives PyTorch.
        if constexpr (sizeof(To) == 8) {
            return value >= From(-0x1p63) && value < From(0x1p63) ? static_cast<To>(value) : INT64_MIN;
        } else {
            return static_cast<To>(convert_value<int64_t>(value));
        }
    } else {
        return static_cast<To>(value);
    }
}

template <class From, class To>
void run(const void* src_bytes, int64_t src_step, void* dst_bytes, int64_t dst_step, int64_t n) {
    const From* src = static_cast<const From*>(src_bytes);
    To* dst = static_cast<To*>(dst_bytes);
    if (dst_step == 1 && src_step == 1) {
        if constexpr (std::is_same_v<From, To>) {
            std::memcpy(dst, src, static_cast<size_t>(n) * sizeof(To));
        } else if constexpr (kIsReduced<From> && std::is_same_v<To, float>) {
            kernels::widen(src, dst, n);
        } else if constexpr (std::is_same_v<From, float> && kIsReduced<To>) {
            kernels::narrow(src, dst, n);
        } else {
            for (int64_t i = 0; i < n; ++i) dst[i] = convert_value<To>(src[i]);
        }
    } else if (dst_step == 1 && src_step == 0) {
        const To value = convert_value<To>(*src);
        for (int64_t i = 0; i < n; ++i) dst[i] = value;
    } else {
        for (int64_t i = 0; i < n; ++i) dst[i * dst_step] = convert_value<To>(src[i * src_step]);
    }
}

}  // namespace

ConvertRun convert_run(DType from, DType to) {
    return dispatch_dtype(from, [to]<class From>() {
        return dispatch_dtype(to, []<class To>() -> ConvertRun { return &run<From, To>; });
    });
}

}  // namespace wick::ops

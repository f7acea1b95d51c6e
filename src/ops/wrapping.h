#pragma once
// Sums and products of elements of any dtype. Those of integers wrap around, as in PyTorch; in C++ only unsigned ones
// may.

#include <cstdint>
#include <type_traits>

namespace wick::ops {

/// What elements of type T are added and multiplied as.
template <class T>
using Wrapping = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;

template <class T>
T wrapping_sum(T a, T b) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
}
template <class T>
T wrapping_product(T a, T b) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}

}  // namespace wick::ops

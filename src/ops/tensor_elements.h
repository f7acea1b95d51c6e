#pragma once
// One element of a tensor as a number, for code that looks at few of them (printing).

#include <wick/support/check.h>
#include <wick/tensor/tensor.h>

namespace wick::jit {

/// PyTorch's limit on the number of dimensions; bounds the recursion over them.
inline constexpr int64_t kMaxPrintedDims = 64;

/// The element `offset` elements after the tensor's first, as the Python number that item() would give.
inline Scalar element_at(const Tensor& tensor, int64_t offset) {
    return dispatch_dtype(tensor.dtype(), [&]<class T>() -> Scalar {
        const T value = tensor.data<T>()[offset];
        if constexpr (std::is_same_v<T, bool>)
            return Scalar(value);
        else if constexpr (std::is_integral_v<T>)
            return Scalar(static_cast<int64_t>(value));
        else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>)
            return Scalar(std::complex<double>(value));
        else
            return Scalar(static_cast<double>(value));
    });
}

}  // namespace wick::jit

#pragma once
// Helpers of the operator tests: tensors from lists, calls by schema name, comparison with plain vectors.

#include <cmath>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::testing {

/// A row-major tensor of the values; one-dimensional without sizes.
template <class T = float>
Tensor tensor(std::vector<T> values, std::optional<DimVector> sizes = std::nullopt) {
    Tensor result = empty(sizes ? IntArrayRef(*sizes) : IntArrayRef(static_cast<int64_t>(values.size())), dtype_of<T>);
    EXPECT_EQ(result.numel(), static_cast<int64_t>(values.size()));
    std::copy(values.begin(), values.end(), result.mutable_data<T>());
    return result;
}

/// 0, 1, 2, … in the shape.
inline Tensor counting(IntArrayRef sizes, DType dtype = DType::float32) {
    return ops::to_dtype(ops::view(ops::arange(checked_numel(sizes)), sizes), dtype);
}

/// The elements in row-major order.
template <class T = double>
std::vector<T> values(const Tensor& self) {
    const Tensor flat = ops::contiguous(ops::to_dtype(self, dtype_of<T>));
    return std::vector<T>(flat.data<T>(), flat.data<T>() + flat.numel());
}

inline std::vector<int64_t> sizes(const Tensor& self) { return self.sizes().vec(); }
inline std::vector<int64_t> strides(const Tensor& self) { return self.strides().vec(); }

template <class... A>
Tensor call(std::string_view op, A&&... arguments) {
    return jit::call_operator(op, {IValue(std::forward<A>(arguments))...}).to_tensor();
}
template <class... A>
IValue call_value(std::string_view op, A&&... arguments) {
    return jit::call_operator(op, {IValue(std::forward<A>(arguments))...});
}

/// The message of the error that `body` throws, or "" when it does not.
template <class F>
std::string error_of(F&& body) {
    try {
        body();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

inline void expect_close(const std::vector<double>& actual, const std::vector<double>& expected,
                         double tolerance = 1e-6) {
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) {
        if (std::isnan(expected[i])) {
            EXPECT_TRUE(std::isnan(actual[i])) << "element " << i << " is " << actual[i];
        } else if (actual[i] != expected[i]) {
            EXPECT_NEAR(actual[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << "element " << i;
        }
    }
}

}  // namespace wick::testing

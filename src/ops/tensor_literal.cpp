#include <wick/ops/tensor_literal.h>
#include <wick/support/check.h>
#include <wick/tensor/default_dtype.h>

#include "ops/tensor_ops.h"

namespace wick {

DimVector TensorData::sizes() const {
    DimVector sizes;
    const auto* list = std::get_if<std::vector<TensorData>>(&data_);
    if (!list) return sizes;
    sizes.push_back(static_cast<int64_t>(list->size()));
    if (list->empty()) return sizes;
    const DimVector inner = list->front().sizes();
    for (size_t i = 1; i < list->size(); ++i) {
        const DimVector other = (*list)[i].sizes();
        WICK_CHECK(other == inner,
                   "Expected all sub-lists to have sizes: {} (e.g. 0), but got sub-list {} with sizes: {}",
                   format_sizes(inner), i, format_sizes(other));
    }
    sizes.append(inner.begin(), inner.end());
    return sizes;
}

void TensorData::append_numbers(std::vector<Scalar>& numbers) const {
    if (const Scalar* number = std::get_if<Scalar>(&data_)) return numbers.push_back(*number);
    for (const TensorData& one : std::get<std::vector<TensorData>>(data_)) one.append_numbers(numbers);
}

static DType dtype_of_numbers(const std::vector<Scalar>& numbers) {
    if (numbers.empty()) return default_dtype();
    DType widest = DType::bool_;
    for (const Scalar& number : numbers) widest = promote_types(widest, number.dtype());
    if (is_complex(widest)) return default_complex_dtype();
    return is_floating(widest) ? default_dtype() : widest;
}

Tensor tensor(const TensorData& data, const TensorOptions& options) {
    ops::check_device(options.device());
    std::vector<Scalar> numbers;
    data.append_numbers(numbers);
    const Tensor made = empty(data.sizes(), options.dtype().value_or(dtype_of_numbers(numbers)));
    dispatch_dtype(made.dtype(), [&]<class T>() {
        T* to = made.mutable_data<T>();
        for (const Scalar& number : numbers) *to++ = number.to<T>();
    });
    return made.set_requires_grad(options.requires_grad());
}

}  // namespace wick

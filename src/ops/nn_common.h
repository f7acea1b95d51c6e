#pragma once
// What the neural-network operators share: the dtype they compute in, and the argument forms of torch.nn.functional.
//
// A kernel is written for float32 and float64. 16-bit floats are widened to float32 on the way in and rounded once on
// the way out, which is also how PyTorch's CPU kernels accumulate.

#include <string_view>

#include <wick/support/check.h>
#include <wick/tensor/tensor.h>

#include "ops/boxing.h"
#include "ops/op_errors.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

/// float32 for the 16-bit floats, otherwise the dtype itself.
constexpr DType compute_dtype(DType dtype) {
    return dtype == DType::float16 || dtype == DType::bfloat16 ? DType::float32 : dtype;
}

/// The tensor, row-major and in its compute dtype; itself when it already is. Undefined stays undefined.
inline Tensor compute_input(const Tensor& tensor) {
    return tensor.defined() ? ops::contiguous(ops::to_dtype(tensor, compute_dtype(tensor.dtype()))) : Tensor();
}

/// As above, in a dtype given (an affine parameter beside an input of another float type).
inline Tensor compute_input(const Tensor& tensor, DType dtype) {
    return tensor.defined() ? ops::contiguous(ops::to_dtype(tensor, dtype)) : Tensor();
}

/// The data of a tensor that may be undefined (null then).
template <class T>
const T* data_or_null(const Tensor& tensor) {
    return tensor.defined() ? tensor.data<T>() : nullptr;
}

/// Calls f.template operator()<T>() with T = float or double; `op` names the operator in the error for other dtypes.
template <class F>
decltype(auto) dispatch_float(DType dtype, std::string_view op, F&& f) {
    if (dtype == DType::float32) return f.template operator()<float>();
    if (dtype == DType::float64) return f.template operator()<double>();
    throw_not_implemented(op, dtype);
}

/// An `int[N]` argument: one number stands for N equal ones. OpError when the list has another length.
inline IntList expand_list(IntList list, int64_t n, std::string_view op, std::string_view argument) {
    if (list.size() == 1 && n > 1) list.resize(static_cast<size_t>(n), list[0]);
    WICK_CHECK(static_cast<int64_t>(list.size()) == n,
               "{}: {} must either be a single int, or a tuple of {} ints, got {}", op, argument, n,
               format_sizes(list));
    return list;
}

/// The `bool[N] output_mask` of a backward operator: which of the gradients are wanted.
inline std::vector<bool> output_mask(const IValue& list) {
    std::vector<bool> wanted;
    for (const IValue& item : snapshot(list.to_list())->items) wanted.push_back(item.to_bool());
    return wanted;
}

/// `reduction` arguments of losses.
enum class Reduction : int64_t { none = 0, mean = 1, sum = 2 };

}  // namespace wick::jit

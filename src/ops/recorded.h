#pragma once
// Operators called by name, so that gradient mode records them: what the body of an operator that is differentiated by
// parts is made of (OperatorEntry::differentiated_by_parts). Else as the functions of tensor_ops.h.

#include <span>
#include <vector>

#include "ops/registry.h"

namespace wick::ops::recorded {

/// The result of an operator, called by its name as a program would.
Tensor call_with(std::string_view name, std::span<const IValue> arguments);
template <class... A>
Tensor call(std::string_view name, A&&... arguments) {
    const IValue values[] = {IValue(std::forward<A>(arguments))...};
    return call_with(name, values);
}

inline Tensor add(const Tensor& a, const Tensor& b) { return call("aten::add.Tensor", a, b); }
inline Tensor add(const Tensor& a, const Scalar& b) { return call("aten::add.Scalar", a, b); }
inline Tensor subtract(const Tensor& a, const Tensor& b) { return call("aten::sub.Tensor", a, b); }
inline Tensor multiply(const Tensor& a, const Tensor& b) { return call("aten::mul.Tensor", a, b); }
inline Tensor multiply(const Tensor& a, const Scalar& b) { return call("aten::mul.Scalar", a, b); }
inline Tensor divide(const Tensor& a, const Tensor& b) { return call("aten::div.Tensor", a, b); }
inline Tensor divide(const Tensor& a, const Scalar& b) { return call("aten::div.Scalar", a, b); }
inline Tensor not_equal(const Tensor& a, const Tensor& b) { return call("aten::ne.Tensor", a, b); }
inline Tensor conj(const Tensor& self) { return call("aten::conj", self); }
inline Tensor abs(const Tensor& self) { return call("aten::abs", self); }
inline Tensor matmul(const Tensor& a, const Tensor& b) { return call("aten::matmul", a, b); }
inline Tensor to_dtype(const Tensor& self, DType dtype) {
    return self.dtype() == dtype ? self : call("aten::to.dtype", self, static_cast<int64_t>(dtype));
}

inline Tensor reshape(const Tensor& self, IntArrayRef sizes) { return call("aten::reshape", self, sizes.vec()); }
inline Tensor expand(const Tensor& self, IntArrayRef sizes) { return call("aten::expand", self, sizes.vec()); }
inline Tensor permute(const Tensor& self, IntArrayRef dims) { return call("aten::permute", self, dims.vec()); }
inline Tensor transpose(const Tensor& self, int64_t a, int64_t b) { return call("aten::transpose.int", self, a, b); }
inline Tensor squeeze(const Tensor& self, int64_t dim) { return call("aten::squeeze.dim", self, dim); }
inline Tensor unsqueeze(const Tensor& self, int64_t dim) { return call("aten::unsqueeze", self, dim); }
inline Tensor select(const Tensor& self, int64_t dim, int64_t index) {
    return call("aten::select.int", self, dim, index);
}
inline Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
    return call("aten::narrow", self, dim, start, length);
}
inline Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) {
    return call("aten::diagonal", self, offset, dim1, dim2);
}
inline Tensor contiguous(const Tensor& self) { return call("aten::contiguous", self); }
inline Tensor clone(const Tensor& self) { return call("aten::clone", self); }
inline Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0) { return call("aten::cat", tensors, dim); }
inline Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0) { return call("aten::stack", tensors, dim); }
inline Tensor sum(const Tensor& self, IntArrayRef dims, bool keepdim = false) {
    return call("aten::sum.dim_IntList", self, dims.vec(), keepdim);
}
inline Tensor flip(const Tensor& self, IntArrayRef dims) { return call("aten::flip", self, dims.vec()); }

}  // namespace wick::ops::recorded

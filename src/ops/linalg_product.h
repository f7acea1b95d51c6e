#pragma once
// Matrix products on tensors: one door to kernels/gemm.h for every dtype, stride and batch shape.

#include <limits>

#include <wick/tensor/tensor.h>

#include "kernels/gemm.h"

namespace wick::jit {

/// The packed form of a 2-D constant `weight` (of W[n, k] if transposed, else of B[k, n]); T is its compute type. Null
/// when the tensor isn't a constant, already carries something else derived from it, or isn't packed yet: a product
/// then reads the weight as it is, with the same result.
///
/// A weight is packed when it is used again, and weights take turns, so that neither the first call of a module nor any
/// other packs them all. `uses` is how many products the caller makes of it now; many are worth packing at once.
template <class T>
const kernels::PackedMatrix<T>* packed_weight(const Tensor& weight, bool transposed, int64_t uses = 1);

/// a[m, k] @ b[k, n] in the operands' common dtype; row-major result. OpError on shapes or dtypes that don't fit; `op`
/// names the operator in messages.
Tensor multiply(const Tensor& a, const Tensor& b, std::string_view op);

/// out = beta * out + alpha * a[m, k] @ b[k, n]; `out` is row-major in the operands' dtype. With beta == 0 out is not
/// read.
void multiply_into(const Tensor& out, const Tensor& a, const Tensor& b, const Scalar& alpha, const Scalar& beta,
                   std::string_view op);

/// As multiply_into for a[…, m, k], b[…, k, n] and out[…, m, n] whose leading dimensions are equal (expanded, stride 0,
/// is fine for a and b).
void multiply_batches_into(const Tensor& out, const Tensor& a, const Tensor& b, const Scalar& alpha, const Scalar& beta,
                           std::string_view op);

/// What linear does to its result while it is in cache (floating dtypes only).
struct LinearEpilogue {
    Tensor residual;  ///< added; contiguous, of the result's shape and dtype; or undefined
    kernels::Activation activation = kernels::Activation::None;      ///< applied last
    double low = 0, high = std::numeric_limits<double>::infinity();  ///< of Clamp: of relu, unless said otherwise
};

/// activation(x[…, k] @ weight[n, k]^T + bias[n] + residual); bias may be undefined. OpError when shapes or dtypes do
/// not fit.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, const LinearEpilogue& after);
inline Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
    return linear(input, weight, bias, {});
}

}  // namespace wick::jit

// torch.linalg.eig of batches of general matrices, real or complex, computed in double.

#include <atomic>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/linalg_eig.h"
#include "ops/op_errors.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

using dense::Complex;

/// f(matrix, its number) for each of a batch of square matrices, as complex numbers.
template <class F>
void for_each_matrix(const Tensor& a, std::string_view op, const F& f) {
    WICK_CHECK(a.dim() >= 2, "{}: The input tensor A must have at least 2 dimensions.", op);
    WICK_CHECK(a.size(-1) == a.size(-2), "{}: A must be batches of square matrices, but they are {} by {} matrices", op,
               a.size(-2), a.size(-1));
    WICK_CHECK(is_floating(a.dtype()) || is_complex(a.dtype()),
               "{}: Expected a floating point or complex tensor as input. Got {}", op, scalar_name_of(a.dtype()));
    const Tensor values = contiguous(to_dtype(a, DType::complex128));
    const int64_t n = a.size(-1), count = n == 0 ? 0 : a.numel() / (n * n);
    parallel_for(0, count, std::max<int64_t>(1, 4096 / (n * n * n + 1)), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) f(values.data<Complex>() + i * n * n, i);
    });
}

DType complex_of(DType dtype) {
    return dtype == DType::float64 || dtype == DType::complex128 ? DType::complex128 : DType::complex64;
}

std::tuple<Tensor, Tensor> eig(const Tensor& self) {
    const int64_t n = self.dim() < 2 ? 0 : self.size(-1);
    const Tensor vectors = empty(self.sizes(), DType::complex128);
    DimVector sizes(self.sizes());
    if (!sizes.empty()) sizes.pop_back();
    const Tensor values = empty(sizes, DType::complex128);
    Complex *to_values = values.mutable_data<Complex>(), *to_vectors = vectors.mutable_data<Complex>();
    std::atomic<bool> converged{true};
    for_each_matrix(self, "linalg.eig", [&](const Complex* a, int64_t i) {
        const dense::Eig found(a, n, !is_complex(self.dtype()));
        if (!found.converged) converged = false;
        std::copy(found.w.begin(), found.w.end(), to_values + i * n);
        std::copy(found.v.begin(), found.v.end(), to_vectors + i * n * n);
    });
    if (!converged)
        throw LinAlgError(
            "linalg.eig: The algorithm failed to converge because the input matrix is ill-conditioned or contains too "
            "many repeated eigenvalues.");
    const DType dtype = complex_of(self.dtype());
    return {to_dtype(values, dtype), to_dtype(vectors, dtype)};
}

Tensor inverse(const Tensor& self) {
    const Tensor result = empty(self.sizes(), DType::complex128);
    Complex* to = result.mutable_data<Complex>();
    for_each_matrix(self, "wick::complex_inverse", [&](const Complex* a, int64_t i) {
        const std::vector<Complex> found = dense::inverse(a, self.size(-1));
        std::copy(found.begin(), found.end(), to + i * static_cast<int64_t>(found.size()));
    });
    return to_dtype(result, complex_of(self.dtype()));
}

}  // namespace

void register_eigenvalues(Registry& ops) {
    ops.add("wick::complex_inverse(Tensor self) -> Tensor")
        .kernel(&inverse)
        .derivative("self", "-result.transpose(-2, -1).conj().matmul(grad).matmul(result.transpose(-2, -1).conj())");
    // Boeddeker et al., "On the Computation of Complex-valued Gradients with Application to Statistically Optimum
    // Beamforming" (2017), with vectors of length 1.
    ops.add("wick::eig_backward(Tensor grad_values, Tensor grad_vectors, Tensor values, Tensor vectors) -> Tensor")
        .composite(R"(
def eig_backward(grad_values: Tensor, grad_vectors: Tensor, values: Tensor, vectors: Tensor) -> Tensor:
    turned = vectors.transpose(-2, -1).conj()
    one = torch.eye(values.size(-1), dtype=values.dtype)
    gaps = values.unsqueeze(-2) - values.unsqueeze(-1) + one
    products = turned.matmul(grad_vectors)
    lengths = torch.real(products.diagonal(0, -2, -1)).unsqueeze(-2)
    turns = (products - turned.matmul(vectors * lengths)) / gaps.conj() * (1 - one)
    return ops.wick.complex_inverse(turned).matmul(torch.diag_embed(grad_values) + turns).matmul(turned)
)");
    ops.add("aten::linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)")
        .kernel(&eig)
        .out("out")
        .derivative("self", "ops.wick.eig_backward(grad_eigenvalues, grad_eigenvectors, eigenvalues, eigenvectors)");
    ops.add("aten::linalg_eigvals(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return std::get<0>(eig(self)); })
        .out()
        .decomposition(R"(
def linalg_eigvals(self: Tensor) -> Tensor:
    return torch.linalg_eig(self)[0]
)");
}

}  // namespace wick::jit

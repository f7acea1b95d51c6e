// Matrix and vector products: mm, bmm, addmm, matmul and their relatives (torch.matmul and torch.linalg documentation).
#include <algorithm>

#include "ops/cpp_types.h"
#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

void check_rank(const Tensor& t, int64_t rank, std::string_view op, std::string_view argument) {
    WICK_CHECK(t.dim() == rank, "{}: expected {} to be a {}-D tensor, but got {}-D", op, argument, rank, t.dim());
}

Tensor mm(const Tensor& self, const Tensor& mat2) {
    WICK_CHECK(self.dim() == 2, "self must be a matrix");
    WICK_CHECK(mat2.dim() == 2, "mat2 must be a matrix");
    return multiply(self, mat2, "addmm_impl_cpu_");
}

void check_batches(const Tensor& a, const Tensor& b, std::string_view op) {
    check_rank(a, 3, op, "batch1");
    check_rank(b, 3, op, "batch2");
    WICK_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1),
               "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}].", a.size(0),
               a.size(2), b.size(0), b.size(1));
}

Tensor bmm(const Tensor& self, const Tensor& mat2) {
    check_batches(self, mat2, "bmm");
    const Tensor out = empty({self.size(0), self.size(1), mat2.size(2)}, self.dtype());
    multiply_batches_into(out, self, mat2, 1, 0, "bmm");
    return out;
}

/// beta * self as the start of a sum: expanded to `sizes`, or uninitialised when beta is 0 (self's NaNs don't count
/// then).
Tensor start_sum(const Tensor& self, IntArrayRef sizes, const Scalar& beta) {
    const Tensor start = expand(self, sizes);
    const Tensor out = empty(sizes, self.dtype());
    if (beta.to_double() != 0 || beta.is_complex()) copy_into(out, start);
    return out;
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha) {
    check_rank(mat1, 2, "addmm", "mat1");
    check_rank(mat2, 2, "addmm", "mat2");
    WICK_CHECK(self.dtype() == mat1.dtype(), "self and mat2 must have the same dtype, but got {} and {}",
               scalar_name_of(self.dtype()), scalar_name_of(mat2.dtype()));
    const Tensor out = start_sum(self, {mat1.size(0), mat2.size(1)}, beta);
    multiply_into(out, mat1, mat2, alpha, beta, "addmm_impl_cpu_");
    return out;
}

Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta, Scalar alpha) {
    check_batches(batch1, batch2, "baddbmm");
    const Tensor out = start_sum(self, {batch1.size(0), batch1.size(1), batch2.size(2)}, beta);
    multiply_batches_into(out, batch1, batch2, alpha, beta, "baddbmm");
    return out;
}

Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta, Scalar alpha) {
    check_batches(batch1, batch2, "addbmm");
    const Tensor out = start_sum(self, {batch1.size(1), batch2.size(2)}, beta);
    if (batch1.size(0) == 0) return call_operator("aten::mul.Scalar", {expand(self, out.sizes()), beta}).to_tensor();
    for (int64_t i = 0; i < batch1.size(0); ++i)
        multiply_into(out, select(batch1, 0, i), select(batch2, 0, i), alpha, i == 0 ? beta : Scalar(1), "addbmm");
    return out;
}

Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, Scalar beta, Scalar alpha) {
    check_rank(mat, 2, "addmv", "mat");
    check_rank(vec, 1, "addmv", "vec");
    WICK_CHECK(mat.size(1) == vec.size(0), "size mismatch, got input ({}), mat ({}x{}), vec ({})", mat.size(0),
               mat.size(0), mat.size(1), vec.size(0));
    const Tensor out = start_sum(self, {mat.size(0)}, beta);
    multiply_into(view(out, {out.numel(), 1}), mat, unsqueeze(vec, 1), alpha, beta, "addmv_impl_cpu");
    return out;
}

Tensor mv(const Tensor& self, const Tensor& vec) {
    check_rank(self, 2, "mv", "self");
    check_rank(vec, 1, "mv", "vec");
    WICK_CHECK(self.size(1) == vec.size(0), "size mismatch, got input ({}), mat ({}x{}), vec ({})", self.size(0),
               self.size(0), self.size(1), vec.size(0));
    return view(multiply(self, unsqueeze(vec, 1), "addmv_impl_cpu"), {self.size(0)});
}

Tensor dot(const Tensor& self, const Tensor& tensor) {
    WICK_CHECK(self.dim() == 1 && tensor.dim() == 1, "1D tensors expected, but got {}D and {}D tensors", self.dim(),
               tensor.dim());
    WICK_CHECK(self.dtype() == tensor.dtype(), "dot : expected both vectors to have same dtype, but found {} and {}",
               scalar_name_of(self.dtype()), scalar_name_of(tensor.dtype()));
    WICK_CHECK(self.numel() == tensor.numel(),
               "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of elements, but "
               "got {} and {} elements respectively",
               self.numel(), tensor.numel(), self.numel(), tensor.numel());
    return view(multiply(unsqueeze(self, 0), unsqueeze(tensor, 1), "dot"), {});
}

Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, Scalar beta, Scalar alpha) {
    check_rank(vec1, 1, "addr", "vec1");
    check_rank(vec2, 1, "addr", "vec2");
    return addmm(self, unsqueeze(vec1, 1), unsqueeze(vec2, 0), beta, alpha);
}

Tensor outer(const Tensor& self, const Tensor& vec2) {
    check_rank(self, 1, "outer", "self");
    check_rank(vec2, 1, "outer", "vec2");
    const DType dtype = promote_types(self.dtype(), vec2.dtype());
    return multiply(unsqueeze(to_dtype(self, dtype), 1), unsqueeze(to_dtype(vec2, dtype), 0), "outer");
}

Tensor matmul(const Tensor& self, const Tensor& other) {
    WICK_CHECK(self.dim() >= 1 && other.dim() >= 1,
               "both arguments to matmul need to be at least 1D, but they are {}D and {}D", self.dim(), other.dim());
    WICK_CHECK(self.dtype() == other.dtype(), "expected m1 and m2 to have the same dtype, but got: {} != {}",
               cpp_name_of(self.dtype()), cpp_name_of(other.dtype()));
    if (self.dim() == 1 && other.dim() == 1) return dot(self, other);
    if (self.dim() == 2 && other.dim() == 2) return mm(self, other);
    if (self.dim() == 2 && other.dim() == 1) return mv(self, other);
    if (self.dim() == 1 && other.dim() == 2) return view(mm(unsqueeze(self, 0), other), {other.size(1)});
    // Rows of all batches in one product.
    if (self.dim() >= 3 && other.dim() <= 2) {
        const Tensor matrix = other.dim() == 1 ? unsqueeze(other, 1) : other;
        DimVector sizes(self.sizes());
        WICK_CHECK(sizes.back() == matrix.size(0), "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})",
                   self.numel() / std::max<int64_t>(sizes.back(), 1), sizes.back(), matrix.size(0), matrix.size(1));
        int64_t rows = 1;
        for (size_t d = 0; d + 1 < sizes.size(); ++d) rows *= sizes[d];
        const Tensor product = multiply(view(contiguous(self), {rows, sizes.back()}), matrix, "addmm_impl_cpu_");
        sizes.pop_back();
        if (other.dim() == 2) sizes.push_back(matrix.size(1));
        return view(product, sizes);
    }
    const Tensor a = self.dim() == 1 ? unsqueeze(self, 0) : self;
    const Tensor b = other.dim() == 1 ? unsqueeze(other, 1) : other;
    WICK_CHECK(a.size(-1) == b.size(-2),
               "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}].", b.size(0),
               a.size(-1), b.size(0), b.size(-2));
    const auto lead = [](const Tensor& t) { return t.sizes().slice(0, t.sizes().size() - 2); };
    DimVector sizes = broadcast_sizes(lead(a), lead(b));
    const auto full = [&](const Tensor& t) {
        DimVector shape(sizes);
        shape.push_back(t.size(-2));
        shape.push_back(t.size(-1));
        return expand(t, shape);
    };
    DimVector out_sizes(sizes);
    out_sizes.push_back(a.size(-2));
    out_sizes.push_back(b.size(-1));
    const Tensor out = empty(out_sizes, a.dtype());
    multiply_batches_into(out, full(a), full(b), 1, 0, "bmm");
    if (self.dim() == 1) {
        out_sizes.erase(out_sizes.size() - 2);
        return view(out, out_sizes);
    }
    if (other.dim() == 1) {
        out_sizes.pop_back();
        return view(out, out_sizes);
    }
    return out;
}

Tensor inner(const Tensor& self, const Tensor& other) {
    if (self.dim() == 0 || other.dim() == 0) return call_operator("aten::mul.Tensor", {self, other}).to_tensor();
    WICK_CHECK(self.size(-1) == other.size(-1),
               "inner() the last dimension must match on both input tensors but got shapes {} and {}",
               format_sizes(self.sizes()), format_sizes(other.sizes()));
    const int64_t k = self.size(-1);
    const auto rows = [&](const Tensor& t) { return recorded::reshape(t, {k == 0 ? 0 : t.numel() / k, k}); };
    DimVector sizes(self.sizes().slice(0, self.sizes().size() - 1));
    for (int64_t d = 0; d + 1 < other.dim(); ++d) sizes.push_back(other.size(d));
    return recorded::reshape(recorded::matmul(rows(self), recorded::transpose(rows(other), 0, 1)), sizes);
}

/// The cheapest order of multiplication (the textbook dynamic program over all parenthesisations).
Tensor multi_dot(std::vector<Tensor> matrices) {
    WICK_CHECK(matrices.size() >= 2, "multi_dot(): expected at least 2 tensors but got {}", matrices.size());
    const bool row_first = matrices.front().dim() == 1, column_last = matrices.back().dim() == 1;
    if (row_first) matrices.front() = recorded::unsqueeze(matrices.front(), 0);
    if (column_last) matrices.back() = recorded::unsqueeze(matrices.back(), 1);
    const size_t count = matrices.size();
    for (size_t i = 0; i < count; ++i)
        WICK_CHECK(matrices[i].dim() == 2, "multi_dot(): tensor {} must be 2D but got {}D", i, matrices[i].dim());
    std::vector<std::vector<double>> cost(count, std::vector<double>(count, 0));
    std::vector<std::vector<size_t>> split(count, std::vector<size_t>(count, 0));
    for (size_t length = 2; length <= count; ++length) {
        for (size_t i = 0; i + length <= count; ++i) {
            const size_t j = i + length - 1;
            cost[i][j] = std::numeric_limits<double>::infinity();
            for (size_t s = i; s < j; ++s) {
                const double work =
                    cost[i][s] + cost[s + 1][j] +
                    double(matrices[i].size(0)) * double(matrices[s].size(1)) * double(matrices[j].size(1));
                if (work < cost[i][j]) cost[i][j] = work, split[i][j] = s;
            }
        }
    }
    // Depth is bounded by the length of an argument list.
    const auto multiply_range = [&](const auto& self, size_t i, size_t j) -> Tensor {
        if (i == j) return matrices[i];
        return recorded::matmul(self(self, i, split[i][j]), self(self, split[i][j] + 1, j));
    };
    const Tensor out = multiply_range(multiply_range, 0, count - 1);
    DimVector sizes;
    if (!row_first) sizes.push_back(out.size(0));
    if (!column_last) sizes.push_back(out.size(1));
    return recorded::reshape(out, sizes);
}

Tensor tensordot(const Tensor& self, const Tensor& other, IntList dims_self, IntList dims_other) {
    WICK_CHECK(dims_self.size() == dims_other.size(), "both dimension lists should have same length");
    // The operand as a matrix: kept dimensions on one side, contracted ones, in the order given, on the other.
    DimVector sizes;
    const auto as_matrix = [&](const Tensor& t, const IntList& dims, bool kept_first) {
        std::vector<bool> contracted(static_cast<size_t>(t.dim()), false);
        DimVector order;
        int64_t kept = 1, summed = 1;
        for (int64_t d : dims) {
            const int64_t wrapped = wrap_dim(d, t.dim());
            WICK_CHECK(!contracted[wrapped], "dim {} appears multiple times in the list of dims", wrapped);
            contracted[wrapped] = true;
            summed *= t.size(wrapped);
        }
        const auto take_contracted = [&] {
            for (int64_t d : dims) order.push_back(wrap_dim(d, t.dim()));
        };
        if (!kept_first) take_contracted();
        for (int64_t d = 0; d < t.dim(); ++d) {
            if (contracted[d]) continue;
            order.push_back(d);
            kept *= t.size(d);
            sizes.push_back(t.size(d));
        }
        if (kept_first) take_contracted();
        const Tensor moved = recorded::permute(t, order);
        return recorded::reshape(moved, kept_first ? DimVector{kept, summed} : DimVector{summed, kept});
    };
    for (size_t i = 0; i < dims_self.size(); ++i) {
        const int64_t a = self.size(dims_self[i]), b = other.size(dims_other[i]);
        WICK_CHECK(
            a == b,
            "contracted dimensions need to match, but first has size {} in dim {} and second has size {} in dim {}", a,
            dims_self[i], b, dims_other[i]);
    }
    const Tensor a = as_matrix(self, dims_self, true), b = as_matrix(other, dims_other, false);
    return recorded::reshape(recorded::matmul(a, b), sizes);
}

}  // namespace

void register_linalg_matmul(Registry& ops) {
    // Batches are folded into rows where the other side is one matrix, so that its gradient is one product.
    ops.add("aten::matmul_backward(Tensor grad, Tensor self, Tensor other, bool[] mask) -> (Tensor?, Tensor?)")
        .composite(R"(
def matmul_backward(grad: Tensor, self: Tensor, other: Tensor, mask: List[bool]) -> Tuple[Optional[Tensor], Optional[Tensor]]:
    grad_self: Optional[Tensor] = None
    grad_other: Optional[Tensor] = None
    if self.dim() == 2 and other.dim() == 2:
        if mask[0]:
            grad_self = grad.mm(other.t().conj())
        if mask[1]:
            grad_other = self.t().conj().mm(grad)
        return grad_self, grad_other
    if self.dim() == 1 and other.dim() == 1:
        if mask[0]:
            grad_self = grad * other.conj()
        if mask[1]:
            grad_other = grad * self.conj()
        return grad_self, grad_other
    left = self.unsqueeze(0) if self.dim() == 1 else self
    right = other.unsqueeze(1) if other.dim() == 1 else other
    wide = grad.unsqueeze(-2) if self.dim() == 1 else grad
    wide = wide.unsqueeze(-1) if other.dim() == 1 else wide
    if mask[0]:
        if left.dim() == 2 and right.dim() >= 3:
            columns = right.transpose(-2, -1).flatten(0, -2).conj()
            grad_self = wide.transpose(-2, -1).flatten(0, -2).t().mm(columns)
        else:
            grad_self = wide.matmul(right.transpose(-2, -1).conj())
        if self.dim() == 1:
            grad_self = grad_self.squeeze(-2)
    if mask[1]:
        if left.dim() >= 3 and right.dim() == 2:
            grad_other = left.flatten(0, -2).t().conj().mm(wide.flatten(0, -2))
        else:
            grad_other = left.transpose(-2, -1).conj().matmul(wide)
        if other.dim() == 1:
            grad_other = grad_other.squeeze(-1)
    return grad_self, grad_other
)");
    ops.add("aten::mm(Tensor self, Tensor mat2) -> Tensor")
        .kernel(&mm)
        .out()
        .derivative("self", "grad.mm(mat2.t().conj())")
        .derivative("mat2", "self.t().conj().mm(grad)");
    ops.add("aten::bmm(Tensor self, Tensor mat2) -> Tensor")
        .kernel(&bmm)
        .out()
        .derivative("self", "grad.bmm(mat2.transpose(1, 2).conj())")
        .derivative("mat2", "self.transpose(1, 2).conj().bmm(grad)");
    ops.add("aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
        .kernel(&addmm)
        .inplace()
        .out()
        .derivative("self", "grad * ops.wick.conj_number(beta)")
        .derivative("mat1", "grad.mm(mat2.t().conj()) * ops.wick.conj_number(alpha)")
        .derivative("mat2", "mat1.t().conj().mm(grad) * ops.wick.conj_number(alpha)");
    ops.add("aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
        .kernel(&baddbmm)
        .inplace()
        .out()
        .derivative("self", "grad * ops.wick.conj_number(beta)")
        .derivative("batch1", "grad.bmm(batch2.transpose(1, 2).conj()) * ops.wick.conj_number(alpha)")
        .derivative("batch2", "batch1.transpose(1, 2).conj().bmm(grad) * ops.wick.conj_number(alpha)");
    ops.add("aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
        .kernel(&addbmm)
        .inplace()
        .out()
        .derivative("self", "grad * ops.wick.conj_number(beta)")
        .derivative("batch1",
                    "grad.unsqueeze(0).expand(batch1.size(0), -1, -1).bmm(batch2.transpose(1, 2).conj()) * "
                    "ops.wick.conj_number(alpha)")
        .derivative("batch2",
                    "batch1.transpose(1, 2).conj().bmm(grad.unsqueeze(0).expand(batch1.size(0), -1, -1)) * "
                    "ops.wick.conj_number(alpha)");
    ops.add("aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
        .kernel(&addmv)
        .inplace()
        .out()
        .derivative("self", "grad * ops.wick.conj_number(beta)")
        .derivative("mat", "grad.ger(vec.conj()) * ops.wick.conj_number(alpha)")
        .derivative("vec", "mat.t().conj().mv(grad) * ops.wick.conj_number(alpha)");
    ops.add("aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
        .kernel(&addr)
        .inplace()
        .out()
        .derivative("self", "grad * ops.wick.conj_number(beta)")
        .derivative("vec1", "grad.mv(vec2.conj()) * ops.wick.conj_number(alpha)")
        .derivative("vec2", "grad.t().mv(vec1.conj()) * ops.wick.conj_number(alpha)");
    ops.add("aten::mv(Tensor self, Tensor vec) -> Tensor")
        .kernel(&mv)
        .out()
        .derivative("self", "grad.ger(vec.conj())")
        .derivative("vec", "self.t().conj().mv(grad)");
    ops.add("aten::dot(Tensor self, Tensor tensor) -> Tensor")
        .kernel(&dot)
        .out()
        .derivative("self", "grad * tensor.conj()")
        .derivative("tensor", "grad * self.conj()");
    ops.add("aten::outer(Tensor self, Tensor vec2) -> Tensor")
        .kernel(&outer)
        .out()
        .derivative("self", "grad.mv(vec2.conj())")
        .derivative("vec2", "grad.t().mv(self.conj())")
        .gradient_name("MulBackward0");
    ops.add("aten::ger(Tensor self, Tensor vec2) -> Tensor")
        .kernel(&outer)
        .out()
        .derivative("self", "grad.mv(vec2.conj())")
        .derivative("vec2", "grad.t().mv(self.conj())")
        .gradient_name("MulBackward0");
    ops.add("aten::inner(Tensor self, Tensor other) -> Tensor").kernel(&inner).out().differentiated_by_parts();
    ops.add("aten::matmul(Tensor self, Tensor other) -> Tensor")
        .kernel(&matmul)
        .out()
        .derivative("self, other", "torch.matmul_backward(grad, self, other, needed)")
        .gradient_name("DotBackward0 MvBackward0 MmBackward0 UnsafeViewBackward0");
    ops.add("aten::linalg_matmul(Tensor self, Tensor other) -> Tensor")
        .kernel(&matmul)
        .out()
        .derivative("self, other", "torch.matmul_backward(grad, self, other, needed)");
    ops.add("aten::chain_matmul(Tensor[] matrices) -> Tensor").kernel(&multi_dot).out().differentiated_by_parts();
    ops.add("aten::linalg_multi_dot(Tensor[] tensors) -> Tensor").kernel(&multi_dot).out().differentiated_by_parts();
    ops.add("aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor")
        .kernel(&tensordot)
        .out()
        .differentiated_by_parts();
}

}  // namespace wick::jit

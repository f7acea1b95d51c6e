// Tensors made of choices from, or of several, one-dimensional tensors.

#include <algorithm>

#include <wick/support/stop_check.h>

#include "ops/index_plan.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

using namespace ops;

/// Positions 0 … n-1 chosen r at a time, in rising order.
Tensor combinations(const Tensor& self, int64_t r, bool with_replacement) {
    WICK_CHECK(self.dim() == 1, "Expect a 1D vector, but got shape {}", format_sizes(self.sizes()));
    WICK_CHECK(r >= 0, "Expect a non-negative number, but got {}", r);
    if (r == 0) return empty({0}, self.dtype());
    const int64_t n = self.size(0);
    std::vector<int64_t> chosen;
    std::vector<int64_t> at(static_cast<size_t>(std::min<int64_t>(r, n + r)), 0);
    for (size_t i = 0; i < at.size() && !with_replacement; ++i) at[i] = static_cast<int64_t>(i);
    int64_t rows = 0;
    StopCounter counter;
    for (bool more = with_replacement ? n > 0 : r <= n; more; ++rows, counter.step()) {
        check_memory(static_cast<int64_t>(chosen.size() + at.size()) * 16);
        chosen.insert(chosen.end(), at.begin(), at.end());
        // The rightmost position that can move does, and those after it follow as closely as they may.
        int64_t i = r - 1;
        while (i >= 0 && at[static_cast<size_t>(i)] == (with_replacement ? n - 1 : n - r + i)) --i;
        more = i >= 0;
        if (!more) continue;
        ++at[static_cast<size_t>(i)];
        for (int64_t j = i + 1; j < r; ++j)
            at[static_cast<size_t>(j)] = at[static_cast<size_t>(j - 1)] + (with_replacement ? 0 : 1);
    }
    return recorded::reshape(recorded::call("aten::index_select", self, 0, int_tensor(chosen)), {rows, r});
}

/// Columns x^0 … x^(n-1).
Tensor powers(const Tensor& x, int64_t n, bool increasing) {
    const DType type = x.dtype() == DType::bool_ ? DType::int64 : x.dtype();
    std::vector<Tensor> columns{ones(x.sizes(), type)};
    for (int64_t i = 1; i < n; ++i) columns.push_back(recorded::multiply(columns.back(), x));
    if (!increasing) std::reverse(columns.begin(), columns.end());
    return recorded::stack(columns, -1);
}

Tensor vander(const Tensor& x, std::optional<int64_t> columns, bool increasing) {
    WICK_CHECK(x.dim() == 1, "x must be a one-dimensional tensor.");
    const int64_t n = columns.value_or(x.size(0));
    WICK_CHECK(n >= 0, "N must be non-negative.");
    if (n == 0) return empty({x.size(0), 0}, is_integral(x.dtype(), true) ? DType::int64 : x.dtype());
    // PyTorch computes in int64 for integers.
    return powers(is_integral(x.dtype(), true) ? to_dtype(x, DType::int64) : x, n, increasing);
}

Tensor linalg_vander(const Tensor& x, std::optional<int64_t> columns) {
    WICK_CHECK(x.dtype() != DType::bool_,
               "linalg.vander supports floating point, complex, and integer tensors, but got Bool");
    const Tensor input = x.dim() == 0 ? recorded::unsqueeze(x, -1) : x;
    const int64_t n = columns.value_or(input.size(-1));
    WICK_CHECK(n > 1, "N must be greater than 1.");
    return powers(is_integral(x.dtype()) ? to_dtype(input, DType::int64) : input, n, true);
}

Tensor pad_sequence(const std::vector<Tensor>& sequences, bool batch_first, double padding, std::string_view side) {
    WICK_CHECK(!sequences.empty(), "received an empty list of sequences");
    WICK_CHECK(side == "left" || side == "right", "Expected padding_side to be one of left or right, but got {}.",
               side);
    const DimVector tail(sequences[0].sizes().slice(1, sequences[0].sizes().size() - 1));
    int64_t longest = 0;
    for (const Tensor& sequence : sequences) {
        WICK_CHECK(sequence.dim() >= 1, "pad_sequence: expected tensors of one or more dimensions");
        longest = std::max(longest, sequence.size(0));
    }
    DimVector sizes;
    for (int64_t size : {static_cast<int64_t>(sequences.size()), longest}) sizes.push_back(size);
    sizes.append(tail.begin(), tail.end());
    const Tensor result = full(sizes, padding, sequences[0].dtype());
    for (size_t i = 0; i < sequences.size(); ++i) {
        const int64_t length = sequences[i].size(0);
        copy_into(narrow(select(result, 0, static_cast<int64_t>(i)), 0, side == "left" ? longest - length : 0, length),
                  sequences[i]);
    }
    return batch_first ? result : contiguous(transpose(result, 0, 1));
}

Tensor flatten_dense_tensors(const std::vector<Tensor>& tensors) {
    std::vector<Tensor> flat;
    for (const Tensor& tensor : tensors) flat.push_back(recorded::reshape(tensor, {-1}));
    return recorded::cat(flat, 0);
}

std::vector<Tensor> unflatten_dense_tensors(const Tensor& flat, const std::vector<Tensor>& tensors) {
    std::vector<Tensor> parts;
    int64_t offset = 0;
    for (const Tensor& tensor : tensors) {
        parts.push_back(tensor.numel() == 0
                            ? empty(tensor.sizes(), flat.dtype())
                            : recorded::reshape(recorded::narrow(flat, 0, offset, tensor.numel()), tensor.sizes()));
        offset += tensor.numel();
    }
    return parts;
}

/// Positions of what is not zero, cut or filled to `size` rows.
Tensor nonzero_static(const Tensor& self, int64_t size, int64_t fill_value) {
    WICK_CHECK(size >= 0, "nonzero_static: 'size' must be an non-negative integer");
    const Tensor found = call_operator("aten::nonzero", {self}).to_tensor();
    const Tensor result = full({size, self.dim()}, fill_value, DType::int64);
    const int64_t rows = std::min(size, found.size(0));
    copy_into(narrow(result, 0, 0, rows), narrow(found, 0, 0, rows));
    return result;
}

}  // namespace

void register_combining(Registry& ops) {
    ops.add("aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor")
        .kernel(&combinations)
        .differentiated_by_parts();
    ops.add("aten::vander(Tensor x, int? N=None, bool increasing=False) -> Tensor")
        .kernel(&vander)
        .differentiated_by_parts();
    ops.add("aten::linalg_vander(Tensor x, *, SymInt? N=None) -> Tensor")
        .kernel(&linalg_vander)
        .differentiated_by_parts();
    ops.add(
           "aten::pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0., str "
           "padding_side=\"right\") -> Tensor")
        .kernel(&pad_sequence)
        .derivative("sequences", "ops.wick.pad_sequence_backward(grad, sequences, batch_first, padding_side)");
    ops.add(
           "wick::pad_sequence_backward(Tensor grad, Tensor[] sequences, bool batch_first, str padding_side) -> "
           "Tensor[]")
        .composite(R"(
def pad_sequence_backward(grad: Tensor, sequences: List[Tensor], batch_first: bool, padding_side: str) -> List[Tensor]:
    rows = grad if batch_first else grad.transpose(0, 1)
    parts = annotate(List[Tensor], [])
    for i in range(len(sequences)):
        length = sequences[i].size(0)
        parts.append(rows[i].narrow(0, rows.size(1) - length if padding_side == "left" else 0, length))
    return parts
)");
    ops.add("aten::flatten_dense_tensors(Tensor[] tensors) -> Tensor")
        .kernel(&flatten_dense_tensors)
        .differentiated_by_parts();
    ops.add("aten::unflatten_dense_tensors(Tensor flat, Tensor[] tensors) -> Tensor[]")
        .kernel(&unflatten_dense_tensors)
        .differentiated_by_parts();
    ops.add("aten::nonzero_static(Tensor self, *, SymInt size, int fill_value=-1) -> Tensor")
        .kernel(&nonzero_static)
        .out();
    ops.add("aten::_dim_arange(Tensor like, int dim) -> Tensor").kernel([](const Tensor& like, int64_t dim) {
        return arange(like.size(dim));
    });
}

}  // namespace wick::jit

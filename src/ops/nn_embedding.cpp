// Table look-ups: torch.nn.functional.embedding and embedding_bag.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"
#include "ops/sparse.h"

namespace wick::jit {

using namespace ops;

namespace {

Tensor index_input(const Tensor& t, std::string_view op, std::string_view argument) {
    WICK_CHECK(t.dtype() == DType::int64 || t.dtype() == DType::int32,
               "Expected tensor for argument #1 '{}' to have one of the following scalar types: Long, Int; but got "
               "torch.{}Tensor instead (while checking arguments for {})",
               argument, scalar_name_of(t.dtype()), op);
    return contiguous(to_dtype(t, DType::int64));
}

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t, bool, bool) {
    WICK_CHECK(weight.dim() == 2, "'weight' must be 2-D");
    const Tensor table = contiguous(weight), index = index_input(indices, "embedding", "indices");
    DimVector sizes(indices.sizes());
    sizes.push_back(weight.size(1));
    const Tensor out = empty(sizes, weight.dtype());
    const int64_t rows = weight.size(0), count = index.numel();
    const size_t bytes = static_cast<size_t>(weight.size(1) * weight.itemsize());
    const int64_t* at = index.data<int64_t>();
    for (int64_t i = 0; i < count; ++i) WICK_CHECK_INDEX(at[i] >= 0 && at[i] < rows, "index out of range in self");
    const char* from = static_cast<const char*>(table.data_ptr());
    char* to = static_cast<char*>(out.mutable_data_ptr());
    parallel_for(0, count, std::max<int64_t>(1, 65536 / static_cast<int64_t>(bytes + 1)),
                 [&](int64_t begin, int64_t end) {
                     for (int64_t i = begin; i < end; ++i) std::memcpy(to + i * bytes, from + at[i] * bytes, bytes);
                 });
    return out;
}

/// The sum of the gradients of every row's uses; with scale_grad_by_freq divided by their number. The row padding_idx
/// gets none.
Tensor embedding_dense_backward(const Tensor& grad_output, const Tensor& indices, int64_t num_weights,
                                int64_t padding_idx, bool scale_grad_by_freq) {
    const Tensor index = index_input(indices, "embedding_dense_backward", "indices"), dy = compute_input(grad_output);
    const int64_t count = index.numel(), width = dy.size(-1);
    WICK_CHECK(dy.numel() == count * width,
               "embedding_dense_backward: a gradient of size {} does not fit indices of {}", format_sizes(dy.sizes()),
               format_sizes(indices.sizes()));
    const Tensor out = zeros({num_weights, width}, dy.dtype());
    const int64_t* at = index.data<int64_t>();
    std::vector<int64_t> uses(scale_grad_by_freq ? static_cast<size_t>(num_weights) : 0, 0);
    for (int64_t i = 0; i < count; ++i) {
        WICK_CHECK_INDEX(at[i] >= 0 && at[i] < num_weights, "index out of range in self");
        if (scale_grad_by_freq) ++uses[static_cast<size_t>(at[i])];
    }
    dispatch_float(dy.dtype(), "embedding_backward", [&]<class T>() {
        const T* from = dy.data<T>();
        T* to = out.mutable_data<T>();
        // Each thread sums the columns of its own.
        parallel_for(0, width, std::max<int64_t>(16, 32768 / (count + 1)), [&](int64_t begin, int64_t end) {
            for (int64_t i = 0; i < count; ++i) {
                if (at[i] == padding_idx) continue;
                const T share = scale_grad_by_freq ? T(1) / static_cast<T>(uses[static_cast<size_t>(at[i])]) : T(1);
                for (int64_t j = begin; j < end; ++j) to[at[i] * width + j] += from[i * width + j] * share;
            }
        });
    });
    return to_dtype(out, grad_output.dtype());
}

/// An entry for every use of a row, so that rows without uses take no memory.
Tensor embedding_sparse_backward(const Tensor& grad, const Tensor& indices, int64_t num_weights, int64_t padding_idx,
                                 bool scale_grad_by_freq) {
    WICK_CHECK(!scale_grad_by_freq, "embedding_backward: scale_grad_by_freq not supported with sparse gradients");
    const int64_t width = grad.size(-1);
    Tensor uses = reshape(index_input(indices, "embedding_sparse_backward", "indices"), {-1});
    Tensor rows = ops::call("aten::reshape", grad, std::vector<int64_t>{uses.numel(), width});
    if (padding_idx >= 0) {
        std::vector<int64_t> kept;
        for (int64_t i = 0; i < uses.numel(); ++i)
            if (uses.data<int64_t>()[i] != padding_idx) kept.push_back(i);
        const Tensor which = int_tensor(kept);
        uses = ops::call("aten::index_select", uses, 0, which);
        rows = ops::call("aten::index_select", rows, 0, which);
    }
    return sparse_of(unsqueeze(uses, 0), rows, {num_weights, width});
}

Tensor embedding_backward(const Tensor& grad, const Tensor& indices, int64_t num_weights, int64_t padding_idx,
                          bool scale_grad_by_freq, bool sparse) {
    return ops::call(sparse ? "aten::embedding_sparse_backward" : "aten::embedding_dense_backward", grad, indices,
                     num_weights, padding_idx, scale_grad_by_freq);
}

/// self's rows named by `indices` with norm above max_norm are scaled down to it, in place.
Tensor embedding_renorm(const Tensor& self, const Tensor& indices, double max_norm, double norm_type) {
    const Tensor index = index_input(indices, "embedding_renorm_", "indices");
    std::vector<int64_t> rows(index.data<int64_t>(), index.data<int64_t>() + index.numel());
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    for (int64_t row : rows) {
        const Tensor target = select(self, 0, row);
        const Tensor values = compute_input(target, DType::float64);
        double norm = 0;
        for (int64_t i = 0; i < values.numel(); ++i) {
            const double a = std::abs(values.data<double>()[i]);
            norm = std::isinf(norm_type) ? std::max(norm, a) : norm + std::pow(a, norm_type);
        }
        if (!std::isinf(norm_type)) norm = std::pow(norm, 1 / norm_type);
        if (norm <= max_norm) continue;
        const Tensor scaled = empty(values.sizes(), DType::float64);
        for (int64_t i = 0; i < values.numel(); ++i)
            scaled.mutable_data<double>()[i] = values.data<double>()[i] * (max_norm / (norm + 1e-7));
        copy_into(target, scaled);
    }
    return self;
}

enum class BagMode : int64_t { sum = 0, mean = 1, max = 2 };

using Bags = std::tuple<Tensor, Tensor, Tensor, Tensor>;

/// Results: the bags' values; the bag of every index; every bag's length (padding entries don't count); for `max`, the
/// row each value came from.
Bags embedding_bag_impl(const Tensor& weight, const Tensor& indices, const Tensor& offsets, int64_t mode_number,
                        const Tensor& per_sample_weights, bool include_last_offset, int64_t padding_idx) {
    WICK_CHECK(indices.dim() == 1, "input has to be a 1D Tensor, but got Tensor of dimension {}", indices.dim());
    WICK_CHECK(offsets.dim() == 1, "offsets has to be a 1D Tensor, but got Tensor of dimension {}", offsets.dim());
    WICK_CHECK(weight.dim() == 2, "weight has to be a 2D Tensor, but got Tensor of dimension {}", weight.dim());
    WICK_CHECK(mode_number >= 0 && mode_number <= 2, "mode has to be one of sum, mean or max");
    const BagMode mode{mode_number};
    const Tensor index = index_input(indices, "embedding_bag", "indices"),
                 start = index_input(offsets, "embedding_bag", "offsets");
    WICK_CHECK(!include_last_offset || start.numel() >= 1,
               "include_last_offset: number of offset should be at least 1");
    WICK_CHECK(!per_sample_weights.defined() || mode == BagMode::sum,
               "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum'");
    WICK_CHECK(!per_sample_weights.defined() || per_sample_weights.numel() == index.numel(),
               "expected per_sample_weights to have the same shape as indices, but got {} and {}",
               per_sample_weights.defined() ? per_sample_weights.numel() : 0, index.numel());
    const int64_t count = index.numel(), rows = weight.size(0), width = weight.size(1);
    const int64_t bags = start.numel() - (include_last_offset ? 1 : 0);
    const int64_t* at = index.data<int64_t>();
    const int64_t* first = start.data<int64_t>();
    for (int64_t i = 0; i < count; ++i)
        WICK_CHECK_INDEX(at[i] >= 0 && at[i] < rows,
                         "embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {}", at[i]);
    WICK_CHECK(start.numel() == 0 || first[0] == 0,
               "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. "
               "However, got {}",
               start.numel() == 0 ? 0 : first[0]);
    for (int64_t b = 0; b < start.numel(); ++b)
        WICK_CHECK(first[b] >= (b == 0 ? 0 : first[b - 1]) && first[b] <= count,
                   "offsets[-1] can not be greater than input's length({}) but got offsets[-1] of {}", count, first[b]);
    const Tensor table = compute_input(weight), weights = compute_input(per_sample_weights, table.dtype());
    const Tensor out = zeros({bags, width}, table.dtype());
    const Tensor bag_of = empty({count}, DType::int64);
    const Tensor length = zeros({bags}, DType::int64);
    const Tensor source = mode == BagMode::max ? zeros({bags, width}, DType::int64) : zeros({bags}, DType::int64);
    int64_t* bag_at = bag_of.mutable_data<int64_t>();
    int64_t* length_at = length.mutable_data<int64_t>();
    dispatch_float(table.dtype(), "embedding_bag", [&]<class T>() {
        const T* from = table.data<T>();
        const T* factor = data_or_null<T>(weights);
        T* to = out.mutable_data<T>();
        int64_t* source_at = source.mutable_data<int64_t>();
        parallel_for(0, bags, 16, [&](int64_t begin, int64_t end) {
            for (int64_t b = begin; b < end; ++b) {
                const int64_t last = b + 1 < start.numel() ? first[b + 1] : count;
                T* sum = to + b * width;
                int64_t used = 0;
                for (int64_t i = first[b]; i < last; ++i) {
                    bag_at[i] = b;
                    if (at[i] == padding_idx) continue;
                    const T* row = from + at[i] * width;
                    if (mode == BagMode::max) {
                        for (int64_t j = 0; j < width; ++j) {
                            if (used == 0 || row[j] > sum[j]) sum[j] = row[j], source_at[b * width + j] = at[i];
                        }
                    } else {
                        const T w = factor ? factor[i] : T(1);
                        for (int64_t j = 0; j < width; ++j) sum[j] += w * row[j];
                    }
                    ++used;
                }
                length_at[b] = used;
                if (mode == BagMode::mean && used > 1)
                    for (int64_t j = 0; j < width; ++j) sum[j] /= static_cast<T>(used);
            }
        });
    });
    return {to_dtype(out, weight.dtype()), bag_of, length, source};
}

Bags embedding_bag_with_padding(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool, int64_t mode,
                                bool, const Tensor& per_sample_weights, bool include_last_offset,
                                std::optional<int64_t> padding_idx) {
    int64_t padding = -1;
    if (padding_idx) {
        WICK_CHECK(*padding_idx >= -weight.size(0) && *padding_idx < weight.size(0),
                   "padding_idx must be within the number of embeddings, -{} through {}, but got {}", weight.size(0),
                   weight.size(0) - 1, *padding_idx);
        padding = *padding_idx < 0 ? *padding_idx + weight.size(0) : *padding_idx;
    }
    return embedding_bag_impl(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding);
}

Bags embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool, int64_t mode, bool,
                   const Tensor& per_sample_weights, bool include_last_offset) {
    return embedding_bag_impl(weight, indices, offsets, mode, per_sample_weights, include_last_offset, -1);
}

Bags raw_embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool, int64_t mode, bool,
                       const Tensor& per_sample_weights, bool include_last_offset, int64_t padding_idx) {
    return embedding_bag_impl(weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding_idx);
}

}  // namespace

void register_nn_embedding(Registry& ops) {
    ops.add(
           "aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool "
           "sparse=False) -> Tensor")
        .kernel(&embedding)
        .out()
        .derivative("weight",
                    "torch.embedding_backward(grad, indices, weight.size(0), padding_idx, scale_grad_by_freq, sparse)");
    ops.add(
           "aten::embedding_backward(Tensor grad, Tensor indices, SymInt num_weights, SymInt padding_idx, bool "
           "scale_grad_by_freq, bool sparse) -> Tensor")
        .kernel(&embedding_backward)
        .differentiated_by_parts();
    ops.add(
           "aten::embedding_sparse_backward(Tensor grad, Tensor indices, SymInt num_weights, SymInt padding_idx, bool "
           "scale_grad_by_freq) -> Tensor")
        .kernel(&embedding_sparse_backward)
        .differentiated_by_parts();
    ops.add(
           "aten::embedding_dense_backward(Tensor grad_output, Tensor indices, SymInt num_weights, SymInt padding_idx, "
           "bool scale_grad_by_freq) -> Tensor")
        .kernel(&embedding_dense_backward)
        .derivative("grad_output",
                    "ops.wick.embedding_double_backward(grad, indices, padding_idx, scale_grad_by_freq)");
    ops.add(
           "wick::embedding_double_backward(Tensor grad, Tensor indices, int padding_idx, bool scale_grad_by_freq) -> "
           "Tensor")
        .composite(R"(
def embedding_double_backward(grad: Tensor, indices: Tensor, padding_idx: int, scale_grad_by_freq: bool) -> Tensor:
    if padding_idx >= 0:
        grad = torch.masked_fill(grad, (torch.arange(grad.size(0)) == padding_idx).unsqueeze(1), 0)
    if scale_grad_by_freq:
        counts = torch.bincount(indices.flatten(), minlength=grad.size(0)).clamp_min(1)
        grad = grad / counts.unsqueeze(1)
    return torch.embedding(grad, indices)
)");
    ops.add("aten::embedding_renorm_(Tensor(a!) self, Tensor indices, float max_norm, float norm_type) -> Tensor(a!)")
        .kernel(&embedding_renorm);
    ops.add(
           "aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int "
           "mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False) -> (Tensor, "
           "Tensor, Tensor, Tensor)")
        .kernel(&embedding_bag)
        .decomposition(R"(
def embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool, mode: int, sparse: bool, per_sample_weights: Optional[Tensor], include_last_offset: bool) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    return torch._embedding_bag(weight, indices, offsets, scale_grad_by_freq, mode, sparse, per_sample_weights, include_last_offset, -1)
)");
    ops.add(
           "aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, "
           "int mode, bool sparse, Tensor? per_sample_weights, bool include_last_offset, int? padding_idx) -> (Tensor, "
           "Tensor, Tensor, Tensor)")
        .kernel(&embedding_bag_with_padding)
        .decomposition(R"(
def embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: bool, mode: int, sparse: bool, per_sample_weights: Optional[Tensor], include_last_offset: bool, padding_idx: Optional[int]) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    padding = -1
    if padding_idx is not None:
        padding = padding_idx if padding_idx >= 0 else padding_idx + weight.size(0)
    return torch._embedding_bag(weight, indices, offsets, scale_grad_by_freq, mode, sparse, per_sample_weights, include_last_offset, padding)
)");
    ops.add(
           "aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int "
           "mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int "
           "padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)")
        .kernel(&raw_embedding_bag)
        .derivative("weight, per_sample_weights",
                    "ops.wick.embedding_bag_backward(grad0, weight, indices, result1, result2, result3, "
                    "scale_grad_by_freq, mode, sparse, per_sample_weights, padding_idx, needed)");
    ops.add(
           "wick::embedding_bag_backward(Tensor grad, Tensor weight, Tensor indices, Tensor bag_of, Tensor length, "
           "Tensor source, bool scale_grad_by_freq, int mode, bool sparse, Tensor? per_sample_weights, int "
           "padding_idx, bool[] needed) -> (Tensor, Tensor)")
        .composite(R"(
def embedding_bag_backward(grad: Tensor, weight: Tensor, indices: Tensor, bag_of: Tensor, length: Tensor, source: Tensor, scale_grad_by_freq: bool, mode: int, sparse: bool, per_sample_weights: Optional[Tensor], padding_idx: int, needed: List[bool]) -> Tuple[Tensor, Tensor]:
    of_samples = grad
    if mode == 2:
        used = grad * (length > 0).unsqueeze(1)
        of_weight = torch.zeros_like(weight).scatter_add(0, source, used)
    else:
        each = torch.index_select(grad, 0, bag_of)
        if mode == 1:
            each = each / torch.index_select(length, 0, bag_of).clamp_min(1).unsqueeze(1)
        if needed[1]:
            of_samples = (each * torch.embedding(weight, indices)).sum(1)
            if padding_idx >= 0:
                of_samples = of_samples.masked_fill(indices == padding_idx, 0)
        if per_sample_weights is not None:
            each = each * per_sample_weights.unsqueeze(1)
        of_weight = torch.embedding_backward(each, indices, weight.size(0), padding_idx, scale_grad_by_freq, sparse)
    return of_weight, of_samples
)");
    ops.add(
           "aten::_embedding_bag_forward_only(Tensor weight, Tensor indices, Tensor offsets, bool "
           "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool "
           "include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)")
        .kernel(&raw_embedding_bag);
}

}  // namespace wick::jit

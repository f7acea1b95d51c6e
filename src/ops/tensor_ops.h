#pragma once
// Operators as C++ functions: what kernels of every family call on tensors directly, without schemas or boxing.
// Each does what the aten operator of its name does; names that differ say so.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <wick/support/check.h>
#include <wick/tensor/memory_format.h>
#include <wick/tensor/tensor.h>

namespace wick::ops {

/// From a schema's `MemoryFormat?` argument; OpError on an unknown number.
MemoryFormat memory_format_or(std::optional<int64_t> number, MemoryFormat otherwise);

// ---- layout

/// Strides of a dense NHWC (rank 4) or NDHWC (rank 5) tensor with these logical NCHW sizes.
DimVector channels_last_strides(IntArrayRef sizes);
/// Strides of a dense tensor in the format; `preserve` is taken as contiguous.
DimVector strides_in_format(IntArrayRef sizes, MemoryFormat format);
/// Whether the elements already lie as in a fresh tensor of that format.
bool is_contiguous_in(const Tensor& self, MemoryFormat format);
/// True when the elements cover a gapless block without overlap, in any order of dimensions.
bool is_non_overlapping_and_dense(const Tensor& self);
/// Strides that `preserve` gives a fresh tensor like `self`: its own when dense, else packed in the order of its
/// strides.
DimVector preserved_strides(const Tensor& self);
/// `self` itself when already contiguous, else a row-major copy.
Tensor contiguous(const Tensor& self);
Tensor contiguous(const Tensor& self, MemoryFormat format);
Tensor clone(const Tensor& self, MemoryFormat format = MemoryFormat::preserve);

// ---- copies and casts

/// dst[i] = src[i] with src broadcast to dst's shape and converted to its dtype (aten::copy_). Overlap is allowed.
void copy_into(const Tensor& dst, const Tensor& src);
/// `self` itself when it has the dtype already, else a converted copy in the same memory order.
Tensor to_dtype(const Tensor& self, DType dtype);
/// self[...] = value, converted to self's dtype (aten::fill_).
void fill(const Tensor& self, const Scalar& value);
/// OpError unless a result of dtype `from` may be written to a tensor of dtype `to` (in-place and out= variants).
void check_can_cast(DType from, DType to);
/// Gives `out` these sizes (row-major) unless it has them; its storage grows when too small (aten::resize_).
void resize(const Tensor& out, IntArrayRef sizes);
/// Writes a finished result to an out= argument: resizes, checks the cast, copies.
void write_out(const Tensor& out, const Tensor& result);
/// OpError when two elements of `self` share memory (an expanded tensor is about to be written to).
void check_no_internal_overlap(const Tensor& self);

// ---- factories

/// OpError unless the device is the CPU (or not given).
void check_device(const std::optional<Device>& device);
Tensor full(IntArrayRef sizes, const Scalar& value, DType dtype);
Tensor zeros(IntArrayRef sizes, DType dtype);
Tensor ones(IntArrayRef sizes, DType dtype);
/// Uninitialised, with self's shape and memory order.
Tensor empty_like(const Tensor& self);
Tensor empty_like(const Tensor& self, DType dtype);
Tensor zeros_like(const Tensor& self);
/// 0, 1, …, end-1 as int64.
Tensor arange(int64_t end);
/// One-dimensional int64 tensor of the numbers.
Tensor int_tensor(IntArrayRef values);

// ---- views (same storage)

Tensor view(const Tensor& self, IntArrayRef sizes);
/// A view where possible, else a copy.
Tensor reshape(const Tensor& self, IntArrayRef sizes);
Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1);
Tensor permute(const Tensor& self, IntArrayRef dims);
Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1);
Tensor expand(const Tensor& self, IntArrayRef sizes);
Tensor squeeze(const Tensor& self, int64_t dim);
Tensor unsqueeze(const Tensor& self, int64_t dim);
Tensor select(const Tensor& self, int64_t dim, int64_t index);
/// Python's slice rules: bounds wrap once and clamp.
Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
             int64_t step = 1);
Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length);
Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides, int64_t storage_offset);
Tensor movedim(const Tensor& self, int64_t source, int64_t destination);
Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// A new handle on the same elements (aten::alias, aten::detach).
Tensor alias(const Tensor& self);
/// `self.data`: the same elements without history, written to without backward passes hearing of it.
Tensor data_of(const Tensor& self);
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0);
std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef sizes, int64_t dim = 0);
std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);
std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0);
std::vector<Tensor> expand_all(std::span<const Tensor> tensors);
/// Sizes with a -1 replaced by what makes `numel` elements; errors in PyTorch's words.
DimVector infer_size(IntArrayRef sizes, int64_t numel);
/// Strides that give `sizes` to the same elements in the same order, if a view can.
std::optional<DimVector> view_strides(const Tensor& self, IntArrayRef sizes);

// ---- joining

Tensor cat(std::span<const Tensor> tensors, int64_t dim = 0);
Tensor stack(std::span<const Tensor> tensors, int64_t dim = 0);

// ---- reductions; dims nullopt or empty: all

Tensor sum(const Tensor& self, const std::optional<DimVector>& dims = {}, bool keepdim = false,
           std::optional<DType> dtype = {});
Tensor mean(const Tensor& self, const std::optional<DimVector>& dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});
/// Largest elements; NaN wins. OpError on an empty dimension.
Tensor amax(const Tensor& self, const std::optional<DimVector>& dims = {}, bool keepdim = false);
Tensor amin(const Tensor& self, const std::optional<DimVector>& dims = {}, bool keepdim = false);
Tensor any(const Tensor& self, const std::optional<DimVector>& dims = {}, bool keepdim = false);
Tensor all(const Tensor& self, const std::optional<DimVector>& dims = {}, bool keepdim = false);

}  // namespace wick::ops

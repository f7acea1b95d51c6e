// Views of other sizes over the same elements, and the door to the files of views.

#include "ops/views.h"

#include <algorithm>

#include "ops/families.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::ops {

using jit::IntList;

DimVector infer_size(IntArrayRef sizes, int64_t numel) {
    DimVector result(sizes);
    int64_t known = 1;
    int64_t unknown = -1;
    bool overflow = false;
    for (size_t d = 0; d < sizes.size(); ++d) {
        if (sizes[d] == -1) {
            WICK_CHECK(unknown < 0, "only one dimension can be inferred");
            unknown = static_cast<int64_t>(d);
        } else {
            WICK_CHECK(sizes[d] >= 0, "invalid shape dimension {}", sizes[d]);
            overflow |= __builtin_mul_overflow(known, sizes[d], &known);
        }
    }
    if (!overflow && unknown >= 0 && known > 0 && numel % known == 0) {
        result[unknown] = numel / known;
        return result;
    }
    if (!overflow && unknown < 0 && known == numel) return result;
    WICK_CHECK(overflow || unknown < 0 || known != 0 || numel != 0,
               "cannot reshape tensor of 0 elements into shape {} because the unspecified dimension size -1 can be any "
               "value and is ambiguous",
               format_sizes(sizes));
    throw OpError(fmt::format("shape '{}' is invalid for input of size {}", format_sizes(sizes), numel));
}

std::optional<DimVector> view_strides(const Tensor& self, IntArrayRef sizes) {
    if (self.numel() == 0) return self.sizes() == sizes ? DimVector(self.strides()) : contiguous_strides(sizes);
    if (self.dim() == 0) return DimVector(sizes.size(), 1);
    DimVector strides(sizes.size());
    // Walk both shapes from the back; a run of old dimensions that memory walks as one is handed to new dimensions.
    int64_t next = static_cast<int64_t>(sizes.size()) - 1;
    int64_t base = self.strides()[self.dim() - 1];
    int64_t old_count = 1;
    int64_t new_count = 1;
    for (int64_t d = self.dim() - 1; d >= 0; --d) {
        old_count *= self.sizes()[d];
        const bool run_ends = d == 0 || (self.sizes()[d - 1] != 1 && self.strides()[d - 1] != old_count * base);
        if (!run_ends) continue;
        while (next >= 0 && (new_count < old_count || sizes[next] == 1)) {
            strides[next] = new_count * base;
            new_count *= sizes[next];
            --next;
        }
        if (new_count != old_count) return std::nullopt;
        if (d > 0) {
            base = self.strides()[d - 1];
            old_count = 1;
            new_count = 1;
        }
    }
    if (next != -1) return std::nullopt;
    return strides;
}

Tensor view(const Tensor& self, IntArrayRef sizes) {
    const DimVector inferred = infer_size(sizes, self.numel());
    const std::optional<DimVector> strides = view_strides(self, inferred);
    WICK_CHECK(strides,
               "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
               "two contiguous subspaces). Use .reshape(...) instead.");
    return with_geometry(self, inferred, *strides);
}

Tensor reshape(const Tensor& self, IntArrayRef sizes) {
    const DimVector inferred = infer_size(sizes, self.numel());
    if (const std::optional<DimVector> strides = view_strides(self, inferred))
        return with_geometry(self, inferred, *strides);
    return with_geometry(clone(self, MemoryFormat::contiguous), inferred, contiguous_strides(inferred));
}

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
    start_dim = wrap_dim(start_dim, self.dim());
    end_dim = wrap_dim(end_dim, self.dim());
    WICK_CHECK(start_dim <= end_dim, "flatten() has invalid args: start_dim cannot come after end_dim");
    if (self.dim() == 0) return reshape(self, {1});
    if (start_dim == end_dim) return self;
    DimVector sizes;
    int64_t merged = 1;
    for (int64_t d = 0; d < self.dim(); ++d) {
        const bool inside = d >= start_dim && d <= end_dim;
        if (inside) merged *= self.sizes()[d];
        if (!inside) sizes.push_back(self.sizes()[d]);
        if (d == end_dim) sizes.push_back(merged);
    }
    return reshape(self, sizes);
}

Tensor expand(const Tensor& self, IntArrayRef sizes) {
    const int64_t rank = static_cast<int64_t>(sizes.size());
    WICK_CHECK(rank >= self.dim(),
               "expand({}Tensor{{{}}}, size={}): the number of sizes provided ({}) must be greater or equal to the "
               "number of dimensions in the tensor ({})",
               scalar_name_of(self.dtype()), format_sizes(self.sizes()), format_sizes(sizes), rank, self.dim());
    DimVector result(sizes);
    DimVector strides(sizes.size());
    for (int64_t i = rank - 1; i >= 0; --i) {
        const int64_t own = i - (rank - self.dim());
        const int64_t size = own >= 0 ? self.sizes()[own] : 1;
        int64_t stride = own >= 0 ? self.strides()[own] : (i + 1 < rank ? result[i + 1] * strides[i + 1] : 1);
        int64_t wanted = sizes[i];
        if (wanted == -1) {
            WICK_CHECK(own >= 0,
                       "The expanded size of the tensor ({}) isn't allowed in a leading, non-existing dimension {}",
                       wanted, i);
            wanted = size;
        }
        WICK_CHECK(wanted >= 0,
                   "The expanded size of the tensor ({}) isn't allowed in a leading, non-existing dimension {}", wanted,
                   i);
        if (wanted != size) {
            WICK_CHECK(size == 1,
                       "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton "
                       "dimension {}.  Target sizes: {}.  Tensor sizes: {}",
                       wanted, size, i, format_sizes(sizes), format_sizes(self.sizes()));
            stride = 0;
        }
        result[i] = wanted;
        strides[i] = stride;
    }
    checked_numel(result);
    return with_geometry(self, result, strides);
}

Tensor squeeze(const Tensor& self, int64_t dim) {
    dim = wrap_dim(dim, self.dim());
    if (self.dim() == 0 || self.sizes()[dim] != 1) return alias(self);
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    sizes.erase(dim);
    strides.erase(dim);
    return with_geometry(self, sizes, strides);
}

Tensor unsqueeze(const Tensor& self, int64_t dim) {
    dim = wrap_dim(dim, self.dim() + 1);
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    strides.insert(dim, dim < self.dim() ? sizes[dim] * strides[dim] : 1);
    sizes.insert(dim, 1);
    return with_geometry(self, sizes, strides);
}

Tensor alias(const Tensor& self) { return self.detach(); }

Tensor data_of(const Tensor& self) {
    const Tensor data = self.detach();
    data.impl()->is_data = true;
    return data;
}

std::vector<Tensor> expand_all(std::span<const Tensor> tensors) {
    DimVector sizes;
    for (const Tensor& tensor : tensors) sizes = broadcast_sizes(sizes, tensor.sizes());
    std::vector<Tensor> result;
    for (const Tensor& tensor : tensors)
        result.push_back(tensor.sizes() == IntArrayRef(sizes) ? tensor : expand(tensor, sizes));
    return result;
}

namespace {

Tensor squeeze_dims(const Tensor& self, IntArrayRef dims) {
    SmallVector<bool, 8> wanted(static_cast<size_t>(self.dim()));
    for (int64_t dim : dims) {
        const int64_t d = wrap_dim(dim, self.dim());
        if (self.dim() > 0) wanted[d] = true;
    }
    DimVector sizes;
    DimVector strides;
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (wanted[d] && self.sizes()[d] == 1) continue;
        sizes.push_back(self.sizes()[d]);
        strides.push_back(self.strides()[d]);
    }
    return with_geometry(self, sizes, strides);
}

Tensor squeeze_all(const Tensor& self) {
    DimVector dims;
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
    return squeeze_dims(self, dims);
}

Tensor unflatten(const Tensor& self, int64_t dim, IntList sizes) {
    dim = wrap_dim(dim, self.dim());
    WICK_CHECK(!sizes.empty(), "unflatten: sizes must be non-empty");
    WICK_CHECK(self.dim() > 0, "unflatten: the tensor has no dimensions");
    const DimVector inner = infer_size(sizes, self.sizes()[dim]);
    DimVector result;
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (d != dim) result.push_back(self.sizes()[d]);
        if (d == dim) result.append(inner.begin(), inner.end());
    }
    return view(self, result);
}

template <int64_t kRank>
Tensor atleast(const Tensor& self) {
    switch (self.dim()) {
        case 0:
            return reshape(self, DimVector(size_t{kRank}, 1));
        case 1:
            return kRank == 1 ? self : kRank == 2 ? unsqueeze(self, 0) : unsqueeze(unsqueeze(self, 0), -1);
        case 2:
            return kRank == 3 ? unsqueeze(self, -1) : self;
        default:
            return self;
    }
}
template <int64_t kRank>
std::vector<Tensor> atleast_all(const std::vector<Tensor>& tensors) {
    std::vector<Tensor> result;
    for (const Tensor& tensor : tensors) result.push_back(atleast<kRank>(tensor));
    return result;
}

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

static void register_shape_views(Registry& ops) {
    ops.add("aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList size) { return view(self, size); })
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::_unsafe_view(Tensor self, SymInt[] size) -> Tensor")
        .kernel([](const Tensor& self, IntList size) { return view(self, size); })
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::view_as(Tensor(a) self, Tensor other) -> Tensor(a)")
        .kernel([](const Tensor& self, const Tensor& other) { return view(self, other.sizes()); })
        .derivative("self", "grad.reshape(self.size())")
        .gradient_name("ViewBackward0");
    ops.add("aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList shape) { return reshape(self, shape); })
        .derivative("self", "grad.reshape(self.size())")
        .gradient_name("ViewBackward0");
    ops.add("aten::_reshape_alias(Tensor(a) self, SymInt[] size, SymInt[] stride) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList size, IntList stride) {
            return as_strided(self, size, stride, self.storage_offset());
        })
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)")
        .kernel([](const Tensor& self, const Tensor& other) { return reshape(self, other.sizes()); })
        .derivative("self", "grad.reshape(self.size())")
        .gradient_name("ViewBackward0");
    ops.add("aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)")
        .kernel(&flatten)
        .derivative("self", "grad.reshape(self.size())")
        .gradient_name("ViewBackward0");
    ops.add("aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)")
        .kernel(&unflatten)
        .derivative("self", "grad.reshape(self.size())")
        .gradient_name("ViewBackward0");
    ops.add("aten::ravel(Tensor(a) self) -> Tensor(a)")
        .kernel([](const Tensor& self) { return view(contiguous(self), {-1}); })
        .derivative("self", "grad.reshape(self.size())")
        .gradient_name("ViewBackward0");
    ops.add("aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList size, bool) { return expand(self, size); })
        .derivative("self", "grad");
    ops.add("aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)")
        .kernel([](const Tensor& self, const Tensor& other) { return expand(self, other.sizes()); })
        .derivative("self", "grad")
        .gradient_name("ExpandBackward0");
    ops.add("aten::broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList size) { return expand(self, size); })
        .derivative("self", "grad")
        .gradient_name("ExpandBackward0");
    ops.add("aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]")
        .kernel([](const std::vector<Tensor>& tensors) {
            // Results have a history of their own, so none may be an argument.
            std::vector<Tensor> wide = expand_all(tensors);
            std::ranges::transform(wide, wide.begin(), alias);
            return wide;
        })
        .derivative("tensors", "grads");
    ops.add("aten::squeeze(Tensor(a) self) -> Tensor(a)")
        .kernel(&squeeze_all)
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)")
        .kernel(&squeeze)
        .derivative("self", "grad.unsqueeze(dim) if self.dim() > 0 and self.size(dim) == 1 else grad");
    ops.add("aten::squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList dim) { return squeeze_dims(self, dim); })
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)")
        .kernel(&unsqueeze)
        .derivative("self", "grad.squeeze(dim)");
    ops.add("aten::atleast_1d(Tensor self) -> Tensor")
        .kernel(&atleast<1>)
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::atleast_2d(Tensor self) -> Tensor")
        .kernel(&atleast<2>)
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::atleast_3d(Tensor self) -> Tensor")
        .kernel(&atleast<3>)
        .derivative("self", "grad.reshape(self.size())");
    ops.add("wick::reshape_like(Tensor[] self, Tensor[] tensors) -> Tensor[]").composite(R"(
def reshape_like(self: List[Tensor], tensors: List[Tensor]) -> List[Tensor]:
    return [self[i].reshape(tensors[i].size()) for i in range(len(self))]
)");
    ops.add("aten::atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]")
        .kernel(&atleast_all<1>)
        .derivative("tensors", "ops.wick.reshape_like(grads, tensors)");
    ops.add("aten::atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]")
        .kernel(&atleast_all<2>)
        .derivative("tensors", "ops.wick.reshape_like(grads, tensors)");
    ops.add("aten::atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]")
        .kernel(&atleast_all<3>)
        .derivative("tensors", "ops.wick.reshape_like(grads, tensors)");
    ops.add("aten::squeeze_(Tensor(a!) self) -> Tensor(a!)").kernel([](const Tensor& self) {
        return become(self, squeeze_all(self));
    });
    ops.add("aten::squeeze_.dim(Tensor(a!) self, int dim) -> Tensor(a!)").kernel([](const Tensor& self, int64_t dim) {
        return become(self, squeeze(self, dim));
    });
    ops.add("aten::squeeze_.dims(Tensor(a!) self, int[] dim) -> Tensor(a!)")
        .kernel([](const Tensor& self, IntList dim) { return become(self, squeeze_dims(self, dim)); });
    ops.add("aten::unsqueeze_(Tensor(a!) self, int dim) -> Tensor(a!)").kernel([](const Tensor& self, int64_t dim) {
        return become(self, unsqueeze(self, dim));
    });
}

void register_views(Registry& ops) {
    register_shape_views(ops);
    register_axis_views(ops);
    register_part_views(ops);
    register_splitting(ops);
    register_element_views(ops);
}

}  // namespace wick::jit

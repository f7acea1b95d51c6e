// Views that say otherwise what the elements are: of another dtype, complex numbers as pairs, detached ones.

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/views.h"

namespace wick::ops {
namespace {

/// The bytes seen as elements of another dtype, which sizes, strides and offset count.
Tensor with_dtype(const Tensor& self, DType dtype, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
    Tensor view = self.as_strided_unchecked(sizes, strides, offset);
    view.impl()->dtype = dtype;
    return view;
}

Tensor view_as_real(const Tensor& self) {
    WICK_CHECK(is_complex(self.dtype()), "view_as_real is only supported for complex tensors");
    DimVector sizes(self.sizes());
    DimVector strides;
    for (int64_t stride : self.strides()) strides.push_back(stride * 2);
    sizes.push_back(2);
    strides.push_back(1);
    return with_dtype(self, to_real(self.dtype()), sizes, strides, self.storage_offset() * 2);
}

Tensor view_as_complex(const Tensor& self) {
    WICK_CHECK(
        self.dtype() == DType::float32 || self.dtype() == DType::float64,
        "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: {}",
        scalar_name_of(self.dtype()));
    WICK_CHECK(self.dim() > 0, "Input tensor must have one or more dimensions");
    WICK_CHECK(self.sizes().back() == 2, "Tensor must have a last dimension of size 2");
    WICK_CHECK(self.strides().back() == 1, "Tensor must have a last dimension with stride 1");
    WICK_CHECK(self.storage_offset() % 2 == 0, "Tensor must have a storage_offset divisible by 2");
    DimVector sizes(self.sizes().slice(0, self.dim() - 1));
    DimVector strides;
    for (int64_t d = 0; d + 1 < self.dim(); ++d) {
        WICK_CHECK(self.strides()[d] % 2 == 0, "Tensor must have a stride divisible by 2 for all but last dimension");
        strides.push_back(self.strides()[d] / 2);
    }
    return with_dtype(self, to_complex(self.dtype()), sizes, strides, self.storage_offset() / 2);
}

Tensor view_dtype(const Tensor& self, DType dtype) {
    const int64_t old_size = self.itemsize();
    const int64_t new_size = bytes_of(dtype);
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    int64_t offset = self.storage_offset();
    if (old_size != new_size) {
        WICK_CHECK(self.dim() > 0, "self.dim() cannot be 0 to view {} as {} (different element sizes)",
                   scalar_name_of(self.dtype()), scalar_name_of(dtype));
        WICK_CHECK(strides.back() == 1,
                   "self.stride(-1) must be 1 to view {} as {} (different element sizes), but got {}",
                   scalar_name_of(self.dtype()), scalar_name_of(dtype), strides.back());
        auto rescale = [&](int64_t count, const char* what) {
            WICK_CHECK(count * old_size % new_size == 0,
                       "{} must be divisible by {} to view {} as {} (different element sizes), but got {}", what,
                       new_size / old_size, scalar_name_of(self.dtype()), scalar_name_of(dtype), count);
            return count * old_size / new_size;
        };
        sizes.back() = rescale(sizes.back(), "self.size(-1)");
        offset = rescale(offset, "self.storage_offset()");
        for (size_t d = 0; d + 1 < strides.size(); ++d) strides[d] = rescale(strides[d], "self.stride()");
    }
    return with_dtype(self, dtype, sizes, strides, offset);
}

Tensor real(const Tensor& self) { return is_complex(self.dtype()) ? select(view_as_real(self), -1, 0) : self; }
Tensor imag(const Tensor& self) {
    WICK_CHECK(is_complex(self.dtype()), "imag is not implemented for tensors with non-complex dtypes.");
    return select(view_as_real(self), -1, 1);
}

Tensor same(const Tensor& self) { return self; }

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

void register_element_views(Registry& ops) {
    ops.add("aten::view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)").kernel(&view_dtype);
    ops.add("aten::view_as_real(Tensor(a) self) -> Tensor(a)")
        .kernel(&view_as_real)
        .derivative("self", "torch.view_as_complex(grad.contiguous())");
    ops.add("aten::view_as_complex(Tensor(a) self) -> Tensor(a)")
        .kernel(&view_as_complex)
        .derivative("self", "torch.view_as_real(grad)");
    ops.add("aten::real(Tensor(a) self) -> Tensor(a)")
        .kernel(&real)
        .derivative("self", "grad")
        .gradient_name("SelectBackward0");
    ops.add("aten::imag(Tensor(a) self) -> Tensor(a)")
        .kernel(&imag)
        .derivative("self", "grad * 1j")
        .gradient_name("SelectBackward0");
    ops.add("aten::alias(Tensor(a) self) -> Tensor(a)").kernel(&alias).derivative("self", "grad");
    ops.add("aten::detach(Tensor(a) self) -> Tensor(a)").kernel(&alias).not_differentiable();
    ops.add("aten::detach_(Tensor(a!) self) -> Tensor(a!)")
        .kernel([](const Tensor& self) {
            self.detach_();
            return self;
        })
        .differentiated_by_parts();
    ops.add("aten::data(Tensor self) -> Tensor").kernel(&data_of).not_differentiable();
    ops.add("prim::data(Tensor(a) a) -> Tensor(a)").kernel(&data_of).not_differentiable();
    ops.add("aten::positive(Tensor(a) self) -> Tensor(a)").kernel(&same).derivative("self", "grad");
    ops.add("aten::resolve_conj(Tensor(a) self) -> Tensor(a)").kernel(&same).derivative("self", "grad");
    ops.add("aten::resolve_neg(Tensor(a) self) -> Tensor(a)").kernel(&same).derivative("self", "grad");
    ops.add("aten::lift(Tensor self) -> Tensor").kernel(&same).derivative("self", "grad");
    ops.add("aten::lift_fresh(Tensor(a) self) -> Tensor(a)").kernel(&same).derivative("self", "grad");
    ops.add("aten::lift_fresh_copy(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return clone(self); })
        .derivative("self", "grad");
}

}  // namespace wick::jit

// What a program asks of a tensor besides its elements: sizes, strides, dtype, kind.

#include <wick/tensor/default_dtype.h>

#include "ops/families.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

static bool never(const Tensor&) { return false; }

void register_tensor_info(Registry& ops) {
    ops.add("aten::size(Tensor self) -> int[]").kernel([](const Tensor& self) { return self.sizes().vec(); });
    ops.add("aten::size.int(Tensor self, int dim) -> int").kernel([](const Tensor& self, int64_t dim) {
        WICK_CHECK_INDEX(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
        return self.size(dim);
    });
    ops.add("aten::stride(Tensor self) -> int[]").kernel([](const Tensor& self) { return self.strides().vec(); });
    ops.add("aten::stride.int(Tensor self, int dim) -> int").kernel([](const Tensor& self, int64_t dim) {
        WICK_CHECK_INDEX(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
        return self.stride(dim);
    });
    ops.add("aten::dim(Tensor self) -> int").kernel([](const Tensor& self) { return self.dim(); });
    ops.add("aten::numel(Tensor self) -> int").kernel([](const Tensor& self) { return self.numel(); });
    ops.add("aten::storage_offset(Tensor self) -> int").kernel([](const Tensor& self) {
        return self.storage_offset();
    });
    ops.add("aten::element_size(Tensor self) -> int").kernel([](const Tensor& self) { return self.itemsize(); });
    ops.add("prim::itemsize(Tensor a) -> int").kernel([](const Tensor& self) { return self.itemsize(); });
    ops.add("prim::nbytes(Tensor a) -> int").kernel([](const Tensor& self) { return self.nbytes(); });
    ops.add("aten::len.Tensor(Tensor t) -> int").kernel([](const Tensor& self) {
        WICK_CHECK(self.dim() > 0, "len() of a 0-d tensor");
        return self.sizes()[0];
    });
    ops.add("aten::_shape_as_tensor(Tensor self) -> Tensor").kernel([](const Tensor& self) {
        return int_tensor(self.sizes());
    });

    ops.add("aten::is_floating_point(Tensor self) -> bool").kernel([](const Tensor& self) {
        return is_floating(self.dtype());
    });
    ops.add("aten::is_complex(Tensor self) -> bool").kernel([](const Tensor& self) {
        return is_complex(self.dtype());
    });
    ops.add("aten::is_signed(Tensor self) -> bool").kernel([](const Tensor& self) {
        return self.dtype() != DType::uint8 && self.dtype() != DType::bool_;
    });
    ops.add("aten::is_nonzero(Tensor self) -> bool").kernel([](const Tensor& self) {
        WICK_CHECK(self.numel() != 0, "Boolean value of Tensor with no values is ambiguous");
        WICK_CHECK(self.numel() == 1, "Boolean value of Tensor with more than one value is ambiguous");
        return self.item().to_bool();
    });
    ops.add("aten::is_same_size(Tensor self, Tensor other) -> bool")
        .kernel([](const Tensor& self, const Tensor& other) { return self.sizes() == other.sizes(); });
    ops.add("aten::is_set_to(Tensor self, Tensor tensor) -> bool").kernel([](const Tensor& self, const Tensor& other) {
        return self.impl()->storage == other.impl()->storage && self.storage_offset() == other.storage_offset() &&
               self.sizes() == other.sizes() && self.strides() == other.strides();
    });
    for (const char* schema : {"aten::is_conj(Tensor self) -> bool", "aten::is_neg(Tensor self) -> bool",
                               "aten::is_inference(Tensor self) -> bool", "aten::is_distributed(Tensor self) -> bool"})
        ops.add(schema).kernel(&never);
    for (const char* kind : {"cuda", "ipu", "maia", "mkldnn", "mps", "mtia", "nested", "quantized", "sparse_csr",
                             "vulkan", "xla", "xpu", "ort"})
        ops.add(fmt::format("prim::is_{}(Tensor a) -> bool", kind)).kernel(&never);
    ops.add("prim::is_sparse(Tensor a) -> bool").kernel([](const Tensor& self) { return self.is_sparse(); });
    ops.add("prim::is_cpu(Tensor a) -> bool").kernel([](const Tensor& self) {
        return self.device().type == DeviceType::cpu;
    });
    ops.add("prim::is_meta(Tensor a) -> bool").kernel([](const Tensor& self) {
        return self.device().type == DeviceType::meta;
    });
    ops.add("prim::device(Tensor a) -> Device").kernel([](const Tensor& self) { return self.device(); });
    ops.add("prim::dtype(Tensor a) -> int").kernel([](const Tensor& self) {
        return static_cast<int64_t>(self.dtype());
    });
    ops.add("prim::layout(Tensor a) -> Layout").kernel([](const Tensor& self) {
        return static_cast<int64_t>(self.layout());
    });
    ops.add("prim::name(Tensor a) -> str?").kernel([](const Tensor&) { return IValue(); });
    ops.add("aten::get_device(Tensor self) -> int").kernel([](const Tensor&) { return int64_t{-1}; });
    ops.add("prim::requires_grad(Tensor a) -> bool").kernel([](const Tensor& self) { return self.requires_grad(); });
    ops.add("aten::requires_grad_(Tensor(a!) self, bool requires_grad=True) -> Tensor(a!)")
        .kernel([](const Tensor& self, bool requires_grad) { return self.set_requires_grad(requires_grad); })
        .differentiated_by_parts();
    ops.add("aten::is_leaf(Tensor self) -> bool").kernel([](const Tensor& self) { return self.is_leaf(); });

    ops.add("aten::item(Tensor self) -> Scalar").kernel([](const Tensor& self) { return self.item(); });
    ops.add("aten::_local_scalar_dense(Tensor self) -> Scalar").kernel([](const Tensor& self) { return self.item(); });
    ops.add("aten::can_cast(ScalarType from_, ScalarType to) -> bool").kernel(&can_cast);
    ops.add("aten::promote_types(ScalarType type1, ScalarType type2) -> ScalarType").kernel([](DType a, DType b) {
        return static_cast<int64_t>(promote_types(a, b));
    });
    ops.add("aten::result_type.Scalar_Scalar(Scalar scalar1, Scalar scalar2) -> ScalarType")
        .kernel([](Scalar a, Scalar b) {
            return static_cast<int64_t>(promote_types(default_dtype_of(a), default_dtype_of(b)));
        });
}

}  // namespace wick::jit

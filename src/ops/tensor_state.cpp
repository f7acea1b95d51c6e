// Changes of what a tensor is rather than of its elements, casts by name, and checks that programs make of their
// tensors.

#include "ops/pointwise.h"
#include "ops/registry.h"
#include "ops/sparse.h"
#include "ops/take_over.h"

namespace wick::ops {

void take_over(const Tensor& self, const Tensor& source) {
    TensorImpl& impl = *self.impl();
    const TensorImpl& other = *source.impl();
    if (self.is_sparse() || source.is_sparse()) return take_over_sparse(self, source);
    const SharedReshape guard(impl);
    impl.storage = other.storage;
    impl.offset = other.offset;
    impl.sizes = other.sizes;
    impl.strides = other.strides;
    impl.dtype = other.dtype;
    impl.device = other.device;
    impl.refresh();
    impl.forget_derived();
}

}  // namespace wick::ops

namespace wick::jit {
namespace {

using namespace ops;

/// As take_over, between tensors of one dtype.
Tensor set_to(const Tensor& self, const Tensor& source) {
    WICK_CHECK(self.dtype() == source.dtype(), "Could not set tensor of type {} to a tensor of type {}",
               scalar_name_of(source.dtype()), scalar_name_of(self.dtype()));
    take_over(self, source);
    return self;
}

/// Writes to (0, 0, …), (1, 1, …), …; with `wrap` a tall matrix's diagonal begins anew after a row that it leaves out.
Tensor fill_diagonal(const Tensor& self, Scalar value, bool wrap) {
    WICK_CHECK(self.dim() >= 2, "dimensions must larger than 1");
    const int64_t height = self.size(0), width = self.size(1);
    int64_t step = 0;
    for (int64_t d = 0; d < self.dim(); ++d) {
        WICK_CHECK(self.dim() == 2 || self.size(d) == height, "all dimensions of input must be of equal length");
        step += self.stride(d);
    }
    if (self.numel() == 0) return self;
    if (self.dim() > 2 || !wrap) {
        fill(as_strided(self, {std::min(height, width)}, {step}, self.storage_offset()), value);
        return self;
    }
    for (int64_t at = 0; at < height * width; at += width + 1)
        fill(select(select(self, 0, at / width), 0, at % width), value);
    return self;
}

Tensor as_strided_scatter(const Tensor& self, const Tensor& src, const IntList& size, const IntList& stride,
                          std::optional<int64_t> offset) {
    const Tensor result = clone(self, self.is_contiguous() ? MemoryFormat::contiguous : MemoryFormat::preserve);
    const Tensor part = as_strided(result, size, stride, offset.value_or(result.storage_offset()));
    WICK_CHECK(part.sizes() == src.sizes(),
               "expected src to have a size equal to the slice of self. src size = {}, slice size = {}",
               format_sizes(src.sizes()), format_sizes(part.sizes()));
    copy_into(part, src);
    return result;
}

DType result_type_of(const Operand& a, const Operand& b) {
    const Operand operands[] = {a, b};
    return result_type(operands);
}

void check_metadata(const Tensor& a, const std::optional<IntList>& size, const std::optional<IntList>& stride,
                    std::optional<DType> dtype, const std::optional<Device>& device,
                    const std::optional<int64_t>& layout) {
    WICK_CHECK(!size || a.sizes() == IntArrayRef(*size), "Tensor sizes mismatch! Expected: {}, Got: {}",
               format_sizes(*size), format_sizes(a.sizes()));
    WICK_CHECK(!stride || a.strides() == IntArrayRef(*stride), "Tensor strides mismatch! Expected: {}, Got: {}",
               format_sizes(*stride), format_sizes(a.strides()));
    WICK_CHECK(!dtype || a.dtype() == *dtype, "Tensor dtype mismatch! Expected: {}, Got: {}", scalar_name_of(*dtype),
               scalar_name_of(a.dtype()));
    WICK_CHECK(!device || device->type == a.device().type, "Tensor device mismatch! Expected: {}, Got: {}",
               device->str(), a.device().str());
    WICK_CHECK(!layout || *layout == 0, "Tensor layout mismatch! Expected: {}, Got: Strided", *layout);
}

bool truth_of(const Tensor& self) {
    WICK_CHECK(self.numel() != 0, "Boolean value of Tensor with no values is ambiguous");
    WICK_CHECK(self.numel() == 1, "Boolean value of Tensor with more than one value is ambiguous");
    return self.item().to_bool();
}

void register_casts(Registry& ops) {
    const auto add = [&]<DType kDType>(std::string_view name) {
        ops.add(fmt::format("aten::_cast_{}(Tensor self, bool non_blocking=False) -> Tensor", name))
            .kernel([](const Tensor& self, bool) { return to_dtype(self, kDType); })
            .derivative("self", "grad");
    };
    add.template operator()<DType::uint8>("Byte");
    add.template operator()<DType::int8>("Char");
    add.template operator()<DType::int16>("Short");
    add.template operator()<DType::int32>("Int");
    add.template operator()<DType::int64>("Long");
    add.template operator()<DType::float16>("Half");
    add.template operator()<DType::float32>("Float");
    add.template operator()<DType::float64>("Double");
}

void register_assertions(Registry& ops) {
    ops.add("aten::_assert_async(Tensor self) -> ()")
        .kernel([](const Tensor& self) {
            WICK_CHECK(truth_of(self), "Expected Tensor with single nonzero value, but got zero");
        })
        .side_effects();
    ops.add("aten::_assert_async.msg(Tensor self, str assert_msg) -> ()")
        .kernel([](const Tensor& self, std::string_view message) { WICK_CHECK(truth_of(self), "{}", message); })
        .side_effects();
    ops.add("aten::_assert_scalar(Scalar self, str assert_msg) -> ()")
        .kernel([](Scalar self, std::string_view message) { WICK_CHECK(self.to_bool(), "{}", message); })
        .side_effects();
    ops.add(
           "aten::_assert_tensor_metadata(Tensor a, SymInt[]? size=None, SymInt[]? stride=None, ScalarType? "
           "dtype=None, *, Device? device=None, Layout? layout=None) -> ()")
        .kernel(&check_metadata)
        .side_effects();
    ops.add("aten::_is_all_true(Tensor self) -> Tensor").kernel([](const Tensor& self) { return all(self); });
    ops.add("aten::_is_any_true(Tensor self) -> Tensor").kernel([](const Tensor& self) { return any(self); });
}

}  // namespace

void register_tensor_state(Registry& ops) {
    ops.add("aten::set_.source_Tensor(Tensor(a!) self, Tensor source) -> Tensor(a!)").kernel(&set_to);
    ops.add(
           "aten::set_.source_Tensor_storage_offset(Tensor(a!) self, Tensor source, SymInt storage_offset, SymInt[] "
           "size, SymInt[] stride=[]) -> Tensor(a!)")
        .kernel([](const Tensor& self, const Tensor& source, int64_t offset, IntList size, IntList stride) {
            return set_to(
                self, as_strided(source, size,
                                 stride.empty() ? strides_in_format(size, MemoryFormat::contiguous) : stride, offset));
        });
    ops.add("aten::set_(Tensor(a!) self) -> Tensor(a!)").kernel([](const Tensor& self) {
        return set_to(self, empty({0}, self.dtype()));
    });
    ops.add("aten::set_data(Tensor(a!) self, Tensor new_data) -> ()")
        .kernel([](const Tensor& self, const Tensor& data) { set_to(self, data); });
    ops.add("aten::resize_as_(Tensor(a!) self, Tensor the_template, *, MemoryFormat? memory_format=None) -> Tensor(a!)")
        .kernel([](const Tensor& self, const Tensor& shape, std::optional<int64_t>) {
            resize(self, shape.sizes());
            return self;
        });
    for (std::string_view name : {"swapaxes_", "swapdims_"}) {
        const std::string_view argument = name == "swapaxes_" ? "axis" : "dim";
        ops.add(fmt::format("aten::{0}(Tensor(a!) self, int {1}0, int {1}1) -> Tensor(a!)", name, argument))
            .kernel([](const Tensor& self, int64_t a, int64_t b) { return set_to(self, transpose(self, a, b)); })
            .derivative("self", name == "swapaxes_" ? "grad.transpose(axis0, axis1)" : "grad.transpose(dim0, dim1)");
    }
    ops.add("aten::fill_diagonal_(Tensor(a!) self, Scalar fill_value, bool wrap=False) -> Tensor(a!)")
        .kernel(&fill_diagonal)
        .derivative("self", "grad.clone().fill_diagonal_(0, wrap)");
    ops.add("aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& src, bool) {
            const Tensor result = empty_like(self);
            copy_into(result, src);
            return result;
        })
        .out()
        .derivative("src", "grad");
    ops.add("aten::zero(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return zeros_like(self); })
        .out()
        .not_differentiable();
    ops.add(
           "aten::as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? "
           "storage_offset=None) -> Tensor")
        .kernel(&as_strided_scatter)
        .out()
        .derivative("self",
                    "ops.wick.restrided(grad, self.size(), self.stride(), "
                    "self.storage_offset()).as_strided_scatter(torch.zeros_like(src), size, stride, storage_offset)")
        .derivative("src",
                    "ops.wick.restrided(grad, self.size(), self.stride(), self.storage_offset()).as_strided(size, "
                    "stride, storage_offset)")
        .gradient_name("CopySlices");
    ops.add("aten::_reshape_from_tensor(Tensor self, Tensor shape) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& shape) {
            WICK_CHECK(shape.dim() == 1, "shape must be a 1-D tensor");
            const Tensor sizes = contiguous(to_dtype(shape, DType::int64));
            return reshape(self, IntArrayRef(sizes.data<int64_t>(), static_cast<size_t>(sizes.numel())));
        })
        .derivative("self", "grad.reshape(self.size())");
    ops.add("aten::result_type.Tensor(Tensor tensor, Tensor other) -> ScalarType")
        .kernel([](const Tensor& a, const Tensor& b) { return static_cast<int64_t>(result_type_of(a, b)); });
    ops.add("aten::result_type.Scalar(Tensor tensor, Scalar other) -> ScalarType")
        .kernel([](const Tensor& a, Scalar b) { return static_cast<int64_t>(result_type_of(a, b)); });
    ops.add("aten::result_type.Scalar_Tensor(Scalar scalar, Tensor tensor) -> ScalarType")
        .kernel([](Scalar a, const Tensor& b) { return static_cast<int64_t>(result_type_of(a, b)); });
    ops.add("aten::is_non_overlapping_and_dense(Tensor self) -> bool").kernel(&is_non_overlapping_and_dense);
    ops.add("aten::is_pinned(Tensor self, Device? device=None) -> bool")
        .kernel([](const Tensor&, std::optional<Device>) { return false; });
    register_casts(ops);
    register_assertions(ops);
}

}  // namespace wick::jit

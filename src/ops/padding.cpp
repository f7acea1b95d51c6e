// Padding: borders of a constant, or of the tensor's own elements.

#include "ops/families.h"
#include "ops/index_plan.h"
#include "ops/op_errors.h"
#include "ops/recorded.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using namespace ops;

/// `pad` lists (before, after) from the last dimension on; negative numbers cut.
Tensor constant_pad(const Tensor& self, IntArrayRef pad, const Scalar& value) {
    WICK_CHECK(pad.size() % 2 == 0, "Padding length must be divisible by 2");
    const int64_t padded = static_cast<int64_t>(pad.size()) / 2;
    WICK_CHECK(padded <= self.dim(),
               "Length of pad should be no more than twice the number of dimensions of the input. Pad length is {} "
               "while the input has {} dimensions.",
               pad.size(), self.dim());
    DimVector sizes(self.sizes());
    Tensor source = self;
    for (int64_t i = 0; i < padded; ++i) {
        const int64_t d = self.dim() - 1 - i;
        const int64_t before = pad[2 * i];
        const int64_t after = pad[2 * i + 1];
        WICK_CHECK(!__builtin_add_overflow(sizes[d], before, &sizes[d]) &&
                       !__builtin_add_overflow(sizes[d], after, &sizes[d]) && sizes[d] >= 0,
                   "The input size {}, plus negative padding {} and {} resulted in a negative output size, which is "
                   "invalid. Check dimension {} of your input.",
                   self.sizes()[d], before, after, d);
        const int64_t cut_before = before < 0 ? -before : 0;
        const int64_t cut_after = after < 0 ? -after : 0;
        if (cut_before + cut_after > 0)
            source = narrow(source, d, std::min(cut_before, source.size(d)),
                            std::max<int64_t>(source.size(d) - cut_before - cut_after, 0));
    }
    Tensor result = is_contiguous_in(self, MemoryFormat::channels_last) && !self.is_contiguous()
                        ? empty_strided(sizes, channels_last_strides(sizes), self.dtype())
                        : empty(sizes, self.dtype());
    fill(result, value);
    Tensor inside = result;
    for (int64_t i = 0; i < padded; ++i) {
        const int64_t d = self.dim() - 1 - i;
        inside = narrow(inside, d, std::max<int64_t>(pad[2 * i], 0), source.size(d));
    }
    copy_into(inside, source);
    return result;
}

enum class Border { reflect, replicate, circular };

int64_t source_position(Border border, int64_t at, int64_t size) {
    switch (border) {
        case Border::reflect:
            return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
        case Border::replicate:
            return std::clamp<int64_t>(at, 0, size - 1);
        case Border::circular:
            return (at % size + size) % size;
    }
    return 0;
}

Tensor border_pad(const Tensor& self, IntArrayRef pad, Border border) {
    WICK_CHECK(pad.size() % 2 == 0, "Padding length must be divisible by 2");
    const int64_t padded = static_cast<int64_t>(pad.size()) / 2;
    WICK_CHECK(self.dim() > padded,
               "Expected {}D or {}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
               "input, but got: {}",
               padded + 1, padded + 2, format_sizes(self.sizes()));
    Tensor result = self;
    for (int64_t i = 0; i < padded; ++i) {
        const int64_t d = self.dim() - 1 - i;
        const int64_t size = self.size(d);
        const int64_t before = pad[2 * i];
        const int64_t after = pad[2 * i + 1];
        WICK_CHECK(size > 0, "Expected a tensor with non-zero dimensions to pad, but got: {}",
                   format_sizes(self.sizes()));
        if (border == Border::reflect)
            WICK_CHECK(before < size && after < size,
                       "Argument #4: Padding size should be less than the corresponding input dimension, but got: "
                       "padding ({}, {}) at dimension {} of input {}",
                       before, after, d, format_sizes(self.sizes()));
        if (border == Border::circular)
            WICK_CHECK(before <= size && after <= size, "Padding value causes wrapping around more than once.");
        WICK_CHECK(before >= -size && after >= -size && before <= INT64_MAX / 4 && after <= INT64_MAX / 4 &&
                       size + before + after > 0,
                   "input (size: {}) is too small for padding ({}, {})", size, before, after);
        if (before == 0 && after == 0) continue;
        const Tensor positions = empty({before + size + after}, DType::int64);
        int64_t* to = positions.mutable_data<int64_t>();
        for (int64_t at = -before; at < size + after; ++at) *to++ = source_position(border, at, size);
        result = index_select(result, d, positions);
    }
    return result.is_same(self) ? clone(self) : result;
}

Border border_of(std::string_view mode) {
    if (mode == "reflect") return Border::reflect;
    if (mode == "replicate") return Border::replicate;
    if (mode != "circular") throw NotImplementedError(fmt::format("Unrecognised padding mode {}", mode));
    return Border::circular;
}

/// Sums over dimension d the gradients of all positions that show the same element; `size` is the input's there.
Tensor fold_border(const Tensor& grad, int64_t d, int64_t size, int64_t before, Border border) {
    DimVector sizes(grad.sizes());
    const int64_t padded = sizes[d];
    sizes[d] = size;
    int64_t outer = 1, inner = 1;
    for (int64_t i = 0; i < d; ++i) outer *= sizes[i];
    for (int64_t i = d + 1; i < grad.dim(); ++i) inner *= sizes[i];
    const Tensor from = contiguous(grad), out = zeros(sizes, grad.dtype());
    dispatch_dtype(grad.dtype(), [&]<class T>() {
        const T* source = from.data<T>();
        T* to = out.mutable_data<T>();
        for (int64_t o = 0; o < outer; ++o) {
            for (int64_t p = 0; p < padded; ++p) {
                T* row = to + (o * size + source_position(border, p - before, size)) * inner;
                for (int64_t i = 0; i < inner; ++i) row[i] = static_cast<T>(row[i] + *source++);
            }
        }
    });
    return out;
}

Tensor border_pad_backward(const Tensor& grad_output, const IntList& size, const IntList& pad, std::string_view mode) {
    Tensor grad = grad_output;
    for (size_t i = 0; i + 1 < pad.size(); i += 2) {
        const int64_t d = grad.dim() - 1 - static_cast<int64_t>(i / 2);
        WICK_CHECK(d >= 0 && grad.dim() == static_cast<int64_t>(size.size()) &&
                       grad.size(d) == size[d] + pad[i] + pad[i + 1] && size[d] > 0,
                   "a gradient of size {} does not fit an input of size {} with padding {}",
                   format_sizes(grad_output.sizes()), format_sizes(size), format_sizes(pad));
        grad = fold_border(grad, d, size[d], pad[i], border_of(mode));
    }
    return grad;
}

template <Border kBorder>
Tensor border_pad_list(const Tensor& self, IntList padding) {
    return border_pad(self, padding, kBorder);
}

Tensor pad(const Tensor& self, IntList pad, std::string_view mode, std::optional<double> value) {
    if (mode == "constant")
        return recorded::call("aten::constant_pad_nd", self, IntArrayRef(pad).vec(),
                              value ? Scalar(*value) : Scalar(0));
    WICK_CHECK(!value || *value == 0, "Padding mode \"{}\" doesn't take in value argument", mode);
    const int64_t lists = static_cast<int64_t>(pad.size());
    WICK_CHECK((lists == 2 && (self.dim() == 2 || self.dim() == 3)) ||
                   (lists == 4 && (self.dim() == 3 || self.dim() == 4)) ||
                   (lists == 6 && (self.dim() == 4 || self.dim() == 5)),
               "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
    const Border border = border_of(mode);
    if (border == Border::circular) return recorded::call("aten::_pad_circular", self, IntArrayRef(pad).vec());
    const std::string_view name = border == Border::reflect ? "reflection" : "replication";
    return recorded::call(fmt::format("aten::{}_pad{}d", name, lists / 2), self, IntArrayRef(pad).vec());
}

}  // namespace

void register_padding(Registry& ops) {
    ops.add("aten::pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor")
        .kernel(&pad)
        .differentiated_by_parts();
    ops.add("wick::border_pad(Tensor self, int[] pad, str mode) -> Tensor")
        .kernel([](const Tensor& self, IntList pad, std::string_view mode) {
            return border_pad(self, pad, border_of(mode));
        })
        .derivative("self", "ops.wick.border_pad_backward(grad, self.size(), pad, mode)");
    ops.add("wick::border_pad_backward(Tensor grad_output, int[] size, int[] pad, str mode) -> Tensor")
        .kernel(&border_pad_backward)
        .derivative("grad_output", "ops.wick.border_pad(grad, pad, mode)");
    ops.add("aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor")
        .kernel([](const Tensor& self, IntList pad, Scalar value) { return constant_pad(self, pad, value); })
        .out()
        .derivative("self", "torch.constant_pad_nd(grad, [-p for p in pad])");
    for (int rank = 1; rank <= 3; ++rank) {
        ops.add(fmt::format("aten::reflection_pad{}d(Tensor self, SymInt[{}] padding) -> Tensor", rank, 2 * rank))
            .kernel(&border_pad_list<Border::reflect>)
            .out()
            .derivative("self", "ops.wick.border_pad_backward(grad, self.size(), padding, 'reflect')");
        ops.add(fmt::format("aten::replication_pad{}d(Tensor self, SymInt[{}] padding) -> Tensor", rank, 2 * rank))
            .kernel(&border_pad_list<Border::replicate>)
            .out()
            .derivative("self", "ops.wick.border_pad_backward(grad, self.size(), padding, 'replicate')");
    }
    ops.add("aten::_pad_circular(Tensor self, SymInt[] pad) -> Tensor")
        .kernel(&border_pad_list<Border::circular>)
        .derivative("self", "ops.wick.border_pad_backward(grad, self.size(), pad, 'circular')");
}

}  // namespace wick::jit

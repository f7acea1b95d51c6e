// What gradients of views are made with. A view is its base seen with other sizes and strides, so one pair of operators
// serves them all.

#include "ops/view_gradient.h"

#include <algorithm>

#include "ops/families.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

/// The number of elements from the storage's start to the end of the geometry.
int64_t extent(IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
    int64_t last = offset;
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] == 0) return 0;
        last += (sizes[i] - 1) * strides[i];
    }
    return last + 1;
}

template <class T>
void add_elements(const T* from, IntArrayRef from_strides, T* to, IntArrayRef to_strides, IntArrayRef sizes) {
    if (sizes.empty()) {
        *to = static_cast<T>(*to + *from);
        return;
    }
    for (int64_t i = 0; i < sizes[0]; ++i)
        add_elements(from + i * from_strides[0], from_strides.slice(1), to + i * to_strides[0], to_strides.slice(1),
                     sizes.slice(1));
}

bool is_non_overlapping(const Tensor& self) {
    std::vector<std::pair<int64_t, int64_t>> steps;  // stride, size
    for (size_t i = 0; i < self.sizes().size(); ++i)
        if (self.sizes()[i] > 1) steps.emplace_back(self.strides()[i], self.sizes()[i]);
    std::ranges::sort(steps);
    int64_t reach = 0;
    for (const auto& [stride, size] : steps) {
        if (stride <= reach) return false;
        reach += (size - 1) * stride;
    }
    return true;
}

/// into[...] += values; elements of `into` may share memory.
void add_into(const Tensor& into, const Tensor& values) {
    dispatch_dtype(values.dtype(), [&]<class T>() {
        add_elements(values.data<T>(), values.strides(), into.mutable_data<T>(), into.strides(), values.sizes());
    });
}

/// Zeros of these sizes, of which `part` is replaced.
template <class Part>
Tensor zeros_around(const Tensor& grad, const IntList& sizes, Part part) {
    const Tensor result = zeros(sizes, grad.dtype());
    copy_into(part(result), grad);
    return result;
}

Tensor select_backward(const Tensor& grad, const IntList& sizes, int64_t dim, int64_t index) {
    return zeros_around(grad, sizes, [&](const Tensor& whole) { return select(whole, dim, index); });
}
Tensor slice_backward(const Tensor& grad, const IntList& sizes, int64_t dim, int64_t start, int64_t end, int64_t step) {
    return zeros_around(grad, sizes, [&](const Tensor& whole) { return slice(whole, dim, start, end, step); });
}
Tensor diagonal_backward(const Tensor& grad, const IntList& sizes, int64_t offset, int64_t dim1, int64_t dim2) {
    return zeros_around(grad, sizes, [&](const Tensor& whole) { return diagonal(whole, offset, dim1, dim2); });
}

/// The gradient of `self` where grad is that of self.as_strided(size, stride, storage_offset).
Tensor as_strided_backward(const Tensor& grad, const IntList& self_size, const IntList& self_stride,
                           int64_t self_offset, const IntList& size, const IntList& stride,
                           std::optional<int64_t> storage_offset) {
    const int64_t offset = storage_offset.value_or(self_offset);
    const int64_t count = std::max(extent(self_size, self_stride, self_offset), extent(size, stride, offset));
    const Tensor memory = zeros({count}, grad.dtype());
    // Elements that expand gave the same place are summed first.
    DimVector repeated;
    IntList once = size;
    for (size_t i = 0; i < size.size(); ++i) {
        if (stride[i] != 0 || size[i] < 2) continue;
        repeated.push_back(static_cast<int64_t>(i));
        once[i] = 1;
    }
    const Tensor values = repeated.empty() ? grad : sum(grad, repeated, true);
    const Tensor seen = as_strided(memory, once, stride, offset);
    if (is_non_overlapping(seen))
        copy_into(seen, values);
    else
        add_into(seen, values);
    return as_strided(memory, self_size, self_stride, self_offset);
}

Tensor restrided(const Tensor& self, const IntList& size, const IntList& stride, int64_t storage_offset) {
    const Tensor memory = zeros({extent(size, stride, storage_offset)}, self.dtype());
    const Tensor result = as_strided(memory, size, stride, storage_offset);
    copy_into(result, self);
    return result;
}

/// A gradient in the shape and dtype of what it belongs to: summed over broadcast dimensions.
Tensor fit_gradient(const Tensor& grad, const Tensor& like) {
    Tensor fitting = grad;
    if (grad.sizes() != like.sizes())
        fitting = call_operator("aten::sum_to_size", {IValue(grad), IValue(like.sizes().vec())}).to_tensor();
    return to_dtype(fitting, like.dtype());
}

}  // namespace

void register_view_gradient(Registry& ops) {
    ops.add(
           "wick::as_strided_backward(Tensor grad_output, int[] self_size, int[] self_stride, int self_offset, int[] "
           "size, int[] stride, int? storage_offset) -> Tensor")
        .kernel(&as_strided_backward)
        .derivative(
            "grad_output",
            "ops.wick.restrided(grad, self_size, self_stride, self_offset).as_strided(size, stride, storage_offset)");
    ops.add("aten::select_backward(Tensor grad_output, SymInt[] input_sizes, int dim, SymInt index) -> Tensor")
        .kernel(&select_backward)
        .out()
        .derivative("grad_output", "grad.select(dim, index)");
    ops.add(
           "aten::slice_backward(Tensor grad_output, SymInt[] input_sizes, int dim, SymInt start, SymInt end, SymInt "
           "step) -> Tensor")
        .kernel(&slice_backward)
        .out()
        .derivative("grad_output", "torch.slice(grad, dim, start, end, step)");
    ops.add(
           "aten::diagonal_backward(Tensor grad_output, SymInt[] input_sizes, int offset, int dim1, int dim2) -> "
           "Tensor")
        .kernel(&diagonal_backward)
        .out()
        .derivative("grad_output", "grad.diagonal(offset, dim1, dim2)");
    ops.add("wick::permute_backward(Tensor(a) self, int[] dims) -> Tensor(a)")
        .kernel([](const Tensor& self, const IntList& dims) {
            DimVector order(dims);
            for (size_t i = 0; i < dims.size(); ++i)
                order[static_cast<size_t>(wrap_dim(dims[i], self.dim()))] = static_cast<int64_t>(i);
            return permute(self, order);
        })
        .derivative("self", "grad.permute(dims)");
    // The same elements in memory laid out so.
    ops.add("wick::restrided(Tensor self, int[] size, int[] stride, int storage_offset) -> Tensor")
        .kernel(&restrided)
        .derivative("self", "grad");
    ops.add("wick::geometry(Tensor self) -> Tensor").kernel(&geometry_of).not_differentiable();
    ops.add("wick::fit_gradient(Tensor grad, Tensor like) -> Tensor").kernel(&fit_gradient);
}

}  // namespace wick::jit

namespace wick::ops {

Tensor geometry_of(const Tensor& self) {
    static const IntrusivePtr<Storage> nothing = [] {
        auto storage = Storage::allocate(0);
        storage->make_immortal();
        return storage;
    }();
    return Tensor(
        make_intrusive<TensorImpl>(nothing, self.dtype(), self.sizes(), self.strides(), self.storage_offset()));
}

}  // namespace wick::ops

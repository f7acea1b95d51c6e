// Copies of a tensor's elements in another order or several times over.

#include <algorithm>

#include "ops/element_of_size.h"
#include "ops/families.h"
#include "ops/index_plan.h"
#include "ops/recorded.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using namespace ops;

/// One dimension backwards: pieces of what lies behind it, in the reverse order.
Tensor flipped(const Tensor& self, int64_t dim) {
    const Tensor x = contiguous(self), result = empty(self.sizes(), self.dtype());
    if (x.numel() == 0) return result;
    int64_t width = 1;
    for (int64_t d = dim + 1; d < x.dim(); ++d) width *= x.size(d);
    const int64_t length = x.size(dim), rows = x.numel() / width;
    with_element_of_size(x.itemsize(), [&]<class E>() {
        const E* from = static_cast<const E*>(x.data_ptr());
        E* to = static_cast<E*>(result.mutable_data_ptr());
        if (width == 1) {
            for (int64_t row = 0; row < rows; row += length)
                std::reverse_copy(from + row, from + row + length, to + row);
            return;
        }
        for (int64_t row = 0; row < rows; ++row) {
            const int64_t at = row / length * length + (length - 1 - row % length);
            std::copy_n(from + at * width, width, to + row * width);
        }
    });
    return result;
}

Tensor flip(const Tensor& self, IntArrayRef dims) {
    SmallVector<bool, 8> seen(static_cast<size_t>(std::max<int64_t>(self.dim(), 1)));
    Tensor result = self;
    for (int64_t dim : dims) {
        const int64_t d = wrap_dim(dim, self.dim());
        WICK_CHECK(!seen[d], "dim {} appears multiple times in the list of dims", d);
        seen[d] = true;
        if (self.dim() == 0) continue;
        result = flipped(result, d);
    }
    return result.is_same(self) ? clone(self) : result;
}

Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
    WICK_CHECK(!shifts.empty(), "`shifts` required");
    if (dims.empty()) {
        WICK_CHECK(shifts.size() == 1, "shifts and dimensions must align. shifts: {}, dims:{}", shifts.size(),
                   dims.size());
        return view(roll(reshape(self, {-1}), shifts, {0}), self.sizes());
    }
    WICK_CHECK(shifts.size() == dims.size(), "shifts and dimensions must align. shifts: {}, dims:{}", shifts.size(),
               dims.size());
    Tensor result = self;
    for (size_t i = 0; i < dims.size(); ++i) {
        const int64_t d = wrap_dim(dims[i], self.dim());
        const int64_t size = self.dim() == 0 ? 0 : self.sizes()[d];
        if (size == 0) continue;
        const int64_t shift = (shifts[i] % size + size) % size;
        if (shift == 0) continue;
        const Tensor parts[] = {narrow(result, d, size - shift, shift), narrow(result, d, 0, size - shift)};
        result = cat(parts, d);
    }
    return result.is_same(self) ? clone(self) : result;
}

Tensor rot90(const Tensor& self, int64_t k, IntList dims) {
    WICK_CHECK(dims.size() == 2, "expected total rotation dims == 2, but got dims = {}", dims.size());
    WICK_CHECK(self.dim() >= 2, "expected total dims >= 2, but got total dims = {}", self.dim());
    const int64_t a = wrap_dim(dims[0], self.dim());
    const int64_t b = wrap_dim(dims[1], self.dim());
    WICK_CHECK(a != b, "expected rotation dims to be different, but got dim0 = {} and dim1 = {}", dims[0], dims[1]);
    switch ((k % 4 + 4) % 4) {
        case 1:
            return transpose(flip(self, {b}), a, b);
        case 2:
            return flip(self, {a, b});
        case 3:
            return transpose(flip(self, {a}), a, b);
        default:
            return clone(self, MemoryFormat::contiguous);
    }
}

Tensor repeat(const Tensor& self, IntArrayRef repeats) {
    const int64_t rank = static_cast<int64_t>(repeats.size());
    WICK_CHECK(rank >= self.dim(),
               "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
    // [a, b] repeated (r, s) is [r, a, s, b] with r and s expanded.
    DimVector single;
    DimVector expanded;
    DimVector sizes;
    for (int64_t d = 0; d < rank; ++d) {
        WICK_CHECK(repeats[d] >= 0, "Trying to create tensor with negative dimension {}: {}", repeats[d],
                   format_sizes(repeats));
        const int64_t own = d - (rank - self.dim());
        const int64_t size = own >= 0 ? self.sizes()[own] : 1;
        single.push_back(1);
        single.push_back(size);
        expanded.push_back(repeats[d]);
        expanded.push_back(size);
        int64_t total = 0;
        WICK_CHECK(!__builtin_mul_overflow(repeats[d], size, &total), "repeat: the result is too large");
        sizes.push_back(total);
    }
    Tensor result = empty(sizes, self.dtype());
    if (result.numel() > 0) copy_into(view(result, expanded), reshape(self, single));
    return result;
}

Tensor tile(const Tensor& self, IntList dims) {
    DimVector repeats;
    for (int64_t d = static_cast<int64_t>(dims.size()); d < self.dim(); ++d) repeats.push_back(1);
    repeats.append(dims.begin(), dims.end());
    return recorded::call("aten::repeat", self, IntArrayRef(repeats).vec());
}

/// [2, 0, 1] → [0, 0, 2]: how often each position occurs.
Tensor repeated_positions(const Tensor& repeats) {
    WICK_CHECK(repeats.dim() <= 1, "repeat_interleave only accept 1D vector as repeat");
    WICK_CHECK(repeats.dtype() == DType::int64 || repeats.dtype() == DType::int32,
               "repeats has to be Long or Int tensor");
    const Tensor counts = contiguous(to_dtype(repeats, DType::int64));
    const int64_t* count = counts.data<int64_t>();
    int64_t total = 0;
    for (int64_t i = 0; i < counts.numel(); ++i) {
        WICK_CHECK(count[i] >= 0, "repeats can not be negative");
        WICK_CHECK(!__builtin_add_overflow(total, count[i], &total), "repeat_interleave: the result is too large");
    }
    const Tensor positions = empty({total}, DType::int64);
    int64_t* to = positions.mutable_data<int64_t>();
    for (int64_t i = 0; i < counts.numel(); ++i) to = std::fill_n(to, count[i], i);
    return positions;
}

Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
    const Tensor input = dim ? self : recorded::reshape(self, {-1});
    const int64_t d = wrap_dim(dim.value_or(0), input.dim());
    Tensor counts = repeats;
    if (repeats.dim() == 0 || repeats.numel() == 1) {
        counts = expand(reshape(repeats, {1}), {input.size(d)});
    }
    WICK_CHECK(
        counts.numel() == input.size(d),
        "repeats must have the same size as input along dim, but got repeats.size(0) = {} and input.size({}) = {}",
        counts.numel(), d, input.size(d));
    const Tensor positions = repeated_positions(counts);
    WICK_CHECK(!output_size || *output_size == positions.numel(),
               "repeat_interleave: Invalid output_size, expected {} but got {}", positions.numel(),
               output_size.value_or(0));
    return recorded::call("aten::index_select", input, d, positions);
}

Tensor repeat_interleave_number(const Tensor& self, int64_t repeats, std::optional<int64_t> dim,
                                std::optional<int64_t> output_size) {
    WICK_CHECK(repeats >= 0, "Repeats must be non-negative");
    const Tensor input = dim ? self : recorded::reshape(self, {-1});
    const int64_t d = wrap_dim(dim.value_or(0), input.dim());
    DimVector wide(input.sizes());
    wide.insert(static_cast<size_t>(d) + 1, repeats);
    DimVector sizes(input.sizes());
    WICK_CHECK(!__builtin_mul_overflow(sizes[d], repeats, &sizes[d]), "repeat_interleave: the result is too large");
    const Tensor repeated = recorded::expand(recorded::unsqueeze(input, d + 1), wide);
    return recorded::reshape(recorded::call("aten::clone", repeated, int64_t{0}), sizes);
}

}  // namespace

void register_rearranging(Registry& ops) {
    ops.add("aten::flip(Tensor self, int[] dims) -> Tensor")
        .kernel([](const Tensor& self, IntList dims) { return flip(self, dims); })
        .out()
        .derivative("self", "grad.flip(dims)");
    ops.add("aten::fliplr(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) {
            WICK_CHECK(self.dim() >= 2, "Input must be >= 2-d.");
            return flip(self, {1});
        })
        .derivative("self", "grad.fliplr()");
    ops.add("aten::flipud(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) {
            WICK_CHECK(self.dim() >= 1, "Input must be >= 1-d.");
            return flip(self, {0});
        })
        .derivative("self", "grad.flipud()");
    ops.add("aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor")
        .kernel([](const Tensor& self, IntList shifts, IntList dims) { return roll(self, shifts, dims); })
        .out()
        .derivative("self", "grad.roll([-shift for shift in shifts], dims)");
    ops.add("aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor")
        .kernel(&rot90)
        .out()
        .derivative("self", "grad.rot90(-k, dims)");
    ops.add("aten::repeat(Tensor self, SymInt[] repeats) -> Tensor")
        .kernel([](const Tensor& self, IntList repeats) { return repeat(self, repeats); })
        .out()
        .derivative("self", "ops.wick.repeat_backward(grad, repeats, self.size())");
    ops.add("wick::repeat_backward(Tensor grad, int[] repeats, int[] size) -> Tensor").composite(R"(
def repeat_backward(grad: Tensor, repeats: List[int], size: List[int]) -> Tensor:
    shape = annotate(List[int], [])
    dims = annotate(List[int], [])
    new = len(repeats) - len(size)
    for i in range(len(repeats)):
        dims.append(len(shape))
        shape.append(repeats[i])
        if i >= new:
            shape.append(size[i - new])
    return grad.reshape(shape).sum(dims) if len(dims) > 0 else grad
)");
    ops.add("aten::tile(Tensor self, SymInt[] dims) -> Tensor").kernel(&tile).differentiated_by_parts();
    ops.add("aten::repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor")
        .kernel([](const Tensor& repeats, std::optional<int64_t>) { return repeated_positions(repeats); });
    ops.add(
           "aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? "
           "output_size=None) -> Tensor")
        .kernel(&repeat_interleave)
        .differentiated_by_parts();
    ops.add(
           "aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) "
           "-> Tensor")
        .kernel(&repeat_interleave_number)
        .differentiated_by_parts();
}

}  // namespace wick::jit

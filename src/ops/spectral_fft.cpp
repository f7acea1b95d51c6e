// torch.fft: what is transformed, in PyTorch's words; the transforms stand in spectral.cpp.
#include <cmath>

#include <wick/tensor/default_dtype.h>

#include "ops/pointwise.h"
#include "ops/recorded.h"
#include "ops/spectral.h"

namespace wick::jit {

using namespace ops;

namespace {

using Mode = std::optional<std::string_view>;
using Dims = std::optional<IntList>;
using Sizes = std::optional<IntList>;
using Options = std::optional<DType>;

// Everything but the three plain transforms calls operators only, so it is differentiated by parts.

Tensor transform_c2c(const Tensor& self, const DimVector& dims, FftNorm norm, bool forward) {
    return recorded::call("aten::_fft_c2c", self, IntArrayRef(dims).vec(), static_cast<int64_t>(norm), forward);
}
Tensor transform_r2c(const Tensor& self, const DimVector& dims, FftNorm norm, bool onesided) {
    return recorded::call("aten::_fft_r2c", self, IntArrayRef(dims).vec(), static_cast<int64_t>(norm), onesided);
}
Tensor transform_c2r(const Tensor& self, const DimVector& dims, FftNorm norm, int64_t last_size) {
    return recorded::call("aten::_fft_c2r", self, IntArrayRef(dims).vec(), static_cast<int64_t>(norm), last_size);
}

/// As fft_input.
Tensor prepared(const Tensor& self, bool require_complex) {
    return recorded::to_dtype(self, fft_input(self, require_complex).dtype());
}

/// Cut or filled with zeros at the end of each dimension.
Tensor resized(const Tensor& self, IntArrayRef dims, IntArrayRef sizes) {
    Tensor result = self;
    for (size_t i = 0; i < dims.size(); ++i) {
        WICK_CHECK(sizes[i] > 0, "Invalid number of data points ({}) specified", sizes[i]);
        const int64_t size = result.size(dims[i]);
        if (sizes[i] < size) result = recorded::narrow(result, dims[i], 0, sizes[i]);
        if (sizes[i] <= size) continue;
        DimVector missing(result.sizes());
        missing[static_cast<size_t>(dims[i])] = sizes[i] - size;
        result = recorded::cat({result, zeros(missing, result.dtype())}, dims[i]);
    }
    return result;
}

/// The dimensions of an n-dimensional transform and the size of each.
struct Shape {
    DimVector dims;
    DimVector sizes;
};

Shape canonical_shape(const Tensor& self, const Sizes& s, const Dims& dim) {
    const int64_t rank = self.dim();
    Shape shape;
    if (dim) {
        for (int64_t d : *dim) shape.dims.push_back(wrap_dim(d, rank));
        for (size_t i = 0; i < shape.dims.size(); ++i)
            for (size_t j = 0; j < i; ++j) WICK_CHECK(shape.dims[i] != shape.dims[j], "FFT dims must be unique");
    }
    if (s) {
        const int64_t count = static_cast<int64_t>(s->size());
        WICK_CHECK(!dim || dim->size() == s->size(), "When given, dim and shape arguments must have the same length");
        WICK_CHECK(count <= rank, "Got shape with {} values but input tensor only has {} dimensions.", count, rank);
        for (int64_t d = 0; !dim && d < count; ++d) shape.dims.push_back(rank - count + d);
        for (int64_t i = 0; i < count; ++i) {
            const int64_t size = (*s)[static_cast<size_t>(i)];
            shape.sizes.push_back(size == -1 ? self.size(shape.dims[static_cast<size_t>(i)]) : size);
        }
    } else {
        for (int64_t d = 0; !dim && d < rank; ++d) shape.dims.push_back(d);
        for (int64_t d : shape.dims) shape.sizes.push_back(self.size(d));
    }
    for (int64_t size : shape.sizes) WICK_CHECK(size > 0, "Invalid number of data points ({}) specified", size);
    return shape;
}

int64_t only_dim(const Tensor& self, int64_t dim) {
    WICK_CHECK_INDEX(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
    return wrap_dim(dim, self.dim());
}

// One dimension.

Tensor c2c(const Tensor& self, std::optional<int64_t> n, int64_t dim, const Mode& mode, bool forward) {
    const int64_t d = only_dim(self, dim);
    const int64_t size = n.value_or(self.size(d));
    WICK_CHECK(size >= 1, "Invalid number of data points ({}) specified", size);
    const FftNorm norm = fft_norm(mode, forward);
    // Of a real signal both directions need one real transform: they are conjugates.
    if (!is_complex(self.dtype()) && forward)
        return transform_r2c(resized(prepared(self, false), {d}, {size}), {d}, norm, false);
    return transform_c2c(resized(prepared(self, true), {d}, {size}), {d}, norm, forward);
}

Tensor r2c(const Tensor& self, std::optional<int64_t> n, int64_t dim, FftNorm norm, std::string_view name) {
    WICK_CHECK(!is_complex(self.dtype()), "{} expects a real input tensor, but got {}", name,
               scalar_name_of(self.dtype()));
    const int64_t d = only_dim(self, dim);
    const int64_t size = n.value_or(self.size(d));
    return transform_r2c(resized(prepared(self, false), {d}, {size}), {d}, norm, true);
}

Tensor c2r(const Tensor& self, std::optional<int64_t> n, int64_t dim, FftNorm norm) {
    const int64_t d = only_dim(self, dim);
    const int64_t size = n.value_or((self.size(d) - 1) * 2);
    WICK_CHECK(size >= 1, "Invalid number of data points ({}) specified", size);
    return transform_c2r(resized(prepared(self, true), {d}, {size / 2 + 1}), {d}, norm, size);
}

Tensor hfft(const Tensor& self, std::optional<int64_t> n, int64_t dim, Mode mode) {
    // A forward transform to real numbers is the inverse one of the conjugate.
    return c2r(recorded::conj(self), n, dim, fft_norm(mode, true));
}

Tensor ihfft(const Tensor& self, std::optional<int64_t> n, int64_t dim, Mode mode) {
    return recorded::conj(r2c(self, n, dim, fft_norm(mode, false), "ihfft"));
}

// Several dimensions.

Tensor c2c_n(const Tensor& self, const Sizes& s, const Dims& dim, const Mode& mode, bool forward) {
    const Shape shape = canonical_shape(self, s, dim);
    return transform_c2c(resized(prepared(self, true), shape.dims, shape.sizes), shape.dims, fft_norm(mode, forward),
                         forward);
}

Tensor rfftn(const Tensor& self, Sizes s, Dims dim, Mode mode) {
    WICK_CHECK(!is_complex(self.dtype()), "rfftn expects a real-valued input tensor, but got {}",
               scalar_name_of(self.dtype()));
    const Shape shape = canonical_shape(self, s, dim);
    WICK_CHECK(!shape.dims.empty(), "rfftn must transform at least one axis");
    return transform_r2c(resized(prepared(self, false), shape.dims, shape.sizes), shape.dims, fft_norm(mode, true),
                         true);
}

/// The shape of a transform to real numbers, whose input has about half of the last dimension, and that dimension's
/// size.
std::pair<Shape, int64_t> real_result_shape(const Tensor& self, const Sizes& s, const Dims& dim,
                                            std::string_view name) {
    Shape shape = canonical_shape(self, s, dim);
    WICK_CHECK(!shape.dims.empty(), "{} must transform at least one axis", name);
    int64_t last = shape.sizes.back();
    if (!s || s->back() == -1) last = 2 * (self.size(shape.dims.back()) - 1);
    WICK_CHECK(last >= 1, "Invalid number of data points ({}) specified", last);
    shape.sizes.back() = last / 2 + 1;
    return {shape, last};
}

Tensor irfftn(const Tensor& self, Sizes s, Dims dim, Mode mode) {
    const auto [shape, last] = real_result_shape(self, s, dim, "irfftn");
    return transform_c2r(resized(prepared(self, true), shape.dims, shape.sizes), shape.dims, fft_norm(mode, false),
                         last);
}

Tensor hfftn(const Tensor& self, Sizes s, Dims dim, Mode mode) {
    const auto [shape, last] = real_result_shape(self, s, dim, "hfftn");
    const Tensor input = resized(prepared(self, true), shape.dims, shape.sizes);
    return transform_c2r(recorded::conj(input), shape.dims, fft_norm(mode, true), last);
}

Tensor ihfftn(const Tensor& self, Sizes s, Dims dim, Mode mode) {
    WICK_CHECK(!is_complex(self.dtype()), "Only supports floating-point dtypes, but found: {}",
               scalar_name_of(self.dtype()));
    const Shape shape = canonical_shape(self, s, dim);
    WICK_CHECK(!shape.dims.empty(), "ihfftn must transform at least one axis");
    return recorded::conj(transform_r2c(resized(prepared(self, false), shape.dims, shape.sizes), shape.dims,
                                        fft_norm(mode, false), true));
}

// Helpers.

/// Half a turn of every dimension, so that frequency 0 comes to stand in the middle (or returns from there).
Tensor shifted(const Tensor& self, const Dims& dim, bool back) {
    std::vector<int64_t> dims;
    if (dim) dims.assign(dim->begin(), dim->end());
    for (int64_t d = 0; !dim && d < self.dim(); ++d) dims.push_back(d);
    std::vector<int64_t> shifts;
    for (int64_t d : dims) shifts.push_back((self.size(d) + (back ? 1 : 0)) / 2);
    return call_operator("aten::roll", {self, shifts, dims}).to_tensor();
}

Tensor frequencies(int64_t n, double d, bool half, Options dtype, const std::optional<Device>& device,
                   std::string_view name) {
    check_device(device);
    const DType type = dtype.value_or(default_dtype());
    WICK_CHECK(!is_integral(type, true), "{} requires a floating point or complex dtype", name);
    WICK_CHECK(n >= 0, "Trying to create tensor with negative dimension {}: [{}]", n, n);
    const Tensor steps = empty({half ? n / 2 + 1 : n}, DType::int64);
    int64_t* to = steps.mutable_data<int64_t>();
    for (int64_t i = 0; i < steps.numel(); ++i) to[i] = half || i < n - n / 2 ? i : i - n;
    return pointwise(
        kPromote, [](Expr a, Expr b) { return a * b; }, to_dtype(steps, type), 1.0 / (static_cast<double>(n) * d));
}

FftNorm norm_of(int64_t number) {
    WICK_CHECK(number >= 0 && number <= 2, "Unsupported normalization type {}", number);
    return static_cast<FftNorm>(number);
}

DimVector checked_dims(const Tensor& self, const IntList& dims) {
    return canonical_shape(self, std::nullopt, dims).dims;
}

#define WICK_OPTIONS "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"

template <class F>
void add_single(Registry& ops, std::string_view name, F f) {
    ops.add(fmt::format("aten::{}(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", name))
        .kernel(f)
        .out()
        .differentiated_by_parts();
}
template <class F>
void add_many(Registry& ops, std::string_view name, F f) {
    ops.add(fmt::format("aten::{}n(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", name))
        .kernel(f)
        .out()
        .differentiated_by_parts();
    ops.add(fmt::format("aten::{}2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor",
                        name))
        .kernel(f)
        .out()
        .differentiated_by_parts();
}

}  // namespace

void register_spectral_fft(Registry& ops) {
    // A onesided result is the whole one's first half: the other half of its gradient is zero.
    ops.add(
           "wick::fft_r2c_backward(Tensor grad, int[] dim, int normalization, bool onesided, int last_dim_size) -> "
           "Tensor")
        .composite(R"(
def fft_r2c_backward(grad: Tensor, dim: List[int], normalization: int, onesided: bool, last_dim_size: int) -> Tensor:
    last = dim[-1]
    missing = last_dim_size - grad.size(last)
    if onesided and missing > 0:
        grad = torch.cat([grad, torch.zeros_like(grad.narrow(last, 0, missing))], last)
    return torch._fft_c2c(grad, dim, normalization, False).real
)");
    // Every frequency of the half stands for two, but those that are their own mirror images.
    ops.add("wick::fft_c2r_backward(Tensor grad, int[] dim, int normalization, int size) -> Tensor").composite(R"(
def fft_c2r_backward(grad: Tensor, dim: List[int], normalization: int, size: int) -> Tensor:
    last = dim[-1]
    half = torch._fft_r2c(grad, dim, normalization, True)
    twice = grad.size(last) - half.size(last)
    parts = [half.narrow(last, 0, 1), half.narrow(last, 1, twice) * 2]
    parts.append(half.narrow(last, 1 + twice, half.size(last) - 1 - twice))
    if size > half.size(last):
        shape = half.size()
        shape[last] = size - half.size(last)
        parts.append(half.new_zeros(shape))
    return torch.cat(parts, last).narrow(last, 0, size)
)");
    using N = std::optional<int64_t>;
    add_single(ops, "fft_fft",
               [](const Tensor& self, N n, int64_t dim, Mode norm) { return c2c(self, n, dim, norm, true); });
    add_single(ops, "fft_ifft",
               [](const Tensor& self, N n, int64_t dim, Mode norm) { return c2c(self, n, dim, norm, false); });
    add_single(ops, "fft_rfft", [](const Tensor& self, N n, int64_t dim, Mode norm) {
        return r2c(self, n, dim, fft_norm(norm, true), "rfft");
    });
    add_single(ops, "fft_irfft", [](const Tensor& self, N n, int64_t dim, Mode norm) {
        return c2r(self, n, dim, fft_norm(norm, false));
    });
    add_single(ops, "fft_hfft", &hfft);
    add_single(ops, "fft_ihfft", &ihfft);
    add_many(ops, "fft_fft",
             [](const Tensor& self, Sizes s, Dims dim, Mode norm) { return c2c_n(self, s, dim, norm, true); });
    add_many(ops, "fft_ifft",
             [](const Tensor& self, Sizes s, Dims dim, Mode norm) { return c2c_n(self, s, dim, norm, false); });
    add_many(ops, "fft_rfft", &rfftn);
    add_many(ops, "fft_irfft", &irfftn);
    add_many(ops, "fft_hfft", &hfftn);
    add_many(ops, "fft_ihfft", &ihfftn);
    ops.add("aten::fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor")
        .kernel([](const Tensor& self, Dims dim) { return shifted(self, dim, false); })
        .differentiated_by_parts();
    ops.add("aten::fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor")
        .kernel([](const Tensor& self, Dims dim) { return shifted(self, dim, true); })
        .differentiated_by_parts();
    ops.add("aten::fft_fftfreq(int n, float d=1., *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](int64_t n, double d, Options dtype, std::optional<int64_t>, std::optional<Device> device,
                   std::optional<bool>) { return frequencies(n, d, false, dtype, device, "fftfreq"); })
        .out();
    ops.add("aten::fft_rfftfreq(int n, float d=1., *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](int64_t n, double d, Options dtype, std::optional<int64_t>, std::optional<Device> device,
                   std::optional<bool>) { return frequencies(n, d, true, dtype, device, "rfftfreq"); })
        .out();
    ops.add("aten::_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, int64_t norm, bool forward) {
            WICK_CHECK(is_complex(self.dtype()), "Expected self.is_complex() to be true, but got false.");
            return fft_c2c(self, checked_dims(self, dim), norm_of(norm), forward);
        })
        .out()
        .derivative("self", "torch._fft_c2c(grad, dim, normalization, not forward)");
    ops.add("aten::_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, int64_t norm, bool onesided) {
            WICK_CHECK(is_floating(self.dtype()), "Expected self.is_floating_point() to be true, but got false.");
            WICK_CHECK(!dim.empty(), "rfftn must transform at least one axis");
            return fft_r2c(fft_input(self, false), checked_dims(self, dim), norm_of(norm), onesided);
        })
        .out()
        .derivative("self", "ops.wick.fft_r2c_backward(grad, dim, normalization, onesided, self.size(dim[-1]))");
    ops.add("aten::_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, int64_t norm, int64_t last) {
            WICK_CHECK(is_complex(self.dtype()), "Expected self.is_complex() to be true, but got false.");
            WICK_CHECK(!dim.empty(), "irfftn must transform at least one axis");
            WICK_CHECK(last >= 1, "Invalid number of data points ({}) specified", last);
            const DimVector dims = checked_dims(self, dim);
            return fft_c2r(resized(self, {dims.back()}, {last / 2 + 1}), dims, norm_of(norm), last);
        })
        .out()
        .derivative("self", "ops.wick.fft_c2r_backward(grad, dim, normalization, self.size(dim[-1]))");
}

#undef WICK_OPTIONS

}  // namespace wick::jit

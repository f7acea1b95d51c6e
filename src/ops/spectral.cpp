// Transforms of tensors: rows along one dimension go through kernels/fft.h in blocks, straight from and to strided
// memory.
#include "ops/spectral.h"

#include <algorithm>
#include <cmath>

#include <wick/support/parallel.h>
#include <wick/tensor/default_dtype.h>

#include "kernels/fft.h"
#include "kernels/scratch.h"
#include "ops/geometry.h"

namespace wick::ops {
namespace {

using kernels::Planes;

constexpr int64_t kMaxLanes = 16;
/// Rows of a block, so that what they need stays in a near cache: whole vectors of them, or four, or one that needs no
/// transposition.
constexpr int64_t lanes_for(int64_t room) { return room <= 300 ? kMaxLanes : room <= 1100 ? 8 : room <= 8192 ? 4 : 1; }

/// One dimension of a tensor as memory: elements of T (a complex element is two of them).
struct Line {
    int64_t size;
    int64_t stride;  ///< in elements of the tensor
};

/// Rows of a block: where they begin, in elements of the input and of the output.
struct Block {
    int64_t lanes = 0;
    int64_t from[kMaxLanes], to[kMaxLanes];
};

/// value(position, lane) for every pair, along the memory.
template <class F>
void for_each_value(int64_t size, int64_t stride, int64_t lanes, F&& value) {
    if (std::abs(stride) <= 1) {
        for (int64_t l = 0; l < lanes; ++l)
            for (int64_t j = 0; j < size; ++j) value(j, l);
    } else {
        for (int64_t j = 0; j < size; ++j)
            for (int64_t l = 0; l < lanes; ++l) value(j, l);
    }
}

/// Whether the rows of a block begin one element behind the other, in `starts`.
bool adjacent(const int64_t* starts, int64_t lanes) {
    bool result = true;
    for (int64_t l = 1; l < lanes; ++l) result &= starts[l] == starts[l - 1] + 1;
    return result;
}

/// Pointers to the rows of a block, whose elements are `width` numbers.
template <class T>
struct RowPointers {
    RowPointers(T* data, const int64_t* starts, int64_t lanes, int64_t width) {
        for (int64_t l = 0; l < lanes; ++l) rows[l] = data + width * starts[l];
    }
    T* rows[kMaxLanes];
};

template <class T>
void load_complex(const T* data, Line line, const Block& block, Planes<T> to) {
    const int64_t lanes = block.lanes;
    if (line.stride == 1 || line.size == 1)
        return kernels::load_pairs<T>(RowPointers<const T>(data, block.from, lanes, 2).rows, lanes, line.size, to);
    if (adjacent(block.from, lanes))
        return kernels::load_columns(data + 2 * block.from[0], line.stride, lanes, line.size, to);
    for_each_value(line.size, line.stride, lanes, [&](int64_t j, int64_t l) {
        const int64_t at = 2 * (block.from[l] + j * line.stride);
        to.re[j * lanes + l] = data[at];
        to.im[j * lanes + l] = data[at + 1];
    });
}

template <class T>
void load_real(const T* data, Line line, const Block& block, bool halved, Planes<T> to) {
    const int64_t lanes = block.lanes;
    if (halved && line.stride == 1)
        return kernels::load_pairs<T>(RowPointers<const T>(data, block.from, lanes, 1).rows, lanes, line.size / 2, to);
    for_each_value(halved ? line.size / 2 : line.size, line.stride, lanes, [&](int64_t j, int64_t l) {
        const int64_t at = block.from[l] + (halved ? 2 * j : j) * line.stride;
        to.re[j * lanes + l] = data[at];
        if (halved) to.im[j * lanes + l] = data[at + line.stride];
    });
}

template <class T>
void store_real(T* data, Line line, const Block& block, bool halved, T scale, Planes<T> from) {
    const int64_t lanes = block.lanes;
    if (halved && line.stride == 1)
        return kernels::store_pairs<T>(RowPointers<T>(data, block.to, lanes, 1).rows, lanes, line.size / 2, scale,
                                       from);
    for_each_value(halved ? line.size / 2 : line.size, line.stride, lanes, [&](int64_t j, int64_t l) {
        const int64_t at = block.to[l] + (halved ? 2 * j : j) * line.stride;
        data[at] = from.re[j * lanes + l] * scale;
        if (halved) data[at + line.stride] = from.im[j * lanes + l] * scale;
    });
}

template <class T>
void store_complex(T* data, Line line, const Block& block, T scale, Planes<T> from) {
    const int64_t lanes = block.lanes;
    if (line.stride == 1 || line.size == 1)
        return kernels::store_pairs<T>(RowPointers<T>(data, block.to, lanes, 2).rows, lanes, line.size, scale, from);
    if (adjacent(block.to, lanes))
        return kernels::store_columns(data + 2 * block.to[0], line.stride, lanes, line.size, scale, from);
    for_each_value(line.size, line.stride, lanes, [&](int64_t k, int64_t l) {
        const int64_t at = 2 * (block.to[l] + k * line.stride);
        data[at] = from.re[k * lanes + l] * scale;
        data[at + 1] = from.im[k * lanes + l] * scale;
    });
}

/// transform(block, data, work) for every block of rows along `dim`; planes have `room` values per row.
template <class T, class F>
void for_each_block(const Tensor& in, const Tensor& out, int64_t dim, int64_t room, F&& transform) {
    DimVector shape(in.sizes()), in_strides(in.strides()), out_strides(out.strides());
    for (DimVector* list : {&shape, &in_strides, &out_strides}) list->erase(static_cast<size_t>(dim));
    const OperandGeometry operands[] = {{shape, out_strides}, {shape, in_strides}};
    const Loop loop(shape, operands);
    const int64_t lanes = lanes_for(room);
    const int64_t grain = std::max<int64_t>(lanes, kParallelGrain / 4 / room);
    parallel_for(0, loop.numel(), grain, [&](int64_t begin, int64_t end) {
        // Planes of a power of two would lie in the same lines of the cache.
        const size_t plane = kernels::align_up(sizeof(T) * static_cast<size_t>(room * lanes)) + 320;
        const kernels::AlignedBuffer memory(4 * plane);
        T* planes[4];
        for (size_t i = 0; i < 4; ++i)
            planes[i] = reinterpret_cast<T*>(static_cast<std::byte*>(memory.data()) + i * plane);
        Block block;
        const auto flush = [&] {
            if (block.lanes > 0) transform(block, Planes<T>{planes[0], planes[1]}, Planes<T>{planes[2], planes[3]});
            block.lanes = 0;
        };
        loop.for_each_run(begin, end, [&](const int64_t* offsets, int64_t n) {
            for (int64_t i = 0; i < n; ++i) {
                block.to[block.lanes] = offsets[0] + i * loop.strides(0)[0];
                block.from[block.lanes] = offsets[1] + i * loop.strides(1)[0];
                if (++block.lanes == lanes) flush();
            }
        });
        flush();
    });
}

Line line_of(const Tensor& tensor, int64_t dim) { return {tensor.size(dim), tensor.stride(dim)}; }

/// Calls f.operator()<T>(): the real type of a transform that makes `out`. Not for a result without elements, whose
/// lines may have any length.
template <class F>
void dispatch_real(const Tensor& out, F&& f) {
    if (out.numel() == 0) return;
    if (to_real(out.dtype()) == DType::float32) return f.template operator()<float>();
    f.template operator()<double>();
}

void complex_pass(const Tensor& in, const Tensor& out, int64_t dim, bool forward, double scale) {
    dispatch_real(out, [&]<class T>() {
        const T* from = static_cast<const T*>(in.data_ptr());
        T* to = static_cast<T*>(out.mutable_data_ptr());
        const Line line = line_of(in, dim), target = line_of(out, dim);
        const auto plan = kernels::FftPlan<T>::of(line.size);
        for_each_block<T>(in, out, dim, plan->room(), [&](const Block& block, Planes<T> data, Planes<T> work) {
            load_complex(from, line, block, data);
            if (!forward) {
                std::swap(data.re, data.im);
                std::swap(work.re, work.im);
            }
            Planes<T> result = plan->forward(data, work, block.lanes);
            if (!forward) std::swap(result.re, result.im);
            store_complex(to, target, block, static_cast<T>(scale), result);
        });
    });
}

void real_forward_pass(const Tensor& in, const Tensor& out, int64_t dim, double scale) {
    dispatch_real(out, [&]<class T>() {
        const T* from = static_cast<const T*>(in.data_ptr());
        T* to = static_cast<T*>(out.mutable_data_ptr());
        const Line line = line_of(in, dim), target = line_of(out, dim);
        const auto plan = kernels::RealFftPlan<T>::of(line.size);
        for_each_block<T>(in, out, dim, plan->room(), [&](const Block& block, Planes<T> data, Planes<T> work) {
            load_real(from, line, block, plan->halved(), data);
            const Planes<T> result = plan->forward(data, work, block.lanes);
            store_complex(to, target, block, static_cast<T>(scale), result);
        });
    });
}

void real_inverse_pass(const Tensor& in, const Tensor& out, int64_t dim, double scale) {
    dispatch_real(out, [&]<class T>() {
        const T* from = static_cast<const T*>(in.data_ptr());
        T* to = static_cast<T*>(out.mutable_data_ptr());
        const Line line = line_of(in, dim), target = line_of(out, dim);
        const auto plan = kernels::RealFftPlan<T>::of(target.size);
        for_each_block<T>(in, out, dim, plan->room(), [&](const Block& block, Planes<T> data, Planes<T> work) {
            load_complex(from, line, block, data);
            store_real(to, target, block, plan->halved(), static_cast<T>(scale),
                       plan->inverse(data, work, block.lanes));
        });
    });
}

double scale_of(const Tensor& signal, IntArrayRef dims, FftNorm norm) {
    double n = 1;
    for (int64_t dim : dims) n *= static_cast<double>(signal.sizes()[static_cast<size_t>(dim)]);
    return norm == FftNorm::none ? 1 : norm == FftNorm::by_n ? 1 / n : 1 / std::sqrt(n);
}

/// Uninitialised, laid out as PyTorch's results: dense with the transformed dimensions innermost.
Tensor make_result(IntArrayRef sizes, IntArrayRef dims, DType dtype) {
    DimVector order;
    const auto is_transformed = [&](int64_t d) { return std::find(dims.begin(), dims.end(), d) != dims.end(); };
    for (bool transformed : {true, false})
        for (int64_t d = static_cast<int64_t>(sizes.size()); d-- > 0;)
            if (is_transformed(d) == transformed) order.push_back(d);
    return empty_strided(sizes, strides_in_order(sizes, order), dtype);
}

/// The frequencies of a real signal from `known` on along the last of `dims`: conjugates of those at the opposite
/// places of all of them.
void mirror(const Tensor& out, IntArrayRef dims, int64_t known) {
    const int64_t last = dims.back(), n = out.size(last), step = out.stride(last);
    if (out.numel() == 0 || known >= n) return;
    DimVector sizes(out.sizes()), strides(out.strides()), position(sizes.size(), 0);
    sizes[static_cast<size_t>(last)] = 1;
    const int64_t rows = out.numel() / n;
    dispatch_real(out, [&]<class T>() {
        auto* data = static_cast<std::complex<T>*>(out.mutable_data_ptr());
        for (int64_t row = 0; row < rows; ++row) {
            int64_t to = 0, from = 0;
            for (size_t d = 0; d < sizes.size(); ++d) {
                const bool turned = std::find(dims.begin(), dims.end(), static_cast<int64_t>(d)) != dims.end();
                to += position[d] * strides[d];
                from += (turned && position[d] > 0 ? sizes[d] - position[d] : position[d]) * strides[d];
            }
            for (int64_t k = known; k < n; ++k) data[to + k * step] = std::conj(data[from + (n - k) * step]);
            for (size_t d = sizes.size(); d-- > 0;) {
                if (++position[d] < sizes[d]) break;
                position[d] = 0;
            }
        }
    });
}

}  // namespace

FftNorm fft_norm(const std::optional<std::string_view>& mode, bool forward) {
    if (!mode || *mode == "backward") return forward ? FftNorm::none : FftNorm::by_n;
    if (*mode == "forward") return forward ? FftNorm::by_n : FftNorm::none;
    WICK_CHECK(*mode == "ortho", "Invalid normalization mode: \"{}\"", *mode);
    return FftNorm::by_root_n;
}

Tensor fft_input(const Tensor& self, bool require_complex) {
    DType dtype = is_integral(self.dtype(), true) ? default_dtype() : self.dtype();
    WICK_CHECK(dtype != DType::float16 && dtype != DType::bfloat16, "Unsupported dtype {}", scalar_name_of(dtype));
    return to_dtype(self, require_complex ? to_complex(dtype) : dtype);
}

Tensor fft_c2c(const Tensor& self, IntArrayRef dims, FftNorm norm, bool forward) {
    if (dims.empty()) return clone(self);
    const Tensor out = make_result(self.sizes(), dims, self.dtype());
    double scale = scale_of(self, dims, norm);
    const Tensor* in = &self;
    for (size_t i = dims.size(); i-- > 0; in = &out, scale = 1) complex_pass(*in, out, dims[i], forward, scale);
    return out;
}

Tensor fft_r2c(const Tensor& self, IntArrayRef dims, FftNorm norm, bool onesided) {
    const int64_t last = dims.back(), known = self.size(last) / 2 + 1;
    DimVector sizes(self.sizes());
    if (onesided) sizes[static_cast<size_t>(last)] = known;
    const Tensor out = make_result(sizes, dims, to_complex(self.dtype())), half = narrow(out, last, 0, known);
    real_forward_pass(self, half, last, scale_of(self, dims, norm));
    for (size_t i = dims.size() - 1; i-- > 0;) complex_pass(half, half, dims[i], true, 1);
    if (!onesided) mirror(out, dims, known);
    return out;
}

Tensor fft_c2r(const Tensor& self, IntArrayRef dims, FftNorm norm, int64_t last_size) {
    DimVector sizes(self.sizes());
    sizes[static_cast<size_t>(dims.back())] = last_size;
    const Tensor out = make_result(sizes, dims, to_real(self.dtype()));
    const Tensor last = fft_c2c(self, dims.slice(0, dims.size() - 1), FftNorm::none, false);
    real_inverse_pass(last, out, dims.back(), scale_of(out, dims, norm));
    return out;
}

}  // namespace wick::ops

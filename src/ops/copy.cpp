// Copies, casts and fills: the elements of one tensor written to another.

#include <cstring>

#include <wick/support/parallel.h>

#include "ops/convert.h"
#include "ops/families.h"
#include "ops/geometry.h"
#include "ops/registry.h"
#include "ops/sparse.h"
#include "ops/tensor_ops.h"

namespace wick::ops {
namespace {

/// A transposed plane: dst rows are src columns. Tiles keep both sides in the first cache level.
template <class T>
void copy_plane(const T* src, int64_t src_step, T* dst, int64_t dst_row, int64_t rows, int64_t columns) {
    constexpr int64_t kTile = 16;
    for (int64_t r = 0; r < rows; r += kTile) {
        const int64_t r_end = std::min(rows, r + kTile);
        for (int64_t c = 0; c < columns; c += kTile) {
            const int64_t c_end = std::min(columns, c + kTile);
            for (int64_t i = r; i < r_end; ++i)
                for (int64_t j = c; j < c_end; ++j) dst[i * dst_row + j] = src[j * src_step + i];
        }
    }
}

template <class T>
void copy_transposed(const Loop& loop, const void* src_bytes, void* dst_bytes) {
    const T* src = static_cast<const T*>(src_bytes);
    T* dst = static_cast<T*>(dst_bytes);
    const int64_t columns = loop.sizes()[0];
    const int64_t rows = loop.sizes()[1];
    const int64_t planes = loop.numel() / (columns * rows);
    // Bands of rows are the unit of parallel work, so that one large plane is split too.
    constexpr int64_t kBand = 32;
    const int64_t bands = (rows + kBand - 1) / kBand;
    const int64_t grain = std::max<int64_t>(1, kParallelGrain / (columns * std::min(rows, kBand)));
    parallel_for(0, planes * bands, grain, [&](int64_t begin, int64_t end) {
        for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t row = unit % bands * kBand;
            const int64_t n = std::min(kBand, rows - row);
            const int64_t position = (unit / bands * rows + row) * columns;
            loop.for_each_run(position, position + 1, [&](const int64_t* offsets, int64_t) {
                copy_plane(src + offsets[1], loop.strides(1)[0], dst + offsets[0], loop.strides(0)[1], n, columns);
            });
        }
    });
}

bool overlaps(const Tensor& a, const Tensor& b) {
    return a.impl()->storage == b.impl()->storage && a.numel() > 0 && b.numel() > 0;
}

bool same_geometry(const Tensor& a, const Tensor& b) {
    return a.storage_offset() == b.storage_offset() && a.dtype() == b.dtype() && a.sizes() == b.sizes() &&
           a.strides() == b.strides();
}

}  // namespace

void copy_into(const Tensor& dst, const Tensor& src_tensor) {
    if (dst.is_sparse() || src_tensor.is_sparse()) [[unlikely]]
        return sparse_copy_into(dst, src_tensor);
    if (dst.device().type == DeviceType::meta) return;
    if (src_tensor.device().type == DeviceType::meta)
        throw NotImplementedError("Cannot copy out of meta tensor; no data!");
    Tensor src = src_tensor;
    if (src.sizes() != dst.sizes()) src = expand(src, dst.sizes());
    if (dst.numel() == 0) return;
    if (overlaps(dst, src)) {
        if (same_geometry(dst, src)) return;
        src = clone(src_tensor, MemoryFormat::contiguous);
    }
    const int64_t size = dst.itemsize();
    if (dst.numel() == 1) {
        convert_run(src.dtype(), dst.dtype())(src.data_ptr(), 1, dst.mutable_data_ptr(), 1, 1);
        return;
    }
    const OperandGeometry operands[2] = {OperandGeometry(dst), OperandGeometry(src)};
    const Loop loop(dst.sizes(), operands);
    char* to = static_cast<char*>(dst.mutable_data_ptr());
    const char* from = static_cast<const char*>(src.data_ptr());
    const IntArrayRef sizes = loop.sizes();
    if (src.dtype() == dst.dtype() && sizes.size() >= 2 && loop.strides(0)[0] == 1 && loop.strides(1)[1] == 1 &&
        loop.strides(1)[0] > 1 && sizes[0] >= 4 && sizes[1] >= 4) {
        switch (size) {
            case 1:
                return copy_transposed<uint8_t>(loop, from, to);
            case 2:
                return copy_transposed<uint16_t>(loop, from, to);
            case 4:
                return copy_transposed<uint32_t>(loop, from, to);
            case 8:
                return copy_transposed<uint64_t>(loop, from, to);
            default:
                break;
        }
    }
    const ConvertRun convert = convert_run(src.dtype(), dst.dtype());
    const int64_t src_size = src.itemsize();
    const int64_t dst_step = loop.strides(0)[0];
    const int64_t src_step = loop.strides(1)[0];
    if (sizes.size() >= 2 && sizes[0] < 8 && sizes[1] >= 8) {
        // Runs of a few elements: the way is along the next dimension, in bands that stay in the first cache level.
        constexpr int64_t kBand = 1024;
        const int64_t bands = (sizes[1] + kBand - 1) / kBand, planes = loop.numel() / (sizes[0] * sizes[1]);
        const int64_t grain = std::max<int64_t>(1, kParallelGrain / (sizes[0] * std::min(sizes[1], kBand)));
        parallel_for(0, planes * bands, grain, [&](int64_t begin, int64_t end) {
            for (int64_t unit = begin; unit < end; ++unit) {
                const int64_t row = unit % bands * kBand, n = std::min(kBand, sizes[1] - row);
                const int64_t position = (unit / bands * sizes[1] + row) * sizes[0];
                loop.for_each_run(position, position + 1, [&](const int64_t* offsets, int64_t) {
                    for (int64_t k = 0; k < sizes[0]; ++k)
                        convert(from + (offsets[1] + k * src_step) * src_size, loop.strides(1)[1],
                                to + (offsets[0] + k * dst_step) * size, loop.strides(0)[1], n);
                });
            }
        });
        return;
    }
    parallel_for(0, loop.numel(), kParallelGrain, [&](int64_t begin, int64_t end) {
        loop.for_each_run(begin, end, [&](const int64_t* offsets, int64_t n) {
            convert(from + offsets[1] * src_size, src_step, to + offsets[0] * size, dst_step, n);
        });
    });
}

void fill(const Tensor& self, const Scalar& value) { copy_into(self, scalar_tensor(value, self.dtype())); }

Tensor to_dtype(const Tensor& self, DType dtype) {
    if (self.dtype() == dtype) return self;
    if (self.is_sparse()) [[unlikely]] {
        const SparseTensorImpl& impl = sparse_impl(self);
        return make_sparse(impl.sizes, impl.indices, to_dtype(impl.values, dtype), impl.is_coalesced);
    }
    Tensor result = empty_like(self, dtype);
    copy_into(result, self);
    return result;
}

void check_can_cast(DType from, DType to) {
    WICK_CHECK(can_cast(from, to), "result type {} can't be cast to the desired output type {}", scalar_name_of(from),
               scalar_name_of(to));
}

void resize(const Tensor& out, IntArrayRef sizes) {
    if (out.sizes() == sizes) return;
    TensorImpl& impl = *out.impl();
    const SharedReshape guard(impl);
    const int64_t bytes = (checked_numel(sizes) + impl.offset) * out.itemsize();
    if (bytes > impl.storage->bytes()) impl.storage->resize(bytes);
    impl.sizes = DimVector(sizes);
    impl.strides = contiguous_strides(sizes);
    impl.refresh();
}

void write_out(const Tensor& out, const Tensor& result) {
    check_can_cast(result.dtype(), out.dtype());
    resize(out, result.sizes());
    copy_into(out, result);
}

namespace {

Tensor to(const Tensor& self, DType dtype, const std::optional<Device>& device, bool copy,
          std::optional<int64_t> memory_format) {
    check_device(device);
    const MemoryFormat format = memory_format_or(memory_format, MemoryFormat::preserve);
    const bool stays = self.dtype() == dtype && (format == MemoryFormat::preserve || is_contiguous_in(self, format));
    if (stays && !copy) return self;
    Tensor result = format == MemoryFormat::preserve
                        ? empty_like(self, dtype)
                        : empty_strided(self.sizes(), strides_in_format(self.sizes(), format), dtype);
    copy_into(result, self);
    return result;
}

/// The device and dtype among the arguments of the prim_ overloads of aten::to, which accept either in place of both.
Tensor to_options(const Tensor& self, std::optional<Device> device, std::optional<DType> dtype, bool non_blocking,
                  bool copy) {
    return to(self, dtype.value_or(self.dtype()), device, copy, std::nullopt);
}

Tensor fill_tensor(const Tensor& self, const Tensor& value) {
    WICK_CHECK(value.dim() == 0, "fill_ only supports 0-dimension value tensor but got tensor with {} dimensions.",
               value.dim());
    copy_into(self, value);
    return self;
}

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

void register_copy(Registry& ops) {
    ops.add("aten::copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)")
        .kernel([](const Tensor& self, const Tensor& src, bool) {
            check_no_internal_overlap(self);
            copy_into(self, src);
            return self;
        });
    // TorchScript's own forms for `x[…] = number`.
    ops.add("aten::copy_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)")
        .kernel([](const Tensor& self, const Tensor& other) {
            check_no_internal_overlap(self);
            copy_into(self, other);
            return self;
        })
        .derivative("other", "grad");
    ops.add("aten::copy_.int(Tensor(a!) self, int other) -> Tensor(a!)")
        .kernel([](const Tensor& self, int64_t other) {
            fill(self, other);
            return self;
        })
        .not_differentiable();
    ops.add("aten::copy_.float(Tensor(a!) self, float other) -> Tensor(a!)")
        .kernel([](const Tensor& self, double other) {
            fill(self, other);
            return self;
        })
        .not_differentiable();
    ops.add("aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)")
        .kernel([](const Tensor& self, int64_t format) {
            return contiguous(self, memory_format_or(format, MemoryFormat::contiguous));
        })
        .derivative("self", "grad")
        .gradient_name("CloneBackward0");
    ops.add("aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor")
        .kernel([](const Tensor& self, std::optional<int64_t> format) {
            return clone(self, memory_format_or(format, MemoryFormat::preserve));
        })
        .out()
        .derivative("self", "grad");
    ops.add("aten::is_contiguous(Tensor self) -> bool").kernel([](const Tensor& self) { return self.is_contiguous(); });
    ops.add("aten::is_contiguous.memory_format(Tensor self, MemoryFormat memory_format) -> bool")
        .kernel([](const Tensor& self, int64_t format) {
            return is_contiguous_in(self, memory_format_or(format, MemoryFormat::contiguous));
        });
    ops.add("aten::fill.Scalar(Tensor self, Scalar value) -> Tensor")
        .kernel([](const Tensor& self, Scalar value) {
            Tensor result = empty_like(self);
            fill(result, value);
            return result;
        })
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)")
        .kernel([](const Tensor& self, Scalar value) {
            fill(self, value);
            return self;
        })
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::fill.Tensor(Tensor self, Tensor value) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& value) { return fill_tensor(empty_like(self), value); })
        .derivative("value", "grad.sum()")
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::fill_.Tensor(Tensor(a!) self, Tensor value) -> Tensor(a!)").kernel(&fill_tensor);
    ops.add("aten::zero_(Tensor(a!) self) -> Tensor(a!)")
        .kernel([](const Tensor& self) {
            fill(self, 0);
            return self;
        })
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::resize_(Tensor(a!) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)")
        .kernel([](const Tensor& self, IntList size, std::optional<int64_t> format) {
            WICK_CHECK(memory_format_or(format, MemoryFormat::contiguous) == MemoryFormat::contiguous,
                       "resize_: only the contiguous memory format is supported");
            resize(self, size);
            return self;
        });

    ops.add(
           "aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? "
           "memory_format=None) -> Tensor(a)")
        .kernel([](const Tensor& self, DType dtype, bool, bool copy, std::optional<int64_t> format) {
            return to(self, dtype, std::nullopt, copy, format);
        })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add(
           "aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, bool copy=False, "
           "MemoryFormat? memory_format=None) -> Tensor(a)")
        .kernel([](const Tensor& self, Device device, DType dtype, bool, bool copy, std::optional<int64_t> format) {
            return to(self, dtype, device, copy, format);
        })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add(
           "aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
           "bool? pin_memory=None, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> "
           "Tensor(a)")
        .kernel([](const Tensor& self, std::optional<DType> dtype, std::optional<int64_t>, std::optional<Device> device,
                   std::optional<bool>, bool, bool copy, std::optional<int64_t> format) {
            return to(self, dtype.value_or(self.dtype()), device, copy, format);
        })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add(
           "aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, MemoryFormat? "
           "memory_format=None) -> Tensor(a)")
        .kernel([](const Tensor& self, const Tensor& other, bool, bool copy, std::optional<int64_t> format) {
            return to(self, other.dtype(), std::nullopt, copy, format);
        })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add(
           "aten::to.prim_Device(Tensor(a) self, Device? device, int? dtype=None, bool non_blocking=False, bool "
           "copy=False) -> Tensor(b|a)")
        .kernel(&to_options)
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add(
           "aten::to.prim_dtype(Tensor(a) self, int? dtype=None, bool non_blocking=False, bool copy=False) -> "
           "Tensor(b|a)")
        .kernel([](const Tensor& self, std::optional<DType> dtype, bool non_blocking, bool copy) {
            return to_options(self, std::nullopt, dtype, non_blocking, copy);
        })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add("aten::to.prim_other(Tensor(a) self, bool non_blocking=False, bool copy=False) -> Tensor(b|a)")
        .kernel([](const Tensor& self, bool non_blocking, bool copy) {
            return to_options(self, std::nullopt, std::nullopt, non_blocking, copy);
        })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add("aten::type_as(Tensor self, Tensor other) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& other) { return to_dtype(self, other.dtype()); })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add("aten::cpu(Tensor(a) self) -> Tensor(b|a)")
        .kernel([](const Tensor& self) { return self; })
        .derivative("self", "grad")
        .gradient_name("ToCopyBackward0");
    ops.add("aten::cuda(Tensor(a) self) -> Tensor(b|a)").kernel([](const Tensor& self) {
        check_device(Device{DeviceType::cuda, -1});
        return self;
    });
}

}  // namespace wick::jit

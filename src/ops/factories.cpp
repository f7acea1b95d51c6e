// Operators that make tensors from sizes, numbers and lists.

#include <cmath>
#include <numeric>

#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

#include "ops/factory_options.h"
#include "ops/families.h"
#include "ops/geometry.h"
#include "ops/registry.h"
#include "ops/sparse.h"
#include "ops/tensor_ops.h"

namespace wick::ops {

void check_device(const std::optional<Device>& device) {
    WICK_CHECK(!device || device->type == DeviceType::cpu, "device '{}' is not available: wick computes on the CPU",
               device->str());
}

Tensor full(IntArrayRef sizes, const Scalar& value, DType dtype) {
    Tensor result = empty(sizes, dtype);
    fill(result, value);
    return result;
}

Tensor zeros(IntArrayRef sizes, DType dtype) { return full(sizes, 0, dtype); }
Tensor ones(IntArrayRef sizes, DType dtype) { return full(sizes, 1, dtype); }

Tensor empty_like(const Tensor& self, DType dtype) {
    return self.is_contiguous() ? empty(self.sizes(), dtype)
                                : empty_strided(self.sizes(), preserved_strides(self), dtype);
}
Tensor empty_like(const Tensor& self) { return empty_like(self, self.dtype()); }

Tensor zeros_like(const Tensor& self) {
    Tensor result = empty_like(self);
    fill(result, 0);
    return result;
}

Tensor int_tensor(IntArrayRef values) {
    Tensor result = empty({static_cast<int64_t>(values.size())}, DType::int64);
    std::copy(values.begin(), values.end(), result.mutable_data<int64_t>());
    return result;
}

Tensor arange(int64_t end) {
    WICK_CHECK(end >= 0, "upper bound and lower bound inconsistent with step sign");
    Tensor result = empty({end}, DType::int64);
    std::iota(result.mutable_data<int64_t>(), result.mutable_data<int64_t>() + end, int64_t{0});
    return result;
}

Tensor empty_like_in(const Tensor& self, MaybeDType dtype, const MaybeDevice& device, std::optional<int64_t> format) {
    check_device(device);
    const MemoryFormat wanted = memory_format_or(format, MemoryFormat::preserve);
    if (wanted == MemoryFormat::preserve) return empty_like(self, dtype.value_or(self.dtype()));
    return empty_strided(self.sizes(), strides_in_format(self.sizes(), wanted), dtype.value_or(self.dtype()));
}

namespace {

Tensor empty_in_format(IntArrayRef sizes, DType dtype, std::optional<int64_t> format) {
    return empty_strided(sizes, strides_in_format(sizes, memory_format_or(format, MemoryFormat::contiguous)), dtype);
}

Tensor full_like(const Tensor& self, const Scalar& value, MaybeDType dtype, const MaybeDevice& device,
                 std::optional<int64_t> format) {
    Tensor result = empty_like_in(self, dtype, device, format);
    fill(result, value);
    return result;
}

/// Row-major tensor whose element i is generate(i); computed as T, stored as dtype.
template <class T, class F>
Tensor generated(int64_t count, DType dtype, F generate) {
    Tensor result = empty({count}, dtype_of<T>);
    T* data = result.mutable_data<T>();
    parallel_for(0, count, kParallelGrain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) data[i] = generate(i);
    });
    return to_dtype(result, dtype);
}

Tensor arange_range(const Scalar& start, const Scalar& end, const Scalar& step, MaybeDType dtype,
                    const MaybeDevice& device, bool closed) {
    check_device(device);
    const bool integral = start.is_integral() && end.is_integral() && step.is_integral();
    const DType type = dtype.value_or(integral && !closed ? DType::int64 : default_dtype());
    WICK_CHECK(step.to_double() != 0, "step must be nonzero");
    WICK_CHECK(std::isfinite(start.to_double()) && std::isfinite(end.to_double()), "unsupported range: {} -> {}",
               start.to_double(), end.to_double());
    WICK_CHECK(step.to_double() > 0 ? end.to_double() >= start.to_double() : end.to_double() <= start.to_double(),
               "upper bound and lower bound inconsistent with step sign");
    if (integral) {
        const int64_t first = start.to_int();
        const int64_t by = step.to_int();
        const __int128 span = static_cast<__int128>(end.to_int()) - first;
        const __int128 count = closed ? span / by + 1 : (span + by - (by > 0 ? 1 : -1)) / by;
        WICK_CHECK(count <= INT64_MAX / 16, "invalid size, possible overflow?");
        return generated<int64_t>(static_cast<int64_t>(count), type, [=](int64_t i) { return first + i * by; });
    }
    const double first = start.to_double();
    const double by = step.to_double();
    const double count =
        closed ? std::floor((end.to_double() - first) / by) + 1 : std::ceil((end.to_double() - first) / by);
    WICK_CHECK(count >= 0 && count <= 0x1p58, "invalid size, possible overflow?");
    return generated<double>(static_cast<int64_t>(count), type,
                             [=](int64_t i) { return first + static_cast<double>(i) * by; });
}

/// Both halves are measured from their own end, so that the last element is exactly `end`.
template <class T>
Tensor linspace_as(T start, T end, int64_t steps, DType dtype) {
    const T step = steps > 1 ? (end - start) / static_cast<T>(steps - 1) : T(0);
    return generated<T>(steps, dtype, [=](int64_t i) {
        return i < steps / 2 || steps == 1 ? start + step * static_cast<T>(i)
                                           : end - step * static_cast<T>(steps - i - 1);
    });
}

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, MaybeDType dtype, const MaybeDevice& device) {
    check_device(device);
    WICK_CHECK(steps >= 0, "number of steps must be non-negative");
    const DType type =
        dtype.value_or(start.is_complex() || end.is_complex() ? default_complex_dtype() : default_dtype());
    if (is_complex(type)) return linspace_as<std::complex<double>>(start.to_complex(), end.to_complex(), steps, type);
    if (type == DType::float32) return linspace_as<float>(start.to<float>(), end.to<float>(), steps, type);
    return linspace_as<double>(start.to_double(), end.to_double(), steps, type);
}

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base, MaybeDType dtype,
                const MaybeDevice& device) {
    Tensor exponents = linspace(start, end, steps, DType::float64, device);
    double* data = exponents.mutable_data<double>();
    for (int64_t i = 0; i < steps; ++i) data[i] = std::pow(base, data[i]);
    return to_dtype(exponents, dtype.value_or(default_dtype()));
}

Tensor eye(int64_t rows, int64_t columns, MaybeDType dtype, const MaybeDevice& device) {
    check_device(device);
    WICK_CHECK(rows >= 0, "n must be greater or equal to 0, got {}", rows);
    WICK_CHECK(columns >= 0, "m must be greater or equal to 0, got {}", columns);
    Tensor result = zeros({rows, columns}, dtype.value_or(default_dtype()));
    fill(diagonal(result), 1);
    return result;
}

/// Zeroes what stands above (tril) or below (triu) the k-th diagonal of every matrix.
Tensor triangle(const Tensor& self, int64_t k, bool lower) {
    WICK_CHECK(self.dim() >= 2, "{}: input tensor must have at least 2 dimensions", lower ? "tril" : "triu");
    Tensor result = clone(self, MemoryFormat::contiguous);
    const int64_t rows = self.size(-2);
    const int64_t columns = self.size(-1);
    const int64_t size = self.itemsize();
    char* data = static_cast<char*>(result.mutable_data_ptr());
    const int64_t lines = columns == 0 ? 0 : result.numel() / columns;
    k = std::clamp(k, -rows, columns);
    parallel_for(0, lines, std::max<int64_t>(1, kParallelGrain / std::max<int64_t>(columns, 1)),
                 [&](int64_t begin, int64_t end) {
                     for (int64_t line = begin; line < end; ++line) {
                         const int64_t edge = std::clamp<int64_t>(line % rows + k + (lower ? 1 : 0), 0, columns);
                         char* row = data + line * columns * size;
                         if (lower) std::fill(row + edge * size, row + columns * size, 0);
                         if (!lower) std::fill(row, row + edge * size, 0);
                     }
                 });
    return result;
}

Tensor triangle_indices(int64_t rows, int64_t columns, int64_t offset, bool lower, MaybeDType dtype,
                        const MaybeDevice& device) {
    check_device(device);
    WICK_CHECK(rows >= 0, "row must be non-negative, got{}", rows);
    WICK_CHECK(columns >= 0, "col must be non-negative, got{}", columns);
    std::vector<int64_t> row_indices;
    std::vector<int64_t> column_indices;
    StopCounter counter;
    checked_numel({rows, columns});
    const int64_t k = std::clamp(offset, -rows, columns);
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t first = lower ? 0 : std::clamp<int64_t>(r + k, 0, columns);
        const int64_t last = lower ? std::clamp<int64_t>(r + k + 1, 0, columns) : columns;
        counter.step();
        for (int64_t c = first; c < last; ++c) {
            counter.step();
            row_indices.push_back(r);
            column_indices.push_back(c);
        }
    }
    const Tensor parts[2] = {int_tensor(row_indices), int_tensor(column_indices)};
    return to_dtype(stack(parts), dtype.value_or(DType::int64));
}

Tensor one_hot(const Tensor& self, int64_t classes) {
    WICK_CHECK(self.dtype() == DType::int64, "one_hot is only applicable to index tensor of type LongTensor.");
    const Tensor indices = contiguous(self);
    const int64_t* index = indices.data<int64_t>();
    WICK_CHECK(self.numel() > 0 || classes > 0, "Can not infer total number of classes from empty tensor.");
    int64_t largest = -1;
    for (int64_t i = 0; i < indices.numel(); ++i) {
        WICK_CHECK(index[i] >= 0, "Class values must be non-negative.");
        largest = std::max(largest, index[i]);
    }
    if (classes == -1) classes = largest + 1;
    WICK_CHECK(classes > 0, "num_classes should be positive");
    WICK_CHECK(largest < classes, "Class values must be smaller than num_classes.");
    DimVector sizes(self.sizes());
    sizes.push_back(classes);
    Tensor result = zeros(sizes, DType::int64);
    int64_t* out = result.mutable_data<int64_t>();
    for (int64_t i = 0; i < indices.numel(); ++i) out[i * classes + index[i]] = 1;
    return result;
}

Tensor number_tensor(const Scalar& value, MaybeDType dtype, const MaybeDevice& device) {
    check_device(device);
    return scalar_tensor(value, dtype.value_or(default_dtype_of(value)));
}

// ---- nested lists

constexpr int kMaxListDepth = 64;

DType dtype_of_leaf(const jit::Type& type) {
    const jit::Type* leaf = &type;
    while (leaf->is(jit::TypeKind::List)) leaf = leaf->contained(0).get();
    switch (leaf->kind()) {
        case jit::TypeKind::Int:
            return DType::int64;
        case jit::TypeKind::Bool:
            return DType::bool_;
        case jit::TypeKind::Complex:
            return default_complex_dtype();
        default:
            return default_dtype();
    }
}

void fill_from_list(const ListObject& list, IntArrayRef sizes, size_t depth, DType dtype, char*& out) {
    WICK_CHECK(static_cast<int64_t>(list.items.size()) == sizes[depth],
               "Expected sequence of length {} at dim {} (got {})", sizes[depth], depth, list.items.size());
    for (const IValue& item : list.items) {
        if (depth + 1 < sizes.size()) {
            WICK_CHECK(item.is_list(), "Expected a list at dim {} but got {}", depth + 1, item.tag_name());
            fill_from_list(*snapshot(item.to_list()), sizes, depth + 1, dtype, out);
            continue;
        }
        const Scalar value = item.is_tensor() ? item.tensor_ref().item() : item.to_scalar();
        dispatch_dtype(dtype, [&]<class T>() { *reinterpret_cast<T*>(out) = value.to<T>(); });
        out += bytes_of(dtype);
    }
}

Tensor list_tensor(const ListObject& list, MaybeDType dtype, const MaybeDevice& device) {
    check_device(device);
    DimVector sizes;
    DType inferred = dtype_of_leaf(*list.element_type);
    for (auto level = IntrusivePtr(&list); level;) {
        sizes.push_back(static_cast<int64_t>(level->items.size()));
        WICK_CHECK(sizes.size() <= kMaxListDepth, "too many nested lists: at most {} are supported", kMaxListDepth);
        const IValue* first = level->items.empty() ? nullptr : &level->items.front();
        if (first && first->is_tensor()) inferred = first->tensor_ref().dtype();
        level = first && first->is_list() ? snapshot(first->to_list()) : nullptr;
    }
    Tensor result = empty(sizes, dtype.value_or(inferred));
    char* out = static_cast<char*>(result.mutable_data_ptr());
    if (result.numel() > 0) fill_from_list(list, sizes, 0, result.dtype(), out);
    return result;
}

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

static void register_filled(Registry& ops) {
    ops.add("aten::empty.memory_format(SymInt[] size, *, " WICK_OPTIONS ", MemoryFormat? memory_format=None) -> Tensor")
        .kernel([](IntList size, MaybeDType dtype, MaybeLayout layout, MaybeDevice device, Pin,
                   std::optional<int64_t> format) {
            check_device(device);
            if (is_sparse_layout(layout)) return empty_sparse(size, dtype.value_or(default_dtype()));
            return empty_in_format(size, dtype.value_or(default_dtype()), format);
        })
        .out("out");
    ops.add("aten::empty_strided(SymInt[] size, SymInt[] stride, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](IntList size, IntList stride, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            WICK_CHECK(size.size() == stride.size(),
                       "dimensionality of sizes ({}) must match dimensionality of strides ({})", size.size(),
                       stride.size());
            return empty_strided(size, stride, dtype.value_or(default_dtype()));
        });
    ops.add("aten::full(SymInt[] size, Scalar fill_value, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](IntList size, Scalar value, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            return full(size, value, dtype.value_or(default_dtype_of(value)));
        })
        .out();
    ops.add("aten::zeros(SymInt[] size, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](IntList size, MaybeDType dtype, MaybeLayout layout, MaybeDevice device, Pin) {
            check_device(device);
            if (is_sparse_layout(layout)) return empty_sparse(size, dtype.value_or(default_dtype()));
            return zeros(size, dtype.value_or(default_dtype()));
        })
        .out();
    ops.add("aten::ones(SymInt[] size, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](IntList size, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            return ones(size, dtype.value_or(default_dtype()));
        })
        .out();
    ops.add("aten::scalar_tensor(Scalar s, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar value, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            return scalar_tensor(value, dtype.value_or(default_dtype()));
        })
        .out();
    ops.add("aten::eye(SymInt n, *, " WICK_OPTIONS ") -> Tensor")
        .kernel(
            [](int64_t n, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) { return eye(n, n, dtype, device); })
        .out();
    ops.add("aten::eye.m(SymInt n, SymInt m, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](int64_t n, int64_t m, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return eye(n, m, dtype, device);
        })
        .out();
}

static void register_like(Registry& ops) {
    ops.add("aten::empty_like(Tensor self, *, " WICK_OPTIONS ", MemoryFormat? memory_format=None) -> Tensor")
        .kernel([](const Tensor& self, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin,
                   std::optional<int64_t> format) { return empty_like_in(self, dtype, device, format); })
        .out()
        .not_differentiable();
    ops.add("aten::zeros_like(Tensor self, *, " WICK_OPTIONS ", MemoryFormat? memory_format=None) -> Tensor")
        .kernel([](const Tensor& self, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin,
                   std::optional<int64_t> format) { return full_like(self, 0, dtype, device, format); })
        .out()
        .not_differentiable();
    ops.add("aten::ones_like(Tensor self, *, " WICK_OPTIONS ", MemoryFormat? memory_format=None) -> Tensor")
        .kernel([](const Tensor& self, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin,
                   std::optional<int64_t> format) { return full_like(self, 1, dtype, device, format); })
        .out()
        .not_differentiable();
    ops.add("aten::full_like(Tensor self, Scalar fill_value, *, " WICK_OPTIONS
            ", MemoryFormat? memory_format=None) -> Tensor")
        .kernel([](const Tensor& self, Scalar value, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin,
                   std::optional<int64_t> format) { return full_like(self, value, dtype, device, format); })
        .out()
        .not_differentiable();
    ops.add("aten::new_empty(Tensor self, SymInt[] size, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, IntList size, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            return empty(size, dtype.value_or(self.dtype()));
        })
        .out()
        .not_differentiable();
    ops.add("aten::new_zeros(Tensor self, SymInt[] size, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, IntList size, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            return zeros(size, dtype.value_or(self.dtype()));
        })
        .out()
        .not_differentiable();
    ops.add("aten::new_ones(Tensor self, SymInt[] size, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, IntList size, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            check_device(device);
            return ones(size, dtype.value_or(self.dtype()));
        })
        .out()
        .not_differentiable();
    ops.add("aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, IntList size, Scalar value, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin) {
            check_device(device);
            return full(size, value, dtype.value_or(self.dtype()));
        })
        .out()
        .not_differentiable();
}

static void register_ranges(Registry& ops) {
    ops.add("aten::arange(Scalar end, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar end, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return arange_range(0, end, 1, dtype, device, false);
        })
        .out();
    ops.add("aten::arange.start(Scalar start, Scalar end, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar start, Scalar end, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return arange_range(start, end, 1, dtype, device, false);
        });
    ops.add("aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar start, Scalar end, Scalar step, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return arange_range(start, end, step, dtype, device, false);
        })
        .out("start_out");
    ops.add("aten::range(Scalar start, Scalar end, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar start, Scalar end, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return arange_range(start, end, 1, dtype, device, true);
        });
    ops.add("aten::range.step(Scalar start, Scalar end, Scalar step=1, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar start, Scalar end, Scalar step, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return arange_range(start, end, step, dtype, device, true);
        })
        .out("out");
    ops.add("aten::linspace(Scalar start, Scalar end, int steps, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar start, Scalar end, int64_t steps, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return linspace(start, end, steps, dtype, device);
        })
        .out();
    ops.add("aten::logspace(Scalar start, Scalar end, int steps, float base=10., *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](Scalar start, Scalar end, int64_t steps, double base, MaybeDType dtype, MaybeStrided,
                   MaybeDevice device, Pin) { return logspace(start, end, steps, base, dtype, device); })
        .out();
}

static void register_triangles(Registry& ops) {
    ops.add("aten::tril(Tensor self, SymInt diagonal=0) -> Tensor")
        .kernel([](const Tensor& self, int64_t diagonal) { return triangle(self, diagonal, true); })
        .inplace()
        .out()
        .derivative("self", "grad.tril(diagonal)");
    ops.add("aten::triu(Tensor self, SymInt diagonal=0) -> Tensor")
        .kernel([](const Tensor& self, int64_t diagonal) { return triangle(self, diagonal, false); })
        .inplace()
        .out()
        .derivative("self", "grad.triu(diagonal)");
    ops.add(
           "aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? "
           "device=None, bool? pin_memory=None) -> Tensor")
        .kernel([](int64_t row, int64_t col, int64_t offset, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return triangle_indices(row, col, offset, true, dtype, device);
        })
        .out();
    ops.add(
           "aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? "
           "device=None, bool? pin_memory=None) -> Tensor")
        .kernel([](int64_t row, int64_t col, int64_t offset, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return triangle_indices(row, col, offset, false, dtype, device);
        })
        .out();
    ops.add("aten::one_hot(Tensor self, int num_classes=-1) -> Tensor").kernel(&one_hot);
}

static void register_from_python(Registry& ops) {
    ops.add(
           "aten::tensor(t[] data, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor")
        .kernel([](const ListObject& data, MaybeDType dtype, MaybeDevice device, bool requires_grad) {
            return list_tensor(data, dtype, device).set_requires_grad(requires_grad);
        });
    ops.add("aten::as_tensor.list(t[] data, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
        .kernel([](const ListObject& data, MaybeDType dtype, MaybeDevice device) {
            return list_tensor(data, dtype, device);
        });
    ops.add("aten::as_tensor(Tensor(a) data, *, ScalarType? dtype=None, Device? device=None) -> Tensor(b|a)")
        .kernel([](const Tensor& data, MaybeDType dtype, MaybeDevice device) {
            check_device(device);
            return to_dtype(data, dtype.value_or(data.dtype()));
        })
        .derivative("data", "grad");
    for (const char* type : {"bool", "int", "float", "complex"}) {
        ops.add(fmt::format("aten::tensor.{0}({0} t, *, ScalarType? dtype=None, Device? device=None, bool "
                            "requires_grad=False) -> Tensor",
                            type))
            .kernel([](Scalar t, MaybeDType dtype, MaybeDevice device, bool requires_grad) {
                return number_tensor(t, dtype, device).set_requires_grad(requires_grad);
            });
        ops.add(fmt::format("aten::as_tensor.{0}({0} t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
                            type))
            .kernel([](Scalar t, MaybeDType dtype, MaybeDevice device) { return number_tensor(t, dtype, device); });
    }
}

void register_factories(Registry& ops) {
    register_filled(ops);
    register_like(ops);
    register_ranges(ops);
    register_triangles(ops);
    register_from_python(ops);
}

}  // namespace wick::jit

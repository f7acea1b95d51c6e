// Random tensors made from sizes or after another tensor.

#include <wick/support/stop_check.h>

#include "ops/factory_options.h"
#include "ops/op_errors.h"
#include "ops/random_fill.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Format = std::optional<int64_t>;

Tensor fresh(const IntList& size, MaybeDType dtype, const MaybeDevice& device, DType otherwise = default_dtype()) {
    check_device(device);
    return empty(size, dtype.value_or(otherwise));
}

/// Whether every whole number up to n is exact in the dtype.
bool counts_to(int64_t n, DType dtype) {
    switch (dtype) {
        case DType::uint8:
            return n <= UINT8_MAX;
        case DType::int8:
            return n <= INT8_MAX;
        case DType::int16:
            return n <= INT16_MAX;
        case DType::int32:
            return n <= INT32_MAX;
        case DType::float16:
            return n <= (1 << 11);
        case DType::bfloat16:
            return n <= (1 << 8);
        case DType::float32:
            return n <= (1 << 24);
        case DType::float64:
            return n <= (int64_t{1} << 53);
        default:
            return true;
    }
}

Tensor randperm(int64_t n, GeneratorImpl& generator, MaybeDType dtype, const MaybeDevice& device) {
    check_device(device);
    WICK_CHECK(n >= 0, "Trying to create tensor with negative dimension {0}: [{0}]", n);
    const DType type = dtype.value_or(DType::int64);
    WICK_CHECK_IMPLEMENTED(type != DType::bool_ && !is_complex(type), "randperm", type);
    WICK_CHECK(counts_to(n, type), "n is too large for result tensor type: '{}'", name_of(type));
    const Tensor result = arange(n);
    int64_t* data = result.mutable_data<int64_t>();
    RandomStream stream(generator);
    StopCounter counter;
    if (n < UINT32_MAX / 20) {
        for (int64_t i = 0; i < n - 1; ++i, counter.step())
            std::swap(data[i], data[i + static_cast<int64_t>(stream.next32() % (n - i))]);
    } else {
        // A remainder of 32 bits would favour the first places.
        for (int64_t i = 0; i < n; ++i, counter.step())
            std::swap(data[i], data[stream.next64() % static_cast<uint64_t>(i + 1)]);
    }
    return to_dtype(result, type);
}

}  // namespace

#define WICK_INT_OPTIONS "ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None"
#define WICK_LIKE_OPTIONS WICK_OPTIONS ", MemoryFormat? memory_format=None"

using Fill = Tensor (*)(const Tensor& self, double, double, GeneratorImpl& generator);

/// `rand` and `randn`, filled by kFill(…, 0, 1, …): from sizes and like a tensor, each without and with a generator.
template <Fill kFill>
static void add_standard(Registry& ops, std::string_view name) {
    ops.add(fmt::format("aten::{}(SymInt[] size, *, " WICK_OPTIONS ") -> Tensor", name))
        .kernel([](const IntList& size, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return kFill(fresh(size, dtype, device), 0, 1, default_generator());
        })
        .side_effects()
        .out();
    ops.add(fmt::format("aten::{}.generator(SymInt[] size, *, Generator? generator, " WICK_OPTIONS ") -> Tensor", name))
        .kernel([](const IntList& size, GeneratorImpl& generator, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin) { return kFill(fresh(size, dtype, device), 0, 1, generator); })
        .side_effects()
        .out();
    ops.add(fmt::format("aten::{}_like(Tensor self, *, " WICK_LIKE_OPTIONS ") -> Tensor", name))
        .kernel([](const Tensor& self, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin, Format format) {
            return kFill(empty_like_in(self, dtype, device, format), 0, 1, default_generator());
        })
        .side_effects()
        .out()
        .not_differentiable();
    ops.add(fmt::format(
                "aten::{}_like.generator(Tensor self, *, Generator? generator, " WICK_LIKE_OPTIONS ") -> Tensor", name))
        .kernel([](const Tensor& self, GeneratorImpl& generator, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin, Format format) { return kFill(empty_like_in(self, dtype, device, format), 0, 1, generator); })
        .side_effects()
        .out()
        .not_differentiable();
}

static void register_standard(Registry& ops) {
    add_standard<&fill_uniform>(ops, "rand");
    add_standard<&fill_normal>(ops, "randn");
    ops.add("aten::normal.float_float(float mean, float std, SymInt[] size, *, Generator? generator=None, " WICK_OPTIONS
            ") -> Tensor")
        .kernel([](double mean, double std, const IntList& size, GeneratorImpl& generator, MaybeDType dtype,
                   MaybeStrided, MaybeDevice device,
                   Pin) { return fill_normal(fresh(size, dtype, device), mean, std, generator); })
        .side_effects()
        .out();
}

static void register_integers(Registry& ops) {
    ops.add("aten::randint(SymInt high, SymInt[] size, *, " WICK_INT_OPTIONS ") -> Tensor")
        .kernel([](int64_t high, const IntList& size, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return fill_random_range(fresh(size, dtype, device, DType::int64), 0, high, default_generator());
        })
        .side_effects()
        .out();
    ops.add("aten::randint.generator(SymInt high, SymInt[] size, *, Generator? generator, " WICK_INT_OPTIONS
            ") -> Tensor")
        .kernel([](int64_t high, const IntList& size, GeneratorImpl& generator, MaybeDType dtype, MaybeStrided,
                   MaybeDevice device,
                   Pin) { return fill_random_range(fresh(size, dtype, device, DType::int64), 0, high, generator); })
        .side_effects()
        .out();
    ops.add("aten::randint.low(SymInt low, SymInt high, SymInt[] size, *, " WICK_INT_OPTIONS ") -> Tensor")
        .kernel([](int64_t low, int64_t high, const IntList& size, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin) {
            return fill_random_range(fresh(size, dtype, device, DType::int64), low, high, default_generator());
        })
        .side_effects()
        .out();
    ops.add(
           "aten::randint.low_generator(SymInt low, SymInt high, SymInt[] size, *, Generator? "
           "generator, " WICK_INT_OPTIONS ") -> Tensor")
        .kernel([](int64_t low, int64_t high, const IntList& size, GeneratorImpl& generator, MaybeDType dtype,
                   MaybeStrided, MaybeDevice device,
                   Pin) { return fill_random_range(fresh(size, dtype, device, DType::int64), low, high, generator); })
        .side_effects()
        .out();
    ops.add("aten::randperm(SymInt n, *, " WICK_INT_OPTIONS ") -> Tensor")
        .kernel([](int64_t n, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return randperm(n, default_generator(), dtype, device);
        })
        .side_effects()
        .out();
    ops.add("aten::randperm.generator(SymInt n, *, Generator? generator, " WICK_INT_OPTIONS ") -> Tensor")
        .kernel([](int64_t n, GeneratorImpl& generator, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return randperm(n, generator, dtype, device);
        })
        .side_effects()
        .out();
}

static void register_like(Registry& ops) {
    ops.add("aten::randint_like(Tensor self, SymInt high, *, " WICK_LIKE_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, int64_t high, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin,
                   Format format) {
            return fill_random_range(empty_like_in(self, dtype, device, format), 0, high, default_generator());
        })
        .side_effects()
        .out()
        .not_differentiable();
    ops.add("aten::randint_like.Tensor(Tensor self, Tensor high, *, " WICK_LIKE_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, Scalar high, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin,
                   Format format) {
            return fill_random_range(empty_like_in(self, dtype, device, format), 0, high.to_int(), default_generator());
        })
        .side_effects()
        .out("Tensor_out")
        .not_differentiable();
    ops.add("aten::randint_like.low_dtype(Tensor self, SymInt low, SymInt high, *, " WICK_LIKE_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& self, int64_t low, int64_t high, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin, Format format) {
            return fill_random_range(empty_like_in(self, dtype, device, format), low, high, default_generator());
        })
        .side_effects()
        .out()
        .not_differentiable();
}

#undef WICK_INT_OPTIONS
#undef WICK_LIKE_OPTIONS

void register_random_factories(Registry& ops) {
    register_standard(ops);
    register_integers(ops);
    register_like(ops);
}

}  // namespace wick::jit

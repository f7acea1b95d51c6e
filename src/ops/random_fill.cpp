#include "ops/random_fill.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include <wick/support/stop_check.h>

#include "kernels/box_muller.h"
#include "ops/geometry.h"
#include "ops/op_errors.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::ops {

using kernels::box_muller;
using kernels::kBoxMullerBlock;

namespace {

template <class T>
constexpr bool is_complex_type = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;
template <class T>
constexpr bool is_floating_type = std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
/// What numbers of the type are computed in.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// Mantissa bits, the hidden one included: every whole number up to 2^digits is a T.
template <class T>
constexpr int digits_of() {
    if constexpr (std::is_same_v<T, Half>) return 11;
    if constexpr (std::is_same_v<T, BFloat16>) return 8;
    return std::numeric_limits<T>::digits;
}

template <class T>
constexpr double largest_of() {
    if constexpr (std::is_same_v<T, Half>) return 65504;
    if constexpr (std::is_same_v<T, BFloat16>) return 0x1.fep127;
    return static_cast<double>(std::numeric_limits<T>::max());
}

/// Calls f.operator()<T>() for a dtype that numbers can be drawn in.
template <class F>
void dispatch_real(DType dtype, std::string_view name, F&& f) {
    dispatch_dtype(dtype, [&]<class T>() {
        if constexpr (is_complex_type<T>)
            throw_not_implemented(name, dtype);
        else
            f.template operator()<T>();
    });
}

template <class F>
void dispatch_floats(DType dtype, std::string_view name, F&& f) {
    dispatch_dtype(dtype, [&]<class T>() {
        if constexpr (is_floating_type<T>)
            f.template operator()<T>();
        else
            throw_not_implemented(name, dtype);
    });
}

/// self[…] = next() for one element after the other.
template <class T, class F>
void fill_serially(const Tensor& self, F&& next) {
    if (self.numel() == 0) return;
    check_no_internal_overlap(self);
    const OperandGeometry operands[] = {OperandGeometry(self)};
    const Loop loop(self.sizes(), operands);
    const int64_t step = loop.strides(0)[0];
    T* data = self.mutable_data<T>();
    StopCounter counter;
    loop.for_each_run_of(0, 0, loop.numel(), [&](int64_t offset, int64_t n) {
        for (int64_t i = 0; i < n; ++i) {
            counter.step();
            data[offset + i * step] = next();
        }
    });
}

/// Fills a floating tensor with draw(stream), computed in double.
template <class F>
void fill_floating(const Tensor& self, std::string_view name, GeneratorImpl& generator, F&& draw) {
    dispatch_floats(self.dtype(), name, [&]<class T>() {
        RandomStream stream(generator);
        fill_serially<T>(self, [&] { return static_cast<T>(draw(stream)); });
    });
}

/// Real and imaginary parts as a dimension of their own.
Tensor parts_of(const Tensor& self) { return jit::call_operator("aten::view_as_real", {self}).to_tensor(); }

constexpr int64_t kBlocksAtOnce = 32;

/// The normal numbers of a dense tensor of at least 16: each sixteen from sixteen uniform ones, and the last sixteen
/// anew when the count is no multiple.
template <class T>
void fill_normal_blocks(T* data, int64_t count, double mean, double std, RandomStream& stream) {
    using W = Wide<T>;
    constexpr bool in_place = std::is_same_v<T, W>;
    const auto make = [&](T* to, int64_t blocks) {
        check_stop();
        W values[kBlocksAtOnce * kBoxMullerBlock];
        const int64_t n = blocks * kBoxMullerBlock;
        for (int64_t i = 0; i < n; ++i) values[i] = stream.template uniform<W>();
        box_muller(values, blocks, static_cast<W>(mean), static_cast<W>(std));
        std::transform(values, values + n, to, [](W value) { return static_cast<T>(value); });
    };
    int64_t i = 0;
    for (int64_t blocks; (blocks = std::min(kBlocksAtOnce, (count - i) / kBoxMullerBlock)) > 0;
         i += blocks * kBoxMullerBlock)
        make(data + i, blocks);
    if (i == count) return;
    // Where PyTorch works in place, it has drawn for the rest, too.
    for (; in_place && i < count; ++i) stream.uniform<W>();
    make(data + count - kBoxMullerBlock, 1);
}

/// A whole number rounded to T.
template <class T>
int64_t through(int64_t value) {
    const double rounded = static_cast<Wide<T>>(static_cast<T>(static_cast<Wide<T>>(value)));
    return rounded < 0x1p63 ? static_cast<int64_t>(rounded) : std::numeric_limits<int64_t>::max();
}

/// The distance between neighbours of type T about a whole number.
template <class T>
int64_t spacing(int64_t value) {
    const uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    return int64_t{1} << (64 - std::countl_zero(magnitude) - digits_of<T>());
}

/// Moves the ends of [from, to) inwards to numbers that rounding to T does not push out.
template <class T>
int64_t rounded_from(int64_t from) {
    const int64_t next = through<T>(from + 1);
    return next < from ? next + spacing<T>(from + 1) : from;
}
template <class T>
int64_t rounded_to(int64_t to) {
    const int64_t last = through<T>(to - 1);
    return last >= to ? last - spacing<T>(to - 1) : to;
}

void check_in_range(int64_t value, std::string_view name, DType dtype) {
    dispatch_real(dtype, "check_random_bounds", [&]<class T>() {
        bool fits;
        if constexpr (is_floating_type<T>)
            fits = std::abs(static_cast<double>(value)) <= largest_of<T>();
        else
            fits = value >= static_cast<int64_t>(std::numeric_limits<T>::lowest()) &&
                   value <= static_cast<int64_t>(std::numeric_limits<T>::max());
        WICK_CHECK(fits, "{} is out of bounds for {}", name, name_of(dtype));
    });
}

/// A whole number as T, by way of what T converts from.
template <class T>
T whole(int64_t value) {
    if constexpr (is_floating_type<T>)
        return static_cast<T>(static_cast<Wide<T>>(value));
    else
        return static_cast<T>(value);
}

/// 1 with the probability of the element of `chances`, compared with 53 random bits as double and with 24 as float.
template <class T, class P>
void fill_with_chances(const Tensor& self, const Tensor& chances, GeneratorImpl& generator) {
    if (self.numel() == 0) return;
    const OperandGeometry operands[] = {OperandGeometry(self), OperandGeometry(chances)};
    const Loop loop(self.sizes(), operands);
    T* to = self.mutable_data<T>();
    const P* chance = chances.data<P>();
    RandomStream stream(generator);
    loop.for_each_run(0, loop.numel(), [&](const int64_t* offsets, int64_t n) {
        check_stop();
        for (int64_t i = 0; i < n; ++i) {
            const P p = chance[offsets[1] + i * loop.strides(1)[0]];
            WICK_CHECK(p >= 0 && p <= 1, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
            to[offsets[0] + i * loop.strides(0)[0]] = whole<T>(stream.uniform<P>() < p);
        }
    });
}

}  // namespace

Tensor fill_uniform(const Tensor& self, double from, double to, GeneratorImpl& generator) {
    if (is_complex(self.dtype())) {
        fill_uniform(parts_of(self), from, to, generator);
        return self;
    }
    dispatch_floats(self.dtype(), "check_uniform_bounds", [&]<class T>() {
        const double largest = largest_of<T>();
        WICK_CHECK(std::abs(from) <= largest, "from is out of bounds for {}", name_of(self.dtype()));
        WICK_CHECK(std::abs(to) <= largest, "to is out of bounds for {}", name_of(self.dtype()));
        WICK_CHECK(from <= to, "uniform_ expects to return a [from, to) range, but found from={} > to={}", from, to);
        WICK_CHECK(to - from <= largest,
                   "uniform_ expects to-from <= std::numeric_limits<{}>::max(), but found to={} and from={} which "
                   "result in to-from to exceed the limit",
                   scalar_name_of(self.dtype()), to, from);
        using W = Wide<T>;
        const W low = static_cast<W>(from);
        const W span = static_cast<W>(to) - low;
        const W end = static_cast<W>(static_cast<T>(static_cast<W>(to)));
        RandomStream stream(generator);
        fill_serially<T>(self, [&] {
            const W u = stream.uniform<W>();
            const T value = static_cast<T>(low == 0 ? u * span : std::fma(u, span, low));
            // Rounding may reach the excluded end.
            return static_cast<W>(value) == end ? static_cast<T>(low) : value;
        });
    });
    return self;
}

Tensor fill_normal(const Tensor& self, double mean, double std, GeneratorImpl& generator) {
    WICK_CHECK(std >= 0.0, "normal expects std >= 0.0, but found std {}", std);
    if (is_complex(self.dtype())) {
        fill_normal(parts_of(self), mean, std / std::numbers::sqrt2, generator);
        return self;
    }
    if (self.numel() < kBoxMullerBlock || !self.is_contiguous()) {
        fill_floating(self, "normal_kernel_cpu", generator,
                      [&](RandomStream& stream) { return std::fma(stream.normal(), std, mean); });
        return self;
    }
    dispatch_floats(self.dtype(), "normal_kernel_cpu", [&]<class T>() {
        RandomStream stream(generator);
        fill_normal_blocks(self.mutable_data<T>(), self.numel(), mean, std, stream);
    });
    return self;
}

Tensor fill_random(const Tensor& self, GeneratorImpl& generator) {
    dispatch_real(self.dtype(), "random_kernel_cpu", [&]<class T>() {
        RandomStream stream(generator);
        fill_serially<T>(self, [&]() -> T {
            if constexpr (std::is_same_v<T, bool>) {
                return stream.next32() & 1;
            } else if constexpr (is_floating_type<T>) {
                const uint64_t bits = sizeof(T) == 8 ? stream.next64() : stream.next32();
                return whole<T>(static_cast<int64_t>(bits % ((uint64_t{1} << digits_of<T>()) + 1)));
            } else {
                const uint64_t bits = sizeof(T) == 8 ? stream.next64() : stream.next32();
                return static_cast<T>(bits & static_cast<uint64_t>(std::numeric_limits<T>::max()));
            }
        });
    });
    return self;
}

Tensor fill_random_range(const Tensor& self, int64_t from, std::optional<int64_t> to, GeneratorImpl& generator) {
    const DType dtype = self.dtype();
    if (!to && from == std::numeric_limits<int64_t>::lowest()) {
        WICK_CHECK(
            dtype == DType::int64 || dtype == DType::float64 || dtype == DType::float32 || dtype == DType::bfloat16,
            "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16");
        dispatch_real(dtype, "random_full_64_bits_range_kernel_cpu", [&]<class T>() {
            RandomStream stream(generator);
            fill_serially<T>(self, [&] { return whole<T>(static_cast<int64_t>(stream.next64())); });
        });
        return self;
    }
    WICK_CHECK(!to || from < *to, "random_ expects 'from' to be less than 'to', but got from={} >= to={}", from,
               to.value_or(0));
    check_in_range(from, "from", dtype);
    if (to) check_in_range(*to - 1, "to - 1", dtype);
    dispatch_real(dtype, "random_from_to_kernel_cpu", [&]<class T>() {
        int64_t last;
        if constexpr (is_floating_type<T>) {
            last = to ? rounded_to<T>(*to) - 1 : int64_t{1} << digits_of<T>();
            if (from <= last) from = rounded_from<T>(from);
            WICK_CHECK(
                from <= last,
                "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from={} >= to={}",
                from, last + 1);
        } else {
            last = to ? *to - 1 : static_cast<int64_t>(std::numeric_limits<T>::max());
        }
        const uint64_t range = static_cast<uint64_t>(last) - static_cast<uint64_t>(from) + 1;
        RandomStream stream(generator);
        fill_serially<T>(self, [&] {
            // A remainder of 32 bits would favour small numbers of a wide range.
            const uint64_t bits = range >= uint64_t{1} << 28 ? stream.next64() : stream.next32();
            return whole<T>(static_cast<int64_t>(bits % range + static_cast<uint64_t>(from)));
        });
    });
    return self;
}

Tensor fill_bernoulli(const Tensor& self, double p, GeneratorImpl& generator) {
    WICK_CHECK(p >= 0 && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p={}", p);
    dispatch_real(self.dtype(), "bernoulli_scalar_cpu_", [&]<class T>() {
        RandomStream stream(generator);
        fill_serially<T>(self, [&] { return whole<T>(stream.uniform() < p); });
    });
    return self;
}

Tensor fill_bernoulli_each(const Tensor& self, const Tensor& p, GeneratorImpl& generator) {
    WICK_CHECK_IMPLEMENTED(is_floating(p.dtype()), "bernoulli_tensor_cpu_p_", p.dtype());
    check_no_internal_overlap(self);
    dispatch_real(self.dtype(), "bernoulli_tensor_cpu_self_", [&]<class T>() {
        if (p.dtype() == DType::float64)
            fill_with_chances<T, double>(self, expand(p, self.sizes()), generator);
        else
            fill_with_chances<T, float>(self, expand(to_dtype(p, DType::float32), self.sizes()), generator);
    });
    return self;
}

Tensor fill_exponential(const Tensor& self, double lambda, GeneratorImpl& generator) {
    WICK_CHECK(lambda > 0.0, "exponential_ expects lambda > 0.0, but found lambda={}", lambda);
    fill_floating(self, "exponential_cpu", generator,
                  [=](RandomStream& stream) { return -1.0 / lambda * std::log1p(-stream.uniform()); });
    return self;
}

Tensor fill_cauchy(const Tensor& self, double median, double sigma, GeneratorImpl& generator) {
    WICK_CHECK(sigma > 0.0, "cauchy_ expects sigma > 0.0, but found sigma={}", sigma);
    fill_floating(self, "cauchy_cpu", generator, [=](RandomStream& stream) {
        return std::fma(sigma, std::tan(std::numbers::pi * (stream.uniform() - 0.5)), median);
    });
    return self;
}

Tensor fill_log_normal(const Tensor& self, double mean, double std, GeneratorImpl& generator) {
    WICK_CHECK(std > 0.0, "log_normal_ expects std > 0.0, but found std={}", std);
    fill_floating(self, "log_normal_cpu", generator,
                  [=](RandomStream& stream) { return std::exp(std::fma(stream.normal(), std, mean)); });
    return self;
}

Tensor fill_geometric(const Tensor& self, double p, GeneratorImpl& generator) {
    WICK_CHECK(p > 0 && p < 1, "geometric_ expects p to be in (0, 1), but got p={}", p);
    dispatch_real(self.dtype(), "geometric_cpu", [&]<class T>() {
        RandomStream stream(generator);
        fill_serially<T>(self, [&] {
            // The logarithm of a drawn 0 is infinite.
            const double value = std::ceil(std::log(stream.uniform()) / std::log1p(-p));
            if constexpr (is_floating_type<T>)
                return static_cast<T>(value);
            else
                return value < largest_of<T>() ? static_cast<T>(value) : std::numeric_limits<T>::max();
        });
    });
    return self;
}

}  // namespace wick::ops

// Windows of a given length: what a frame of a signal is multiplied with before its transform.
#include <cmath>
#include <vector>

#include "kernels/special_bessel.h"
#include "ops/factory_options.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// value(i / period) for every i, where a periodic window ends one step before it would begin anew; 1 for a single
/// element.
template <class F>
Tensor window(std::string_view name, int64_t length, bool periodic, MaybeDType dtype, const MaybeDevice& device,
              F&& value) {
    check_device(device);
    const DType type = dtype.value_or(default_dtype());
    WICK_CHECK(is_floating(type) || is_complex(type), "{} expects floating point dtypes, got: {}", name, name_of(type));
    WICK_CHECK(length >= 0, "{} requires non-negative window_length, got window_length={}", name, length);
    const Tensor result = empty({length}, DType::float64);
    double* out = result.mutable_data<double>();
    const double period = static_cast<double>(periodic ? length : length - 1);
    for (int64_t i = 0; i < length; ++i) out[i] = length == 1 ? 1 : value(static_cast<double>(i) / period);
    return to_dtype(result, type);
}

auto hamming(double alpha, double beta) {
    return [=](double x) { return alpha - beta * std::cos(2 * M_PI * x); };
}

double blackman(double x) { return 0.42 - 0.5 * std::cos(2 * M_PI * x) + 0.08 * std::cos(4 * M_PI * x); }

double bartlett(double x) { return 1 - std::abs(2 * x - 1); }

auto kaiser(double beta) {
    return [=](double x) {
        const double r = 2 * x - 1;
        return kernels::special::bessel_i0(beta * std::sqrt(std::max(0.0, 1 - r * r))) /
               kernels::special::bessel_i0(beta);
    };
}

/// The overloads without and with `periodic`.
template <class F>
void add_window(Registry& ops, std::string_view name, F) {
    ops.add(fmt::format("aten::{}(int window_length, *, " WICK_OPTIONS ") -> Tensor", name))
        .kernel([](int64_t length, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return F()(length, true, dtype, device);
        })
        .out();
    ops.add(fmt::format("aten::{}.periodic(int window_length, bool periodic, *, " WICK_OPTIONS ") -> Tensor", name))
        .kernel([](int64_t length, bool periodic, MaybeDType dtype, MaybeStrided, MaybeDevice device, Pin) {
            return F()(length, periodic, dtype, device);
        })
        .out();
}

}  // namespace

void register_windows(Registry& ops) {
    add_window(ops, "hann_window", [](int64_t length, bool periodic, MaybeDType dtype, const MaybeDevice& device) {
        return window("hann_window", length, periodic, dtype, device, hamming(0.5, 0.5));
    });
    add_window(ops, "hamming_window", [](int64_t length, bool periodic, MaybeDType dtype, const MaybeDevice& device) {
        return window("hamming_window", length, periodic, dtype, device, hamming(0.54, 0.46));
    });
    ops.add("aten::hamming_window.periodic_alpha(int window_length, bool periodic, float alpha, *, " WICK_OPTIONS
            ") -> Tensor")
        .kernel([](int64_t length, bool periodic, double alpha, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin) { return window("hamming_window", length, periodic, dtype, device, hamming(alpha, 0.46)); })
        .out();
    ops.add(
           "aten::hamming_window.periodic_alpha_beta(int window_length, bool periodic, float alpha, float beta, "
           "*, " WICK_OPTIONS ") -> Tensor")
        .kernel([](int64_t length, bool periodic, double alpha, double beta, MaybeDType dtype, MaybeStrided,
                   MaybeDevice device,
                   Pin) { return window("hamming_window", length, periodic, dtype, device, hamming(alpha, beta)); })
        .out();
    add_window(ops, "blackman_window", [](int64_t length, bool periodic, MaybeDType dtype, const MaybeDevice& device) {
        return window("blackman_window", length, periodic, dtype, device, blackman);
    });
    add_window(ops, "bartlett_window", [](int64_t length, bool periodic, MaybeDType dtype, const MaybeDevice& device) {
        return window("bartlett_window", length, periodic, dtype, device, bartlett);
    });
    add_window(ops, "kaiser_window", [](int64_t length, bool periodic, MaybeDType dtype, const MaybeDevice& device) {
        return window("kaiser_window", length, periodic, dtype, device, kaiser(12));
    });
    ops.add("aten::kaiser_window.beta(int window_length, bool periodic, float beta, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](int64_t length, bool periodic, double beta, MaybeDType dtype, MaybeStrided, MaybeDevice device,
                   Pin) { return window("kaiser_window", length, periodic, dtype, device, kaiser(beta)); })
        .out();
}

}  // namespace wick::jit

#pragma once
// Plain double-precision loops that the kernels are compared with.

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/epilogue.h"

namespace wick::kernels::reference {

template <class T>
std::vector<T> random(size_t count, uint32_t seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<T> values(count);
    for (T& v : values) v = static_cast<T>(uniform(generator));
    return values;
}

template <class T>
double activate(const Epilogue<T>& e, double x) {
    const auto ramp = [](double v) { return std::fmin(std::fmax(v + 3, 0), 6) / 6; };
    switch (e.activation) {
        case Activation::None:
            return x;
        case Activation::Clamp:
            return std::isnan(x) ? x : std::fmin(std::fmax(x, e.lo), e.hi);
        case Activation::Gelu:
            return x * (1 + std::erf(x * M_SQRT1_2)) / 2;
        case Activation::GeluTanh:
            return x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))) / 2;
        case Activation::Silu:
            return x / (1 + std::exp(-x));
        case Activation::Sigmoid:
            return 1 / (1 + std::exp(-x));
        case Activation::Tanh:
            return std::tanh(x);
        case Activation::HardSwish:
            return x * ramp(x);
        case Activation::HardSigmoid:
            return ramp(x);
    }
    return x;
}

template <class T>
double finish(const Epilogue<T>& e, double x, int64_t i, int64_t j) {
    if (e.bias_row != nullptr) x += e.bias_row[i];
    if (e.bias_col != nullptr) x += e.bias_col[j];
    if (e.residual != nullptr) x += e.residual[i * e.residual_stride + j];
    return activate(e, x);
}

}  // namespace wick::kernels::reference

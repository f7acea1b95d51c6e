#pragma once
// What a product or a convolution does to its result while it is still in cache.

#include <cstdint>
#include <limits>

namespace wick::kernels {

/// Elementwise functions as PyTorch defines them (torch.nn.functional); NaN passes through all of them.
enum class Activation : uint8_t {
    None,
    Clamp,     // min(max(x, lo), hi): relu is (0, inf), relu6 (0, 6)
    Gelu,      // x * (1 + erf(x / sqrt 2)) / 2
    GeluTanh,  // x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) / 2
    Silu,      // x / (1 + exp(-x))
    Sigmoid,   // 1 / (1 + exp(-x))
    Tanh,
    HardSwish,    // x * clamp(x + 3, 0, 6) / 6
    HardSigmoid,  // clamp(x + 3, 0, 6) / 6
};

/// y[i, j] = activation(x[i, j] * scale_row[i] + bias_row[i] + bias_col[j] + residual[i * residual_stride + j]); null
/// pointers are left out. float32 activations are within 4 ulp (Gelu: absolute error below 1e-6 near its zero) of the
/// exact value.
template <class T>
struct Epilogue {
    const T* scale_row = nullptr;  // [m]
    const T* bias_row = nullptr;   // [m]
    const T* bias_col = nullptr;   // [n]
    const T* residual = nullptr;   // [m, n], unit stride along n; may be the result's own memory
    int64_t residual_stride = 0;
    Activation activation = Activation::None;
    T lo = -std::numeric_limits<T>::infinity();
    T hi = std::numeric_limits<T>::infinity();

    static Epilogue relu() {
        Epilogue e;
        return e.with_relu();
    }
    Epilogue& with_relu() {
        activation = Activation::Clamp;
        lo = 0;
        hi = std::numeric_limits<T>::infinity();
        return *this;
    }
    bool empty() const {
        return scale_row == nullptr && bias_row == nullptr && bias_col == nullptr && residual == nullptr &&
               activation == Activation::None;
    }
};

}  // namespace wick::kernels

#pragma once
// One step of an optimizer on the n numbers of a parameter, its gradient and what is kept about it: one pass over
// memory. float and double; run-time dispatch over instruction sets; single-threaded, callers split the range.
//
// In all of them g is the gradient, negated when `maximize` is set; p and the arrays after g are updated.

#include <cstdint>

namespace wick::kernels {

/// g += weight_decay * p; then, with momentum, buffer = momentum * buffer + (1 - dampening) * g, or buffer = g at the
/// first step; p -= lr * d, where d is g, the buffer, or with `nesterov` g + momentum * buffer.
struct SgdStep {
    double lr, momentum, dampening, weight_decay;
    bool nesterov, maximize, first;
};
template <class T>
void sgd_step(const SgdStep& step, int64_t n, T* p, const T* g, T* buffer);

/// Weights decay first: g += weight_decay * p, or `decoupled` p *= 1 - lr * weight_decay. Then
/// m += (1 - beta1) * (g - m); v = beta2 * v + (1 - beta2) * g²; largest = max(largest, v) where it is not null;
/// p -= lr / bias1 * m / (sqrt(v or largest) / sqrt(bias2) + eps).
struct AdamStep {
    double lr, beta1, beta2, eps, weight_decay, bias1, bias2;
    bool decoupled, maximize;
};
template <class T>
void adam_step(const AdamStep& step, int64_t n, T* p, const T* g, T* m, T* v, T* largest);

/// g += weight_decay * p; square = alpha * square + (1 - alpha) * g²; mean += (1 - alpha) * (g - mean) where it is not
/// null, and then s = square - mean², else s = square; d = g / (sqrt(s) + eps); buffer = momentum * buffer + d where it
/// is not null, and then d = buffer; p -= lr * d.
struct RmspropStep {
    double lr, alpha, eps, weight_decay, momentum;
    bool maximize;
};
template <class T>
void rmsprop_step(const RmspropStep& step, int64_t n, T* p, const T* g, T* square, T* mean, T* buffer);

/// g += weight_decay * p; sum += g²; p -= lr * g / (sqrt(sum) + eps).
struct AdagradStep {
    double lr, eps, weight_decay;
    bool maximize;
};
template <class T>
void adagrad_step(const AdagradStep& step, int64_t n, T* p, const T* g, T* sum);

}  // namespace wick::kernels

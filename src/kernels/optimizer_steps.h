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

/// Adam and its kin. p *= kept; g += weight_decay * p; m += (1 - beta1) * (g - m); v = beta2 * v + (1 - beta2) * g²;
/// largest = max(largest, v) where it is not null; p -= (direct * g + size * m) / (sqrt(v or largest) / root + eps), or
/// without `divides` p -= size * m.
struct AdamStep {
    double beta1, beta2, eps, weight_decay, kept;
    bool maximize;
    double size, direct, root;
    bool divides;
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

/// g += weight_decay * p; square = rho * square + (1 - rho) * g²; d = sqrt(change + eps) / sqrt(square + eps) * g;
/// change = rho * change + (1 - rho) * d²; p -= lr * d.
struct AdadeltaStep {
    double lr, rho, eps, weight_decay;
    bool maximize;
};
template <class T>
void adadelta_step(const AdadeltaStep& step, int64_t n, T* p, const T* g, T* square, T* change);

/// g += weight_decay * p; m += (1 - beta1) * (g - m); largest = max(beta2 * largest, |g| + eps); p -= size * m /
/// largest.
struct AdamaxStep {
    double size, beta1, beta2, eps, weight_decay;
    bool maximize;
};
template <class T>
void adamax_step(const AdamaxStep& step, int64_t n, T* p, const T* g, T* m, T* largest);

/// size *= plus where g and before have one sign, *= minus where they have two, and then g = 0; size is held between
/// least and most; p -= sign(g) * size; before = g.
struct RpropStep {
    double minus, plus, least, most;
    bool maximize;
};
template <class T>
void rprop_step(const RpropStep& step, int64_t n, T* p, const T* g, T* before, T* size);

/// g += weight_decay * p; p = kept * p - eta * g; mean += mu * (p - mean), or mean = p when mu is 1.
struct AsgdStep {
    double eta, kept, mu, weight_decay;
    bool maximize;
};
template <class T>
void asgd_step(const AsgdStep& step, int64_t n, T* p, const T* g, T* mean);

}  // namespace wick::kernels

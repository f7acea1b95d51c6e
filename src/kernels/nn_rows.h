#pragma once
// Softmax and normalisation on raw, row-major memory. float and double; run-time dispatch over instruction sets; each
// function spreads its rows over the worker pool. Sums of a row are kept per vector lane in blocks and joined in
// double, so their error does not grow with the row.

#include <cstdint>

namespace wick::kernels {

/// On x[outer, n, inner], along n: y = exp(x - max) / sum(exp(x - max)), or its logarithm. y may be x. A NaN, or a row
/// of -inf alone, makes its whole row NaN.
template <class T>
void softmax(int64_t outer, int64_t n, int64_t inner, const T* x, T* y, bool log);

/// On each row of x[rows, n]: y = (x - mean) * rstd * gamma + beta with rstd = 1 / sqrt(var + eps) and the biased
/// variance. gamma, beta: [n] or null; mean, rstd: [rows] or null. y may be x.
template <class T>
void layer_norm(int64_t rows, int64_t n, const T* x, const T* gamma, const T* beta, double eps, T* y, T* mean, T* rstd);

/// On each row of x[rows, n]: y = x / sqrt(mean(x^2) + eps) * gamma; gamma: [n] or null.
template <class T>
void rms_norm(int64_t rows, int64_t n, const T* x, const T* gamma, double eps, T* y);

/// Mean and biased variance of each row of x[rows, n].
template <class T>
void row_moments(int64_t rows, int64_t n, const T* x, double* mean, double* var);

/// log(sum(exp(x))) of each row of x[rows, n].
void row_logsumexp(int64_t rows, int64_t n, const float* x, float* y);

/// Mean of each row of x[rows, n].
template <class T>
void row_means(int64_t rows, int64_t n, const T* x, T* y);

/// y[o, c, i] = x[o, c, i] * scale[c] + shift[c]. y may be x.
template <class T>
void channel_affine(int64_t outer, int64_t channels, int64_t inner, const T* x, const T* scale, const T* shift, T* y);

}  // namespace wick::kernels

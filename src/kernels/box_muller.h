#pragma once
// The Box-Muller transform on blocks of sixteen uniform numbers in [0, 1).
//
// In a block, u1 = 1 - data[j] and u2 = data[j + 8] become std * r cos(t) + mean and std * r sin(t) + mean, where
// r = sqrt(-2 log u1) and t = 2 pi u2, for j in [0, 8). The float version uses the single-precision logarithm, sine and
// cosine of the Cephes library (Moshier 1989) with fused multiply-adds, as PyTorch does on every x86 processor with
// AVX2, so that its numbers have the same bits. Without fused instructions (SSE4) the last bit may differ.

#include <cstdint>

namespace wick::kernels {

inline constexpr int kBoxMullerBlock = 16;

void box_muller(float* data, int64_t blocks, float mean, float std);
void box_muller(double* data, int64_t blocks, double mean, double std);

}  // namespace wick::kernels

#pragma once
// 16-bit floating point: conversion of arrays, and products and convolutions that convert, compute in float32 and round
// once at the end (PyTorch's CPU kernels accumulate in float32 too).

#include <cstdint>

#include "kernels/gemm.h"

namespace wick::kernels {

enum class Half : uint8_t { Float16, BFloat16 };  // IEEE binary16; the upper half of a float32

/// Exact.
void half_to_float(Half kind, const uint16_t* from, float* to, int64_t count);
/// Rounds to nearest, ties to even; NaN stays NaN, too large becomes infinite.
void float_to_half(Half kind, const float* from, uint16_t* to, int64_t count);

/// C = epilogue(alpha A B + beta C) with A, B, C in 16 bits and an epilogue in float32.
void half_gemm(Half kind, int64_t m, int64_t n, int64_t k, float alpha, MatrixView<uint16_t> a, MatrixView<uint16_t> b,
               float beta, uint16_t* c, int64_t ldc, const Epilogue<float>& epilogue = {});
/// The same with a B packed as float32, for weights that are used more than once.
void half_gemm(Half kind, int64_t m, float alpha, MatrixView<uint16_t> a, const PackedMatrix<float>& b, float beta,
               uint16_t* c, int64_t ldc, const Epilogue<float>& epilogue = {});
PackedMatrix<float> pack_half_b(Half kind, MatrixView<uint16_t> b, int64_t k, int64_t n);

}  // namespace wick::kernels

#pragma once
// Arrays of 16-bit floats to float32 and back, value by value what wick/support/half.h does. Run-time dispatch over
// instruction sets. The arrays must not overlap.

#include <cstdint>

#include <wick/support/half.h>

namespace wick::kernels {

void widen(const Half* from, float* to, int64_t count);
void widen(const BFloat16* from, float* to, int64_t count);
void narrow(const float* from, Half* to, int64_t count);
void narrow(const float* from, BFloat16* to, int64_t count);

}  // namespace wick::kernels

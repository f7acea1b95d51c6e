#pragma once
// Sums of floats and doubles. Run-time dispatch over instruction sets; single-threaded; what is added in which order
// depends on the arguments only.
//
// Sums are kept in double, in several lanes; of floats, four vectors are first added to one, so a sum is off by at most
// 1.5 eps times the sum of magnitudes, and in practice by a bit or two of its own.

#include <cstdint>

namespace wick::kernels {

/// totals[i] += sum over j < n of x[i * result_step + j * step], i < results. T: float, double.
template <class T>
void add_sums(double* totals, int64_t results, const T* x, int64_t result_step, int64_t step, int64_t n);

}  // namespace wick::kernels

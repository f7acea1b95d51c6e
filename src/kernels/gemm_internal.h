#pragma once
// What the front doors (gemm.cpp, conv.cpp) hand to the code that is compiled once per instruction set.

#include "kernels/gemm.h"

namespace wick::kernels::internal {

/// A product whose arguments are checked and whose C is already scaled by beta.
template <class T>
struct Product {
    int64_t m, n, k;
    T alpha;
    MatrixView<T> a;
    MatrixView<T> b;  // unless `panels`
    const T* panels;  // B as PackedMatrix lays it out, or null
    T* c;
    int64_t ldc;
    bool accumulate;  // add to C
    Epilogue<T> epilogue;
    ScratchRef scratch;
};

/// Up to here dot products beat packing a B that is used once.
inline constexpr int64_t kMaxDotRows = 16;
static_assert(gemm_prefers_unpacked(kMaxDotRows) && !gemm_prefers_unpacked(kMaxDotRows + 1));

}  // namespace wick::kernels::internal

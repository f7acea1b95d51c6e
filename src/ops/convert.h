#pragma once
// Runs of elements converted from one dtype to another: the innermost loop of every copy.

#include <cstdint>

#include <wick/tensor/dtype.h>

namespace wick::ops {

/// Converts n elements; steps are in elements of the respective side, 0 repeats one element. Floats to integers
/// truncate; anything to bool is `!= 0`; complex to real drops the imaginary part. The runs must not overlap unless
/// they are the same run of the same dtype.
using ConvertRun = void (*)(const void* src, int64_t src_step, void* dst, int64_t dst_step, int64_t n);

ConvertRun convert_run(DType from, DType to);

}  // namespace wick::ops

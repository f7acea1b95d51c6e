#pragma once
// NumPy's .npy files: "\x93NUMPY", two version bytes, the header's length, the header (a Python dict literal with
// 'descr', 'fortran_order' and 'shape'), then the array's bytes. Format: numpy/lib/format.py.

#include <string>

#include <wick/tensor/tensor.h>

#include "archive/bytes.h"

namespace wick::archive {

/// Versions 1 to 3. Arrays in Fortran order keep their bytes and get column-major strides; big-endian ones are swapped.
/// Throws ArchiveError, also for element types that wick has not (strings, objects, records).
Tensor load_npy(const Bytes& file);
Tensor load_npy(const std::string& path);

/// Version 1, row-major. Throws OpError for bfloat16, which NumPy has not, and for a tensor that is not contiguous.
std::string save_npy_bytes(const Tensor& tensor);

}  // namespace wick::archive

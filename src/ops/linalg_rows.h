#pragma once
// Matrices whose rows kernels/matrix_passes.h can work on.

#include <cstdint>
#include <vector>

#include "kernels/matrix_passes.h"

namespace wick::jit::dense {

/// Rows of zeros, with room after each for what passes read and write there.
class Rows {
 public:
    Rows(int64_t count, int64_t length)
        : count_(count),
          stride_(length + kernels::kOverhang),
          // The last row is read from any place on, and by one more: Rows may be empty.
          values_(static_cast<size_t>((count + 1) * stride_)) {}
    double* operator[](int64_t i) { return values_.data() + i * stride_; }
    int64_t stride() const { return stride_; }
    /// to[length, count] = the rows as columns.
    void copy_transposed(int64_t length, double* to) {
        for (int64_t j = 0; j < length; ++j)
            for (int64_t i = 0; i < count_; ++i) to[j * count_ + i] = (*this)[i][j];
    }

 private:
    int64_t count_, stride_;
    std::vector<double> values_;
};

}  // namespace wick::jit::dense

#pragma once
// What resizing reads: every mode is separable, and along one dimension an output position is a weighted sum of a few
// inputs, so a table of (inputs, weights) per dimension describes them all.

#include <cstdint>
#include <optional>
#include <vector>

namespace wick::jit {

enum class ResizeMode { nearest, nearest_exact, linear, cubic, linear_antialias, cubic_antialias, lanczos_antialias };

/// Along one dimension, output i is the sum over t < width of weight[i * width + t] * input[index[i * width + t]].
struct Taps {
    int64_t in = 1, out = 1, width = 1;
    std::vector<int64_t> index;
    std::vector<double> weight;
    /// Whether every output is the input of its position.
    bool identity() const;
};

/// The taps of one dimension. T is the type in which PyTorch computes positions, float or double: that of the data, so
/// that ties fall to the same side. A scale factor that the caller gave decides where pixels lie, else the sizes do;
/// with align_corners the first and last pixels of both sides meet.
template <class T>
Taps make_taps(int64_t in, int64_t out, ResizeMode mode, bool align_corners, std::optional<double> factor);

}  // namespace wick::jit

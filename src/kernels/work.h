#pragma once
// How work is shared: a thread that sleeps takes about 20 microseconds to begin, one that was busy a moment ago about
// one, so every part has to be worth several times that.

#include <algorithm>
#include <cstdint>

namespace wick::kernels {

inline constexpr double kPartFlops = 1e6;    // the least that a part computes; 10 to 20 microseconds
inline constexpr double kFlopsPerByte = 2;   // that could be done while a byte is read once from a far cache
inline constexpr double kFlopsPerCopy = 16;  // while an element is copied

/// The grain with which parallel_for gets `count` tasks of `flops` each: all of them if they are not worth two parts.
inline int64_t work_grain(int64_t count, double flops) {
    if (flops * double(count) < 2 * kPartFlops) return std::max<int64_t>(1, count);
    return std::clamp<int64_t>(static_cast<int64_t>(kPartFlops / flops), 1, count);
}

}  // namespace wick::kernels

#pragma once

#include <cstdint>

namespace wick {

/// How the elements of a tensor lie. Numbers are PyTorch's, since programs carry them as plain ints.
enum class MemoryFormat : int64_t {
    contiguous = 0,
    preserve = 1,          ///< as in the tensor that it is made from
    channels_last = 2,     ///< sizes (N, C, H, W), laid out as (N, H, W, C)
    channels_last_3d = 3,  ///< sizes (N, C, D, H, W), laid out as (N, D, H, W, C)
};

}  // namespace wick

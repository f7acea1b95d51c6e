#pragma once
// What the front door (attention.cpp) hands to the code that is compiled once per instruction set.

#include "kernels/attention.h"

namespace wick::kernels::internal {

template <class T>
struct AttentionJob {
    AttentionShape<T> shape;
    HeadsView<const T> q, k, v;
    AttentionMask<T> mask;
    HeadsView<T> out;
};

}  // namespace wick::kernels::internal

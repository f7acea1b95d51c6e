#pragma once
// libtorch's InferenceMode: what is computed on this thread is never differentiated.

#include <wick/tensor/grad_mode.h>

namespace wick {

/// Nothing is recorded on this thread for the lifetime of the guard, and views do not note what they are views of:
/// there is nothing more to be saved. InferenceMode(false) is gradient mode again.
struct InferenceMode : GradModeGuard {
    explicit InferenceMode(bool enabled = true) : GradModeGuard(!enabled) {}
};

}  // namespace wick

#pragma once
// Automatic mixed precision, thread by thread, as in PyTorch on the CPU: in this mode matrix products and convolutions
// compute in a dtype of 16 bits, losses and what needs precision in float32, and operators that join tensors in the
// widest dtype that they are given. Arguments are cast; float64 is left alone.

#include <wick/support/export.h>
#include <wick/tensor/dtype.h>

namespace wick {

/// The mode of this thread.
struct WICK_API AutocastMode {
    static bool is_enabled();
    static void set_enabled(bool enabled);
    /// The dtype of 16 bits: bfloat16 at first.
    static DType dtype();
    static void set_dtype(DType dtype);
    /// Whether what a weight (a leaf that wants a gradient) was cast to is kept for its next use.
    static bool is_cache_enabled();
    static void set_cache_enabled(bool enabled);
    static void clear_cache();
    /// A part of the program that the mode is set for begins or ends on this thread: at the end of the outermost, the
    /// casts of weights are forgotten. They give the number of parts that the thread is in.
    static int enter();
    static int leave();
};

/// The mode for the lifetime of the guard.
class WICK_API AutocastGuard {
 public:
    explicit AutocastGuard(DType dtype = DType::bfloat16, bool enabled = true);
    ~AutocastGuard();
    AutocastGuard(const AutocastGuard&) = delete;
    AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
    const DType dtype_;
    const bool enabled_;
};

}  // namespace wick

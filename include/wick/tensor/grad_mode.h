#pragma once
// Whether operators record what a later backward pass needs, thread by thread, as in PyTorch.

#include <wick/support/export.h>

namespace wick {

struct WICK_API GradMode {
    static bool is_enabled();
    static void set_enabled(bool enabled);
};

/// Sets the mode of this thread for the lifetime of the guard.
class GradModeGuard {
 public:
    explicit GradModeGuard(bool enabled) : saved_(GradMode::is_enabled()) { GradMode::set_enabled(enabled); }
    ~GradModeGuard() { GradMode::set_enabled(saved_); }
    GradModeGuard(const GradModeGuard&) = delete;
    GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
    const bool saved_;
};

/// Nothing is recorded on this thread for the lifetime of the guard.
struct NoGradGuard : GradModeGuard {
    NoGradGuard() : GradModeGuard(false) {}
};

}  // namespace wick

#pragma once
// Whether operators record what a later backward pass needs, thread by thread, as in PyTorch.

namespace wick {

struct GradMode {
    static bool is_enabled();
    static void set_enabled(bool enabled);
};

/// Nothing is recorded on this thread for the lifetime of the guard.
class NoGradGuard {
 public:
    NoGradGuard() : saved_(GradMode::is_enabled()) { GradMode::set_enabled(false); }
    ~NoGradGuard() { GradMode::set_enabled(saved_); }
    NoGradGuard(const NoGradGuard&) = delete;
    NoGradGuard& operator=(const NoGradGuard&) = delete;

 private:
    bool saved_;
};

}  // namespace wick

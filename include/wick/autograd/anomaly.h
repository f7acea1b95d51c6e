#pragma once
// Finding where a gradient went wrong, as torch.autograd.detect_anomaly. While the mode is on, a recorded function
// keeps the place that it was called from; when its backward throws, or gives NaN, a warning names the function, that
// place, and those of the backward passes that made the function. While it is off, it costs the reading of a flag.

#include <string>

#include <wick/support/export.h>

namespace wick::autograd {

/// Of the whole process.
struct WICK_API AnomalyMode {
    static bool is_enabled();
    static bool should_check_nan();
    static void set_enabled(bool enabled, bool check_nan = true);

    /// What the warnings are made with. Both may be called on any thread.
    struct Reporter {
        /// Where the running thread is, lines that end in a newline; "" where nobody knows.
        std::string (*place)() = nullptr;
        /// Null: to the output of the script that runs, else to stderr.
        void (*warn)(const std::string& text) = nullptr;
    };
    static void set_reporter(const Reporter& reporter);
};

/// The mode for the lifetime of the guard. With `check_nan`, NaN among the gradients that a function gives is an
/// OpError.
class DetectAnomalyGuard {
 public:
    explicit DetectAnomalyGuard(bool check_nan = true)
        : was_enabled_(AnomalyMode::is_enabled()), checked_nan_(AnomalyMode::should_check_nan()) {
        AnomalyMode::set_enabled(true, check_nan);
    }
    ~DetectAnomalyGuard() { AnomalyMode::set_enabled(was_enabled_, checked_nan_); }
    DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
    DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
    const bool was_enabled_, checked_nan_;
};

}  // namespace wick::autograd

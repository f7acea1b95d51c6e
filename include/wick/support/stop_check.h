#pragma once
// How the owner of a call stops loops that run long inside one operator.

#include <wick/support/export.h>

namespace wick {

/// Says whether the work on a thread should go on.
class WICK_API StopCheck {
 public:
    /// Throws (LimitError) when the work should end.
    virtual void check_time() const = 0;

 protected:
    ~StopCheck() = default;
};

/// What this thread's work is asked by, for the lifetime of the guard (null: nobody). parallel_for hands it to its
/// helpers.
class WICK_API StopCheckGuard {
 public:
    explicit StopCheckGuard(const StopCheck* check);
    ~StopCheckGuard();
    StopCheckGuard(const StopCheckGuard&) = delete;
    StopCheckGuard& operator=(const StopCheckGuard&) = delete;
    static const StopCheck* current() noexcept;

 private:
    const StopCheck* saved_;
};

/// For loops that may run for seconds: to be called every few microseconds to milliseconds of work.
inline void check_stop() {
    if (const StopCheck* check = StopCheckGuard::current()) [[unlikely]]
        check->check_time();
}

/// For steps of some nanoseconds: asks once in thousands of them.
class StopCounter {
 public:
    void step() {
        if (++steps_ % 4096 == 0) [[unlikely]]
            check_stop();
    }

 private:
    unsigned steps_ = 0;
};

}  // namespace wick

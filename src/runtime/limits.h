#pragma once
// The checks that stop a call at its limits.

#include <atomic>
#include <cstdint>

#include <wick/runtime/run_options.h>
#include <wick/tensor/storage.h>

namespace wick::jit {

/// The state of a call that its forked tasks share; lives as long as the last of them.
class CallContext : public RefCounted {
 public:
    explicit CallContext(const RunOptions& options);

    const RunOptions options;
    const IntrusivePtr<MemoryMeter> meter;  ///< null without a memory limit
    const int threads;
    /// True when the clock or the cancel flag must be looked at before every operator.
    const bool watches_time;

    /// Takes up to kSlice steps out of what is left; throws LimitError when there are none, or time is over.
    int64_t take_steps();
    /// Gives back what was taken and not used.
    void return_steps(int64_t steps) { steps_left_.fetch_add(steps, std::memory_order_relaxed); }
    /// Throws LimitError when the deadline has passed or the caller cancelled.
    void check_time() const;

    static constexpr int64_t kSlice = 4096;

 private:
    std::atomic<int64_t> steps_left_;
};

}  // namespace wick::jit

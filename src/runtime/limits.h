#pragma once
// What a call may use, and the checks that stop it.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include <wick/tensor/storage.h>

#include "ops/script_output.h"

namespace wick::jit {

/// Limits and surroundings of one call. A limit reached throws LimitError; the call's values are released as usual.
struct RunOptions {
    int threads = 0;         ///< budget of operators and forks, the calling thread included; 0: what the thread has
    int64_t max_memory = 0;  ///< bytes of tensors (lists, strings approximately) that the call may hold; 0: no limit
    int64_t max_steps = 0;   ///< instructions; 0: no limit
    std::optional<std::chrono::steady_clock::time_point> deadline;
    const std::atomic<bool>* cancel = nullptr;  ///< when it becomes true the call stops (LimitError, kind time)
    int64_t max_depth = 10'000;                 ///< script calls inside each other
    ScriptOutput output;                        ///< of print() and warnings.warn()
};

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

#pragma once
// The checks that stop a call at its limits.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include <wick/runtime/run_options.h>
#include <wick/tensor/storage.h>
#include <wick/types/ivalue.h>

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

    /// Notes a task that the call forked. Only with one thread does it wait for somebody to run it.
    void add_fork(IntrusivePtr<FutureObject> fork);
    /// The end of the call: runs the tasks that nobody has begun and waits for the others, so that nothing of the call
    /// outlives it. Whoever waited for a task had its exception; one that nobody waited for is forgotten with it.
    void finish_forks();
    /// The end of a call that reached a limit: the tasks stop at their next check.
    void stop() { stopped_.store(true, std::memory_order_relaxed); }

    static constexpr int64_t kSlice = 4096;

 private:
    std::atomic<int64_t> steps_left_;
    std::atomic<bool> stopped_{false};
    std::mutex forks_mutex_;
    std::vector<IntrusivePtr<FutureObject>> forks_;
    size_t forks_to_prune_ = 64;  ///< when there are so many, the completed ones are let go
};

}  // namespace wick::jit

#pragma once
// The one worker pool. Work is split only as far as the call's thread budget and the idle workers allow, so busy
// servers parallelise over requests and idle ones inside one.

#include <cstdint>
#include <functional>

#include <wick/support/export.h>
#include <wick/support/function_ref.h>

namespace wick {

/// Threads that the calling code may use, itself included; at least 1. 1 inside a parallel_for body.
WICK_API int max_threads() noexcept;

/// CPUs this process may run on (affinity mask and container CPU quota considered).
WICK_API int available_cpus() noexcept;

/// Process-wide default budget (initially available_cpus(), or WICK_NUM_THREADS). PyTorch's set_num_threads.
WICK_API void set_num_threads(int threads);
WICK_API int get_num_threads() noexcept;

/// Sets the calling thread's budget for its lifetime: `wick run --threads`, a server's per-request budget.
class WICK_API ThreadBudget {
 public:
    explicit ThreadBudget(int threads);
    ~ThreadBudget();
    ThreadBudget(const ThreadBudget&) = delete;
    ThreadBudget& operator=(const ThreadBudget&) = delete;

 private:
    int saved_;
};

/// Calls fn(b, e) on disjoint sub-ranges that cover [begin, end), each at least `grain` long but for the last. The
/// caller works too; idle workers help; the first exception is rethrown after all parts ended.
WICK_API void parallel_for(int64_t begin, int64_t end, int64_t grain, FunctionRef<void(int64_t, int64_t)> fn);

/// Runs `task` on a worker some time later (fork). Never blocks; with a budget of 1 no thread is started for it, so
/// whoever needs the result must be able to run it itself (FutureObject::wait does).
WICK_API void submit(std::function<void()> task);

}  // namespace wick

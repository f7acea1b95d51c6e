#include "runtime/limits.h"

#include <algorithm>

#include <wick/support/check.h>
#include <wick/support/parallel.h>

namespace wick::jit {

CallContext::CallContext(const RunOptions& run_options)
    : meter(run_options.max_memory > 0 ? make_intrusive<MemoryMeter>(run_options.max_memory) : nullptr),
      threads(run_options.threads > 0 ? run_options.threads : max_threads()),
      watches_time(run_options.deadline.has_value() || run_options.cancel != nullptr),
      is_limited(watches_time || run_options.max_steps > 0 || run_options.max_memory > 0),
      options_(run_options),
      steps_left_(run_options.max_steps) {}

void CallContext::keep_options() {
    if (!has_tasks_.exchange(true, std::memory_order_relaxed)) kept_options_ = options_;
}

int64_t CallContext::take_steps(int64_t most) {
    check_stopped();
    if (watches_time) check_time();
    if (options().max_steps <= 0) return most;
    int64_t left = steps_left_.load(std::memory_order_relaxed);
    int64_t taken;
    do {
        if (left <= 0)
            throw LimitError(LimitError::Kind::steps,
                             fmt::format("step limit reached: the program ran {} steps", options().max_steps));
        taken = std::min(left, most);
    } while (!steps_left_.compare_exchange_weak(left, left - taken, std::memory_order_relaxed));
    return taken;
}

void CallContext::check_time() const {
    check_stopped();
    if (options().cancel && options().cancel->load(std::memory_order_relaxed))
        throw LimitError(LimitError::Kind::time, "the call was cancelled");
    if (options().deadline && std::chrono::steady_clock::now() >= *options().deadline)
        throw LimitError(LimitError::Kind::time, "time limit reached: the call's deadline has passed");
}

static LimitError stopped_error() {
    return LimitError(LimitError::Kind::time, "the call that forked this task was stopped at a limit");
}

void CallContext::check_stopped() const {
    if (stopped()) throw stopped_error();
}

const std::exception_ptr& CallContext::stopped_exception() {
    static const std::exception_ptr exception = std::make_exception_ptr(stopped_error());
    return exception;
}

static bool is_completed(const IntrusivePtr<FutureObject>& task) { return task->completed(); }

/// Completed, or nobody else is there to wait for it.
static bool is_out_of_reach(const IntrusivePtr<FutureObject>& await) {
    return await->completed() || await->use_count() == 1;
}

void CallContext::add_fork(IntrusivePtr<FutureObject> fork) {
    std::lock_guard lock(tasks_mutex_);
    keep_options();
    forks_.add(std::move(fork), is_completed);
}

void CallContext::add_await(IntrusivePtr<FutureObject> await) {
    std::lock_guard lock(tasks_mutex_);
    keep_options();
    awaits_.add(std::move(await), is_out_of_reach);
}

void CallContext::finish_tasks() {
    // The first task is this thread's own.
    if (!has_tasks_.load(std::memory_order_relaxed)) return;
    for (;;) {
        std::vector<IntrusivePtr<FutureObject>> tasks;
        {
            std::lock_guard lock(tasks_mutex_);
            tasks.swap(forks_.list);
            if (tasks.empty()) {
                tasks.swap(awaits_.list);
                // One may be what another hangs on.
                while (std::erase_if(tasks, is_out_of_reach) > 0) {
                }
            }
        }
        if (tasks.empty()) return;
        for (const auto& task : tasks) task->complete();
    }
}

}  // namespace wick::jit

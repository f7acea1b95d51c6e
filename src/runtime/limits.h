#pragma once
// The checks that stop a call at its limits.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include <wick/runtime/run_options.h>
#include <wick/support/memory_meter.h>
#include <wick/support/stop_check.h>
#include <wick/types/ivalue.h>

namespace wick::jit {

/// The state of a call that its forked tasks share; lives as long as the last of them.
class CallContext : public RefCounted, public StopCheck {
 public:
    /// `options` stay with the caller; once there are tasks, which may hold the context longer, it has a copy.
    explicit CallContext(const RunOptions& options);

    const RunOptions& options() const { return kept_options_ ? *kept_options_ : options_; }
    const IntrusivePtr<MemoryMeter> meter;  ///< null without a memory limit
    const int threads;
    /// True when the clock or the cancel flag must be looked at before every operator.
    const bool watches_time;
    /// True when there is any limit: long loops inside an operator then ask whether to go on.
    const bool is_limited;

    /// Takes up to `most` steps out of what is left; throws LimitError when there are none, or time is over.
    int64_t take_steps(int64_t most = kSlice);
    /// Gives back what was taken and not used.
    void return_steps(int64_t steps) {
        if (is_limited && options().max_steps > 0) steps_left_.fetch_add(steps, std::memory_order_relaxed);
    }
    /// Throws LimitError when the deadline has passed, the caller cancelled, or the call was stopped.
    void check_time() const override;

    /// Notes a task that the call forked. Only with one thread does it wait for somebody to run it.
    void add_fork(IntrusivePtr<FutureObject> fork);
    /// Notes a task that runs when it is waited for.
    void add_await(IntrusivePtr<FutureObject> await);
    /// The end of the call: runs the tasks that nobody has begun and waits for the others, so that nothing of the call
    /// outlives it. Whoever waited for a task had its exception; one that nobody waited for is forgotten with it. An
    /// Await runs now if the caller could still wait for it.
    void finish_tasks();
    /// The end of a call that reached a limit: the tasks stop at their next check.
    void stop() { stopped_.store(true, std::memory_order_relaxed); }
    bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
    /// What a task ends with that had not begun then: thousands of them must end at once.
    static const std::exception_ptr& stopped_exception();

    static constexpr int64_t kSlice = 4096;

 private:
    void check_stopped() const;
    /// Before the first task.
    void keep_options();

    const RunOptions& options_;
    std::optional<RunOptions> kept_options_;
    std::atomic<int64_t> steps_left_;
    std::atomic<bool> stopped_{false};
    /// Tasks of one kind; from time to time those that need no end are let go.
    struct Tasks {
        std::vector<IntrusivePtr<FutureObject>> list;
        size_t prune_at = 64;
        template <class Done>
        void add(IntrusivePtr<FutureObject> task, Done done) {
            if (list.size() >= prune_at) {
                std::erase_if(list, done);
                prune_at = std::max<size_t>(64, 2 * list.size());
            }
            list.push_back(std::move(task));
        }
    };
    std::atomic<bool> has_tasks_{false};  ///< since the first one
    std::mutex tasks_mutex_;
    Tasks forks_;
    Tasks awaits_;
};

}  // namespace wick::jit

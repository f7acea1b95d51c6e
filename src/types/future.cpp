// Futures: who waits for a task that nobody has begun runs it.

#include <chrono>
#include <thread>
#include <utility>

#include <wick/support/check.h>
#include <wick/support/stop_check.h>
#include <wick/types/ivalue.h>

#include "support/pause.h"

namespace wick {

FutureObject::~FutureObject() = default;

void FutureObject::finish(int state) {
    state_.store(state, std::memory_order_release);
    state_.notify_all();
}

void FutureObject::set_value(IValue value) {
    value_ = std::move(value);
    finish(kValue);
}

void FutureObject::set_error(std::exception_ptr error) {
    error_ = std::move(error);
    finish(kError);
}

void FutureObject::set_task(std::function<void()> task) {
    task_ = std::move(task);
    has_task_ = true;
}

namespace {

/// The tasks that run on this thread, the innermost first.
struct RunningTask {
    const FutureObject* future;
    const RunningTask* outer;
};
thread_local const RunningTask* t_running = nullptr;

bool runs_here(const FutureObject* future) {
    for (const RunningTask* task = t_running; task; task = task->outer) {
        if (task->future == future) return true;
    }
    return false;
}

}  // namespace

void FutureObject::run_task() {
    int expected = kPending;
    // Whoever claims the task empties task_, so only has_task_ may be read before.
    if (!has_task_ || !state_.compare_exchange_strong(expected, kRunning, std::memory_order_acq_rel)) return;
    const RunningTask running{this, t_running};
    t_running = &running;
    std::exchange(task_, {})();
    t_running = running.outer;
}

void FutureObject::complete() {
    run_task();
    if (!completed()) WICK_CHECK(!runs_here(this), "a task waits for its own result");
    // Most tasks are short: looking for their end for a moment takes less than to sleep and be woken.
    for (int look = 0; look < 2000 && !completed(); ++look) pause_briefly();
    // Tasks that wait for each other never end: who can be stopped looks up from time to time.
    std::chrono::microseconds pause{20};
    for (int state; (state = state_.load(std::memory_order_acquire)) < kValue;) {
        if (!StopCheckGuard::current()) {
            state_.wait(state, std::memory_order_acquire);
            continue;
        }
        check_stop();
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, std::chrono::microseconds(2000));
    }
}

const IValue& FutureObject::wait() {
    complete();
    if (error_) std::rethrow_exception(error_);
    // Who can reach the future can reach the value.
    if (is_shared()) share(value_);
    return value_;
}

}  // namespace wick

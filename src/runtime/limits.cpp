#include "runtime/limits.h"

#include <algorithm>

#include <wick/support/check.h>
#include <wick/support/parallel.h>

namespace wick::jit {

CallContext::CallContext(const RunOptions& run_options)
    : options(run_options),
      meter(options.max_memory > 0 ? make_intrusive<MemoryMeter>(options.max_memory) : nullptr),
      threads(options.threads > 0 ? options.threads : max_threads()),
      watches_time(options.deadline.has_value() || options.cancel != nullptr),
      steps_left_(options.max_steps) {}

int64_t CallContext::take_steps() {
    if (stopped_.load(std::memory_order_relaxed))
        throw LimitError(LimitError::Kind::time, "the call that forked this task was stopped at a limit");
    if (watches_time) check_time();
    if (options.max_steps <= 0) return kSlice;
    int64_t left = steps_left_.load(std::memory_order_relaxed);
    int64_t taken;
    do {
        if (left <= 0)
            throw LimitError(LimitError::Kind::steps,
                             fmt::format("step limit reached: the program ran {} steps", options.max_steps));
        taken = std::min(left, kSlice);
    } while (!steps_left_.compare_exchange_weak(left, left - taken, std::memory_order_relaxed));
    return taken;
}

void CallContext::check_time() const {
    if (options.cancel && options.cancel->load(std::memory_order_relaxed))
        throw LimitError(LimitError::Kind::time, "the call was cancelled");
    if (options.deadline && std::chrono::steady_clock::now() >= *options.deadline)
        throw LimitError(LimitError::Kind::time, "time limit reached: the call's deadline has passed");
}

void CallContext::add_fork(IntrusivePtr<FutureObject> fork) {
    std::lock_guard lock(forks_mutex_);
    if (forks_.size() >= forks_to_prune_) {
        std::erase_if(forks_, [](const auto& future) { return future->completed(); });
        forks_to_prune_ = std::max<size_t>(64, 2 * forks_.size());
    }
    forks_.push_back(std::move(fork));
}

void CallContext::finish_forks() {
    for (;;) {
        std::vector<IntrusivePtr<FutureObject>> forks;
        {
            std::lock_guard lock(forks_mutex_);
            forks.swap(forks_);
        }
        if (forks.empty()) return;
        for (const auto& fork : forks) {
            try {
                fork->wait();
            } catch (...) {
            }
        }
    }
}

}  // namespace wick::jit

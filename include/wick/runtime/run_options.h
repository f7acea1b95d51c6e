#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace wick::jit {

/// How one call may run. Limits stop any program cleanly with a LimitError; forked tasks share the call's limits.
struct RunOptions {
    /// Threads the call may use, itself included; 0: the calling thread's budget (support/parallel.h).
    int threads = 0;
    /// Bytes of tensors (and, roughly, of lists, dicts and strings) that the call may hold at once; 0: no limit.
    int64_t max_memory = 0;
    /// Instructions of the program that may be executed; 0: no limit.
    int64_t max_steps = 0;
    /// Wall-clock time after which the call is stopped.
    std::optional<std::chrono::steady_clock::duration> timeout;
    /// Set from any thread to stop the call.
    const std::atomic<bool>* cancel = nullptr;
    /// Script calls that may be nested.
    int max_depth = 10000;
};

}  // namespace wick::jit

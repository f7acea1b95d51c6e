#pragma once
// How one call may run.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include <wick/ops/script_output.h>

namespace wick::jit {

/// Limits and surroundings of one call. A limit stops any program cleanly: LimitError, and the call's values are
/// released as usual. Tasks that the call forks share its limits, and have ended when it returns.
struct RunOptions {
    int threads = 0;         ///< budget of operators and forks, the calling thread included; 0: what the thread has
    int64_t max_memory = 0;  ///< bytes of the values that the call makes and holds (about); 0: no limit
    int64_t max_steps = 0;   ///< instructions; 0: no limit
    std::optional<std::chrono::steady_clock::time_point> deadline;
    const std::atomic<bool>* cancel = nullptr;  ///< when it becomes true the call stops (LimitError, kind time)
    int64_t max_depth = 10'000;                 ///< script calls inside each other
    ScriptOutput output;                        ///< of print() and warnings.warn()
};

}  // namespace wick::jit

#pragma once
// What calls of operators do beside computing, thread by thread: one word, so that asking costs one read.

#include <cstdint>

namespace wick {

struct CallMode {
    static constexpr uint8_t kGradients = 1;  ///< GradMode
    static constexpr uint8_t kTracing = 2;    ///< trace/tracer.h
    static constexpr uint8_t kAutocast = 4;   ///< wick/ops/autocast.h
    static constexpr uint8_t kProfiling = 8;  ///< ops/profiler.h
    /// Those in which somebody stands before the call (ops/call_handler.h); a higher bit stands before a lower one.
    static constexpr uint8_t kHandled = kTracing | kAutocast | kProfiling;
    static uint8_t current();
    static void set(uint8_t bit, bool on);
};

}  // namespace wick

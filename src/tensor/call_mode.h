#pragma once
// What calls of operators do beside computing, thread by thread: one word, so that asking costs one read.

#include <cstdint>

namespace wick {

struct CallMode {
    static constexpr uint8_t kGradients = 1;  ///< GradMode
    static constexpr uint8_t kTracing = 2;    ///< ops/tracing.h
    static uint8_t current();
    static void set(uint8_t bit, bool on);
};

}  // namespace wick

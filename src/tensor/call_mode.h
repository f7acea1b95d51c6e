#pragma once
// What calls of operators do beside computing: one word, so that asking is nothing.

#include <cstdint>

namespace wick {

struct CallMode {
    static constexpr uint8_t kGradients = 1;   ///< GradMode
    static constexpr uint8_t kSparse = 2;      ///< look for sparse arguments (ops/sparse_call.h)
    static constexpr uint8_t kTracing = 4;     ///< trace/tracer.h
    static constexpr uint8_t kBatched = 8;     ///< batching/levels.h
    static constexpr uint8_t kAutocast = 16;   ///< wick/ops/autocast.h
    static constexpr uint8_t kProfiling = 32;  ///< ops/profiler.h
    static constexpr uint8_t kMeta = 64;       ///< look for the meta device (ops/meta_call.h)
    static constexpr uint8_t kDispatch = 128;  ///< python/dispatch.cpp
    /// Those in which somebody stands before the call (ops/call_handler.h); a higher bit stands before a lower one.
    static constexpr uint8_t kHandled = kTracing | kBatched | kAutocast | kProfiling | kDispatch;
    /// Those in which a call is not just its kernel, or its record.
    static constexpr uint8_t kSpecial = kHandled | kSparse | kMeta;
    /// Of this thread.
    static uint8_t current();
    static void set(uint8_t bit, bool on);
    /// The first sparse tensor of the process, or meta device: kSparse or kMeta is on from now on, for every thread.
    static void meet(uint8_t bit);
};

}  // namespace wick

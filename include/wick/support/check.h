#pragma once
// Formatting and checks. The operands of a message are evaluated only on failure.

#include <fmt/format.h>

#include <wick/support/error.h>

/// Throws OpError with a formatted message unless `condition` holds: the caller's arguments are wrong.
#define WICK_CHECK(condition, ...)                             \
    do {                                                       \
        if (!(condition)) [[unlikely]]                         \
            throw ::wick::OpError(::fmt::format(__VA_ARGS__)); \
    } while (false)

/// Throws IndexError with a formatted message unless `condition` holds.
#define WICK_CHECK_INDEX(condition, ...)                          \
    do {                                                          \
        if (!(condition)) [[unlikely]]                            \
            throw ::wick::IndexError(::fmt::format(__VA_ARGS__)); \
    } while (false)

/// Throws InternalError unless `condition` holds: wick itself is wrong.
#define WICK_ASSERT(condition)                                                                                        \
    do {                                                                                                              \
        if (!(condition)) [[unlikely]]                                                                                \
            throw ::wick::InternalError(::fmt::format("internal error: {} ({}:{})", #condition, __FILE__, __LINE__)); \
    } while (false)

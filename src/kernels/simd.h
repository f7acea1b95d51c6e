#pragma once
// Which instruction sets the kernels are compiled for. Include before any Highway header in every file that is
// compiled once per target. x86: SSE4 (2008), AVX2 with FMA (2013), AVX-512 (2017); a binary holds all three and
// picks one at run time. Arm: NEON. Targets in between, and scalable vectors, would only add size.

#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif

// Full unrolling of a loop with a constant trip count, so that an array of vectors becomes registers.
#if defined(__clang__)
#define WICK_UNROLL _Pragma("clang loop unroll(full)")
#else
#define WICK_UNROLL _Pragma("GCC unroll 64")
#endif

// Inside a template over T (float or double): calls the exported function of that type for the running machine.
#define WICK_DISPATCH(name, ...)                                  \
    [&] {                                                         \
        if constexpr (sizeof(T) == 4)                             \
            return HWY_DYNAMIC_DISPATCH(name##_f32)(__VA_ARGS__); \
        else                                                      \
            return HWY_DYNAMIC_DISPATCH(name##_f64)(__VA_ARGS__); \
    }()

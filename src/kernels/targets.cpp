// The run-time half of Highway: which instruction sets this machine has, and which one the kernels use. Highway's own
// library answers the same questions, but Debian ships it as a shared one only; with this file the headers suffice.

#include "kernels/targets.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <hwy/targets.h>

#include "kernels/simd.h"

#if HWY_ARCH_X86
#include <cpuid.h>
#endif

namespace hwy {
namespace {

int64_t detect_targets() {
    // The scalar target of x86, and the one of every architecture that has only one.
    int64_t targets = HWY_STATIC_TARGET;
#if HWY_ARCH_X86
    // Each set in turn, with what Highway lets the compiler use in it. The system's consent to wide registers is part
    // of what the builtin tells.
    __builtin_cpu_init();
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    __get_cpuid(1, &eax, &ebx, &ecx, &edx);
    if (!__builtin_cpu_supports("sse4.1") || !__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("pclmul") ||
        !__builtin_cpu_supports("aes"))
        return targets;
    targets |= HWY_SSE4;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !(ecx & bit_F16C))
        return targets;
    targets |= HWY_AVX2;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512bw"))
        return targets;
    targets |= HWY_AVX3;
#endif
    return targets;
}

int64_t targets_for_test = 0;

}  // namespace

int64_t SupportedTargets() {
    static const int64_t targets = detect_targets();
    return targets_for_test ? targets_for_test : targets;
}

void SetSupportedTargetsForTest(int64_t targets) { targets_for_test = targets; }

ChosenTarget& GetChosenTarget() {
    static ChosenTarget chosen;
    return chosen;
}

// A failed HWY_DASSERT of a debug build.
void Abort(const char* file, int line, const char* format, ...) {
    std::fprintf(stderr, "%s:%d: ", file, line);
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fputc('\n', stderr);
    std::abort();
}

}  // namespace hwy

namespace wick::kernels {

void choose_target() { hwy::GetChosenTarget().Update(hwy::SupportedTargets()); }

}  // namespace wick::kernels

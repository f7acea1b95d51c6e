// Highway for the target that is being compiled; included in place of <hwy/highway.h>.
//
// What machines without any of the instruction sets run (HWY_SCALAR) is compiled for size, and for those of before 2013
// (HWY_SSE4) loops are not unrolled on suspicion: they would be half of the kernels.
#include <hwy/highway.h>

#if defined(__OPTIMIZE__) && defined(__GNUC__) && !defined(__clang__)
#if HWY_TARGET == HWY_SCALAR
#undef HWY_BEFORE_NAMESPACE
#undef HWY_AFTER_NAMESPACE
#define HWY_BEFORE_NAMESPACE() \
    _Pragma("GCC push_options") _Pragma("GCC optimize(\"Os\")") static_assert(true, "for the semicolon")
#define HWY_AFTER_NAMESPACE() _Pragma("GCC pop_options") static_assert(true, "for the semicolon")
#elif HWY_TARGET == HWY_SSE4
#undef HWY_BEFORE_NAMESPACE
#define HWY_BEFORE_NAMESPACE()          \
    HWY_PUSH_ATTRIBUTES(HWY_TARGET_STR) \
    _Pragma("GCC optimize(\"O2\")") static_assert(true, "for the semicolon")
#endif
#endif

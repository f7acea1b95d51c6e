// Highway for the target that is being compiled; included in place of <hwy/highway.h>.
//
// What machines without any of the instruction sets run (HWY_SCALAR) is compiled for size: nobody waits for it, and it
// would be a quarter of the kernels.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_SCALAR && defined(__OPTIMIZE__) && defined(__GNUC__) && !defined(__clang__)
#undef HWY_BEFORE_NAMESPACE
#undef HWY_AFTER_NAMESPACE
#define HWY_BEFORE_NAMESPACE() \
    _Pragma("GCC push_options") _Pragma("GCC optimize(\"Os\")") static_assert(true, "for the semicolon")
#define HWY_AFTER_NAMESPACE() _Pragma("GCC pop_options") static_assert(true, "for the semicolon")
#endif

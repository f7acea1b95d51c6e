#pragma once
// Waiting for another thread by looking again and again.

namespace wick {

/// Between two looks: leaves the processor's other thread its share.
inline void pause_briefly() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}  // namespace wick

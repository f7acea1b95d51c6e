#include <cstddef>
#include <cstdint>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    wick::fuzz::source({reinterpret_cast<const char*>(data), size});
    return 0;
}

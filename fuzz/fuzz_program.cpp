#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mutator.h"
#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    wick::fuzz::program({reinterpret_cast<const char*>(data), size});
    return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

size_t put(const std::string& text, uint8_t* out, size_t max_size) {
    const size_t size = std::min(text.size(), max_size);
    std::memcpy(out, text.data(), size);
    return size;
}

std::string_view view(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace

/// Texts are changed by words and lines, and sometimes by bytes, as choices in the grammar always are.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
    if (size == 0 || data[0] == 0)
        return size < 2 ? LLVMFuzzerMutate(data, size, max_size)
                        : 1 + LLVMFuzzerMutate(data + 1, size - 1, max_size - 1);
    if (seed % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
    return put(wick::fuzz::Mutator(seed).text(view(data, size), view(data, size)), data, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data, size_t size, const uint8_t* other, size_t other_size,
                                            uint8_t* out, size_t max_size, unsigned int seed) {
    return put(wick::fuzz::Mutator(seed).text(view(data, size), view(other, other_size)), out, max_size);
}

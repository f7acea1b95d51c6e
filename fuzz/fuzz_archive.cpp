#include <cstddef>
#include <cstdint>
#include <cstring>

#include "rebuild.h"
#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    wick::fuzz::archive({reinterpret_cast<const char*>(data), size});
    return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

/// Mostly changes one record and wraps it again; sometimes, and when the container is broken already, any byte.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
    if (seed % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
    const std::string rebuilt = wick::fuzz::with_changed_record(
        {reinterpret_cast<const char*>(data), size}, seed / 16, [&](std::string_view record) {
            std::string changed(record);
            changed.resize(record.size() + 64);
            changed.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(changed.data()), record.size(), changed.size()));
            return changed;
        });
    if (rebuilt.empty() || rebuilt.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::memcpy(data, rebuilt.data(), rebuilt.size());
    return rebuilt.size();
}

#pragma once
// Elements that are moved, not looked at: of which only the size counts.

#include <cstdint>

namespace wick::ops {

/// Calls f.operator()<E>() with a type of that many bytes: 1, 2, 4, 8 or 16.
template <class F>
decltype(auto) with_element_of_size(int64_t bytes, F&& f) {
    struct Sixteen {
        uint64_t words[2];
    };
    switch (bytes) {
        case 1:
            return f.template operator()<uint8_t>();
        case 2:
            return f.template operator()<uint16_t>();
        case 4:
            return f.template operator()<uint32_t>();
        case 8:
            return f.template operator()<uint64_t>();
        default:
            return f.template operator()<Sixteen>();
    }
}

}  // namespace wick::ops

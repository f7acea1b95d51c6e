#pragma once
// 16-bit floats. Arithmetic happens in float32; these only store.

#include <bit>
#include <cstdint>

namespace wick {

/// IEEE 754 binary16, conversion rounds to nearest even; NaN becomes quiet and keeps its upper bits, as machines do it.
struct Half {
    uint16_t bits = 0;
    Half() = default;
    explicit Half(float value) : bits(from_float(value)) {}
    operator float() const { return to_float(bits); }

    static float to_float(uint16_t h) {
        const uint32_t sign = static_cast<uint32_t>(h & 0x8000u) << 16;
        const uint32_t magnitude = h & 0x7fffu;
        if (magnitude >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
        if (magnitude < 0x0400u) {
            const float value = static_cast<float>(magnitude) * 0x1p-24f;
            return sign ? -value : value;
        }
        return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000u));
    }
    static uint16_t from_float(float value) {
        const uint32_t bits = std::bit_cast<uint32_t>(value);
        const uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
        const uint32_t magnitude = bits & 0x7fffffffu;
        if (magnitude > 0x7f800000u) return sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu);
        if (magnitude >= 0x477ff000u) return sign | 0x7c00u;
        if (magnitude < 0x38800000u) {
            // Subnormal: adding 0.5 makes the float unit round the value to a multiple of 2^-24.
            const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
            return sign | static_cast<uint16_t>(std::bit_cast<uint32_t>(shifted) - 0x3f000000u);
        }
        const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
        return sign | static_cast<uint16_t>((rounded - 0x38000000u) >> 13);
    }
};

/// The upper half of a binary32, conversion rounds to nearest even; every NaN becomes 0x7fc0.
struct BFloat16 {
    uint16_t bits = 0;
    BFloat16() = default;
    explicit BFloat16(float value) : bits(from_float(value)) {}
    operator float() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

    static uint16_t from_float(float value) {
        const uint32_t bits = std::bit_cast<uint32_t>(value);
        if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0u;
        return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    }
};

}  // namespace wick

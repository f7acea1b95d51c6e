#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <wick/support/export.h>

namespace wick {

enum class DeviceType : int8_t { cpu = 0, cuda = 1, meta = 14 };
inline constexpr DeviceType kCPU = DeviceType::cpu, kCUDA = DeviceType::cuda, kMeta = DeviceType::meta;

namespace cuda {
constexpr bool is_available() { return false; }
}  // namespace cuda

/// Where a tensor lives. Programs may name any device; wick computes on the CPU, and asking for another is an error
/// at the operator that would allocate there.
struct WICK_API Device {
    DeviceType type = DeviceType::cpu;
    int8_t index = -1;

    constexpr Device(DeviceType type = DeviceType::cpu, int8_t index = -1) : type(type), index(index) {}
    explicit Device(std::string_view text) : Device(parse(text)) {}
    /// "cpu", "cuda:0", …; throws OpError on anything else.
    static Device parse(std::string_view text);
    std::string str() const;
    bool operator==(const Device&) const = default;
};

}  // namespace wick

#include <algorithm>
#include <array>
#include <charconv>

#include <wick/support/check.h>
#include <wick/tensor/device.h>

#include "tensor/call_mode.h"

namespace wick {

namespace {

/// Under each type's number PyTorch's name of it; empty: no text names it.
constexpr std::array<std::string_view, 21> kNames = {
    "cpu", "cuda", "mkldnn", "opengl", "opencl", "ideep", "hip",  "fpga", "maia", "xla",          "vulkan",
    "",    "xpu",  "mps",    "meta",   "hpu",    "ve",    "lazy", "ipu",  "mtia", "privateuseone"};

}  // namespace

Device Device::parse(std::string_view text) {
    const size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    Device device;
    const auto* found = kind.empty() ? kNames.end() : std::find(kNames.begin(), kNames.end(), kind);
    if (found == kNames.end())
        throw OpError(
            fmt::format("Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, "
                        "lazy, vulkan, "
                        "mps, meta, hpu, mtia, privateuseone device type at start of device string: {}",
                        kind));
    device.type = static_cast<DeviceType>(found - kNames.begin());
    if (device.type == DeviceType::meta) CallMode::meet(CallMode::kMeta);
    if (colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        int index = -1;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        WICK_CHECK(error == std::errc() && end == digits.data() + digits.size() && index >= 0 && index < 128,
                   "Invalid device string: '{}'", text);
        device.index = static_cast<int8_t>(index);
    }
    return device;
}

std::string Device::str() const {
    std::string name(kNames.at(static_cast<size_t>(type)));
    if (index >= 0) name += fmt::format(":{}", static_cast<int>(index));
    return name;
}

}  // namespace wick

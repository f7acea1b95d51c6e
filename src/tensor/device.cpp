#include <charconv>

#include <wick/support/check.h>
#include <wick/tensor/device.h>

#include "tensor/call_mode.h"

namespace wick {

Device Device::parse(std::string_view text) {
    const size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    Device device;
    if (kind == "cpu") {
        device.type = DeviceType::cpu;
    } else if (kind == "cuda") {
        device.type = DeviceType::cuda;
    } else if (kind == "meta") {
        device.type = DeviceType::meta;
        CallMode::meet(CallMode::kMeta);
    } else {
        throw OpError(fmt::format("Expected one of cpu, cuda, meta device type at start of device string: {}", text));
    }
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
    std::string name = type == DeviceType::cpu ? "cpu" : type == DeviceType::cuda ? "cuda" : "meta";
    if (index >= 0) name += fmt::format(":{}", static_cast<int>(index));
    return name;
}

}  // namespace wick

#include "ops/recorded.h"

namespace wick::ops::recorded {

Tensor call_with(std::string_view name, std::span<const IValue> arguments) {
    return jit::call_operator(name, {arguments.begin(), arguments.end()}).to_tensor();
}

}  // namespace wick::ops::recorded

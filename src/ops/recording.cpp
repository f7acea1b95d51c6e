#include "ops/recording.h"

namespace wick::jit {

bool wants_gradient(Args args) {
    for (size_t i = 0; i < args.size(); ++i) {
        const IValue& value = args[i];
        if (value.is_tensor() && value.tensor_ref().requires_grad()) return true;
        if (!value.is_list()) continue;
        const SharedRead guard(value.to_list());
        for (const IValue& item : value.to_list().items) {
            if (!item.is_tensor() && !item.is_none()) break;  // a list of numbers
            if (item.is_tensor() && item.tensor_ref().requires_grad()) return true;
        }
    }
    return false;
}

}  // namespace wick::jit

#pragma once
// What autocast does with the arguments of an operator.

#include <wick/ops/autocast.h>

#include "ops/registry.h"

namespace wick::jit {

enum class CastPolicy : uint8_t {
    none,             ///< the operator gets its arguments as they are
    lower_precision,  ///< float32 becomes the mode's dtype
    float32,          ///< dtypes of 16 bits become float32
    widest,           ///< float32 where one of the arguments is, else the mode's dtype
};

CastPolicy cast_policy(const Operator& op);
/// The tensors among the values, and in lists of tensors among them, become what the operator is to get.
void cast_for(const Operator& op, IValue* values, size_t count);

}  // namespace wick::jit

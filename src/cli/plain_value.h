#pragma once

#include <wick/types/ivalue.h>

namespace wick::cli {

/// The value as torch.load(weights_only=True) can read it: named tuples as tuples, objects as dicts of their attributes, enum
/// members as their value. Futures are waited for.
IValue plain_value(const IValue& value);

}  // namespace wick::cli

#pragma once

#include <wick/types/ivalue.h>

namespace wick::cli {

/// A copy of the value as torch.load(weights_only=True) can read it: named tuples as tuples, objects as dicts of their
/// attributes, enum members as their value, tensors dense. Futures are waited for. Later calls of the program that made
/// the value don't change the copy.
IValue plain_value(const IValue& value);

}  // namespace wick::cli

#pragma once
// `==` and `<` between elements of lists, as TorchScript's list methods use them.

#include <vector>

#include <wick/types/ivalue.h>

namespace wick::jit {

/// IValue::equals, but two tensors are equal when all their elements are.
bool values_equal(const IValue& a, const IValue& b);
/// Numbers, strings, lists and tuples (lexicographically), one-element tensors, objects with __lt__.
bool value_less(const IValue& a, const IValue& b);
/// Stable; safe with a `<` that is no order (NaN, a script's own __lt__).
void sort_values(std::vector<IValue>& items, bool reverse);

}  // namespace wick::jit

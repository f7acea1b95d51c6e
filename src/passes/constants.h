#pragma once
// Constants as passes compare them.

#include "ir/graph.h"

namespace wick::jit {

/// Whether no program can tell two equal values of the type apart or change one: numbers, strings, None, devices,
/// enums, functions, and tuples and optionals of such. Tensors, lists, dicts and objects are mutable.
bool is_immutable(const Type& type);

/// Whether one constant node can stand for the other: same type and same value, for mutable values and (as in PyTorch)
/// enum members the same object.
bool same_constant(const Node* a, const Node* b);
/// Consistent with same_constant.
size_t hash_constant(const Node* node);

}  // namespace wick::jit

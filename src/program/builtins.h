#pragma once
// Names that a program has without importing anything.

#include <string>
#include <vector>

#include "program/thing.h"

namespace wick::jit {

/// `int`, `print`, `ValueError`, …; false when Python has no such name, or wick doesn't know it.
bool find_builtin(const std::string& name, IValue& out);
std::vector<std::string> builtin_names();
/// `...`.
IValue ellipsis();

}  // namespace wick::jit

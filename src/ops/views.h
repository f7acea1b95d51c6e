#pragma once
// The views that register_views (families.h) leaves to files of their own.

#include "ops/registry.h"

namespace wick::jit {

void register_splitting(Registry& ops);
void register_element_views(Registry& ops);

}  // namespace wick::jit

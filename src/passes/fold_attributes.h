#pragma once

#include <set>
#include <string>
#include <utility>

#include "ir/graph.h"

namespace wick::jit {

/// Attributes of objects, by name.
using AttributePlaces = std::set<std::pair<const ScriptObject*, std::string>>;

/// All attributes of a module and of the modules below it.
void add_all_attributes(const ScriptObject& module, AttributePlaces& places);

/// The attributes of `self`, which is the graph's first input, and of modules below it that the graph may change: by
/// assignment, in place (of the value or of a view of it), or in code that it does not show. Of a module that is used
/// otherwise than for its attributes, all.
AttributePlaces changed_attributes(const Graph& graph, const ScriptObject& self);

/// What the graph reads of `self` and of modules below it becomes constants, but for `kept` attributes and values that
/// no constant can hold. Constants need no gradients. For graphs without calls (inline_calls). Reads of modules go when
/// dead code does.
bool fold_attributes(Graph& graph, const ScriptObject& self, const AttributePlaces& kept);

}  // namespace wick::jit

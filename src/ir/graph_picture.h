#pragma once
// A graph as a picture: a box for each operation, lines for the data that flows between them from top to bottom, frames
// around the blocks of branches and loops. Constants and attributes of modules stand in the boxes that use them.

#include <string>

#include "ir/graph.h"

namespace wick::jit {

/// An SVG document. The printed form of a node shows when the pointer rests on its box.
std::string graph_svg(const Graph& graph);

}  // namespace wick::jit

#pragma once

namespace wick::kernels {

/// Picks the instruction set for this machine now; otherwise the first kernel that is called does.
void choose_target();

}  // namespace wick::kernels

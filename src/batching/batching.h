#pragma once
// What becomes of calls while levels are open.

#include <string>
#include <vector>

#include "ops/call_handler.h"

namespace wick::batching {

jit::CallHandler& call_handler();

/// The operators that were called for one tensor after the other on this thread, having no rule, since it was last
/// asked: each once, in order.
std::vector<std::string> take_looped();

}  // namespace wick::batching

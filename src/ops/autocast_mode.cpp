// What asking about the mode needs; autocast.cpp has what it does.
#include <wick/ops/autocast.h>

#include "tensor/call_mode.h"

namespace wick {

static thread_local DType t_dtype = DType::bfloat16;
static thread_local bool t_cache_enabled = true;

bool AutocastMode::is_enabled() { return (CallMode::current() & CallMode::kAutocast) != 0; }
DType AutocastMode::dtype() { return t_dtype; }
void AutocastMode::set_dtype(DType dtype) { t_dtype = dtype; }
bool AutocastMode::is_cache_enabled() { return t_cache_enabled; }
void AutocastMode::set_cache_enabled(bool enabled) { t_cache_enabled = enabled; }

}  // namespace wick

#include "ops/tracing.h"

#include <utility>

#include "support/thread_value.h"

namespace wick::jit {

static thread_local ThreadValue<std::vector<Value*>> t_arguments;

TracedArguments::TracedArguments(std::vector<Value*> values) { *t_arguments = std::move(values); }
TracedArguments::~TracedArguments() { t_arguments->clear(); }
std::vector<Value*> TracedArguments::take() { return std::exchange(*t_arguments, {}); }

}  // namespace wick::jit

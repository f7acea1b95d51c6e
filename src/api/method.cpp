#include <wick/api/module.h>

#include "archive/source_export.h"
#include "ir/compilation_unit.h"
#include "ir/graph.h"
#include "passes/inline_calls.h"
#include "runtime/interpreter.h"

namespace wick::jit {

Method::Method(std::shared_ptr<CompilationUnit> unit, IntrusivePtr<ScriptObject> self, IntrusivePtr<Function> function)
    : unit_(std::move(unit)), self_(std::move(self)), function_(std::move(function)), name_(function_->name()) {}

const Schema& Method::schema() const { return function_->schema(); }

IValue Method::operator()(std::vector<IValue> arguments, const Kwargs& kwargs, const RunOptions& options) const {
    arguments.insert(arguments.begin(), IValue(self_));
    return unshared(run(*function_, bind_arguments(function_->schema(), std::move(arguments), kwargs), options));
}

std::string Method::code() const { return method_source(*function_).code; }
std::string Method::graph() const { return function_->graph()->str(); }
std::string Method::inlined_graph() const { return inlined(*function_->graph())->str(); }

}  // namespace wick::jit

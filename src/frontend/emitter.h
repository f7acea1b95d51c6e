#pragma once
// Syntax trees to graphs: names are resolved, types checked, overloads chosen, sugar taken apart.

#include <cstdint>
#include <memory>
#include <string>

#include <wick/types/function.h>

#include "frontend/ast.h"
#include "frontend/resolver.h"
#include "ir/graph.h"

namespace wick::jit {

/// Compiles a `def` into `function`: sets its schema and its graph (in SSA form, cleaned up). With `self_type`, the first
/// parameter is of that type. `version`: of the archive that the text stands in (see upgraders.h). Throws CompileError.
void emit_function(Function& function, const ast::FunctionDef& def, Resolver& resolver, const TypePtr& self_type = {},
                   int64_t version = kCurrentVersion);

/// The schema of a function that is called at `range`. A body that must be compiled for it and does not compile is an error
/// that shows the call too; a body that is being compiled is recursion. CompileError.
const Schema& schema_for_call(Function& callee, const SourceRange& range);

/// Compiles the one `def` in `text`, whose names are operators only (`torch.…`, builtins): composites, upgraders.
IntrusivePtr<Function> compile_operator_text(std::string_view text, const std::string& source_name);

/// Copies the nodes of `callee` to the insertion point of `graph`, with `inputs` for its inputs; returns its outputs.
std::vector<Value*> inline_graph(Graph& graph, const Graph& callee, const std::vector<Value*>& inputs);

}  // namespace wick::jit

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

/// Compiles a `def` into `function`: sets its schema and its graph (in SSA form, cleaned up). `signature` has a type
/// for each parameter (parse_signature); without a declared result the body says what it is. A function may call itself
/// from where its result is known: declared, or shown by a return statement before. `version`: of the archive that the
/// text stands in (see upgraders.h). With `initialized`, the def is the `__init__` of that class, and an assignment to
/// an unknown attribute of its object adds the attribute to the class. Throws CompileError.
void emit_function(Function& function, const ast::FunctionDef& def, Schema signature, Resolver& resolver,
                   int64_t version = kCurrentVersion, ClassType* initialized = nullptr);

/// The schema of a function that is called at `range`. A body that must be compiled for it and does not compile is an
/// error that shows the call too; a body that is being compiled is recursion. CompileError.
const Schema& schema_for_call(Function& callee, const SourceRange& range);

/// Compiles the one `def` in `text`, whose names are operators only (`torch.…`, builtins): composites, upgraders,
/// derivatives. Its parameters are what `signature` says, or without one what the text says.
IntrusivePtr<Function> compile_operator_text(std::string_view text, const std::string& source_name,
                                             int64_t first_line = 1, const Schema* signature = nullptr);

/// Copies the nodes of `callee` to the insertion point of `graph`, with `inputs` for its inputs; returns its outputs.
std::vector<Value*> inline_graph(Graph& graph, const Graph& callee, const std::vector<Value*>& inputs);

}  // namespace wick::jit

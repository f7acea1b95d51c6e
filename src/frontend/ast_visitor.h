#pragma once
// Walking over syntax trees.

#include <functional>

#include "frontend/ast.h"

namespace wick::jit {

/// Calls `visit` on every expression in the statements, outermost first; false from it skips what is inside. Bodies of
/// nested functions and classes, annotations, defaults and decorators are part of it.
void visit_expressions(const ast::Block& block, const std::function<bool(const ast::Expr&)>& visit);

/// As above, of one expression.
void visit_expressions(const ast::Expr& expr, const std::function<bool(const ast::Expr&)>& visit);

}  // namespace wick::jit

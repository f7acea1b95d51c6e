#pragma once
// Expressions whose value is known without running anything: defaults of parameters, constants of classes, members of
// enums.

#include <wick/types/ivalue.h>

#include "frontend/ast.h"
#include "frontend/resolver.h"

namespace wick::jit {

/// The value of literals, signed and complex numbers, lists, tuples, named ones too, dicts, inf, nan, annotate(T, x),
/// enum members and entries of an archive's CONSTANTS. With a `type`, ints become floats where it says so and the value
/// must be of that type. CompileError otherwise.
IValue evaluate_constant(const ast::Expr& expr, const TypePtr& type, Resolver& resolver);

}  // namespace wick::jit

#pragma once
// Binding the type variables of generic schemas: `t` in aten::append.t(t[](a!) self, t(c -> *) el).

#include <map>
#include <string>

#include <wick/support/export.h>
#include <wick/types/type.h>

namespace wick::jit {

/// Variable name → the type it stands for in one call.
using TypeVariables = std::map<std::string, TypePtr>;

/// Binds the variables in `formal` so that it fits `actual`; variables already bound are unified. False, with the
/// reason in `why` when that is not null, if it cannot be done.
WICK_API bool bind_type_variables(const TypePtr& formal, const TypePtr& actual, TypeVariables& variables,
                                  std::string* why = nullptr);

/// `type` with its variables replaced; null when one of them is not bound.
WICK_API TypePtr substitute_type_variables(const TypePtr& type, const TypeVariables& variables);

}  // namespace wick::jit

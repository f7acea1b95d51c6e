#pragma once
// What a value is an instance of: type(), isinstance() and super().

#include <vector>

#include "program/classes.h"

namespace wick::jit {

/// The class that a value is an instance of, where a program can name it; null otherwise.
ClassThing* class_of(Session& session, const IValue& value);
bool is_instance(Session& session, const IValue& value, const IValue& type);
/// super(), or super(Class, self), inside of an interpreted method.
IValue make_super(Session& session, Scope& scope, const std::vector<IValue>& arguments);

}  // namespace wick::jit

#pragma once
// What a call with a memory limit pays for the values that its program makes.
//
// The bytes of tensors count where they are allocated. Everything else (lists, dicts, tuples, strings, objects, the
// heads of tensors) counts when the instruction is done that made it or let it grow, and is given back when it goes
// (RefCounted::charge). What an argument brings along is not counted.

#include "ops/registry.h"

namespace wick::jit {

/// Counts `value`, if an instruction has just made it, and what it made with it: that which hangs on nobody else and is
/// not counted yet. Throws LimitError.
void charge_new(const IValue& value);

/// Bytes of the object itself, about, without those that it refers to and without a tensor's elements.
int64_t footprint(const IValue& value);
/// Counts by how much a container has grown since its footprint was `before`. Throws LimitError.
void charge_growth(const IValue& container, int64_t before);

/// Runs an operator's kernel, and counts its results and by how much it changed the containers that it writes to.
void call_metered(const Operator& op, Args args, IValue* results);

}  // namespace wick::jit

#pragma once
// Calls with a sparse tensor among their arguments. Kernels read elements where strides say they lie, so they never see
// one: `Operator::call` leads such calls here as soon as the process has made a sparse tensor (CallMode::kSparse).

#include "ops/op_errors.h"
#include "ops/registry.h"

namespace wick::jit {

/// Whether a sparse tensor stands, alone or in a list, where the schema wants a tensor or a number. Those in the place
/// of a value of any type are passed on like any value.
bool is_sparse_call(const Operator& op, Args args);
/// By the operator's body for sparse tensors (OperatorEntry::sparse), or that of the operator whose in-place or out=
/// variant it is; NotImplementedError where there is none.
void call_sparse(const Operator& op, Args args, IValue* results);

/// What an in-place operator does with the value that was computed for `self`, where one of them is sparse.
void overwrite_sparse(const Tensor& self, const Tensor& value);

}  // namespace wick::jit

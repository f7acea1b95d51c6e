#pragma once
// What container instructions make.

#include <vector>

#include <wick/types/ivalue.h>

namespace wick::jit {

/// A new instance of a class type; all its slots are None.
IValue create_object(const TypePtr& type);
/// {key, value, key, value, …}
IValue create_dict(const Type& type, std::vector<IValue> keys_and_values);
/// Elements [begin, end) as a plain tuple.
IValue slice_tuple(const TupleObject& tuple, int64_t begin, int64_t end);
/// Tensor.tolist() with the annotated type: nested lists whose depth is the number of dimensions, or a number.
/// Throws OpError in PyTorch's words when dimensions or element type differ.
IValue tensor_to_list(const Tensor& tensor, const TypePtr& type);

}  // namespace wick::jit

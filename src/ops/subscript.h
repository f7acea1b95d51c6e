#pragma once
// x[…] and x[…] = value while a program runs in C++ or Python: what an index comes to as calls of operators. (Compiled
// programs have these calls in their graphs: frontend/emitter_subscript.cpp.)

#include <wick/ops/tensor_index.h>
#include <wick/types/ivalue.h>

namespace wick::jit {

struct Value;

/// What a trace knows about an index, all null outside of traces.
struct TracedIndex {
    Value* start = nullptr;  ///< of an integer, the number itself
    Value* stop = nullptr;
    bool is_traced_tensor = false;
};

/// x[indices]. Throws IndexError in PyTorch's words. `traced` is empty or one per index.
Tensor get_item(const Tensor& self, ArrayRef<indexing::TensorIndex> indices, ArrayRef<TracedIndex> traced = {});
/// x[indices] = value: a tensor or a number, which is broadcast and converted to the dtype of self.
void set_item(const Tensor& self, ArrayRef<indexing::TensorIndex> indices, const IValue& value,
              ArrayRef<TracedIndex> traced = {});

}  // namespace wick::jit

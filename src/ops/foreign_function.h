#pragma once
// What compiled code leaves to the language that it is called from (ir/foreign_call.h).

#include <vector>

#include <wick/types/ivalue.h>
#include <wick/types/type.h>

namespace wick::jit {

class ForeignFunction : public RefCounted {
 public:
    /// What it is to return.
    TypePtr result = tensor_type();

    /// Runs it. What the language raises leaves as it is; a result of another type is an OpError.
    virtual IValue call(std::vector<IValue> arguments) = 0;
};

}  // namespace wick::jit

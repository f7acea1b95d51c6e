#pragma once
// What autocast does with the arguments of an operator, and the with statements of programs that ask for it.

#include <wick/ops/autocast.h>

#include "ops/registry.h"

namespace wick::jit {

class CallHandler;

enum class CastPolicy : uint8_t {
    none,                  ///< the operator gets its arguments as they are
    lower_precision,       ///< float32 becomes the mode's dtype
    float32,               ///< dtypes of 16 bits become float32
    float32_unless_dtype,  ///< the same, where the call names no dtype itself
    widest,                ///< float32 where one of the arguments is, else the mode's dtype
    refused,               ///< the operator is not safe in 16 bits
};

/// Which of PyTorch's lists hold: those of its dispatcher, for calls one by one, or those of the pass that rewrites
/// compiled programs, which has more operators compute in float32.
enum class CastLists : uint8_t { eager, compiled };

CastPolicy cast_policy(const Operator& op, CastLists lists = CastLists::eager);
/// The tensors among the values, and in lists of tensors among them, become what the operator is to get in the mode
/// that the thread is in.
void cast_for(const Operator& op, IValue* values, size_t count);

/// Whether it is the type of autocast's context managers: `torch.autocast` and its like as the library's texts and
/// PyTorch's archives have them. Their own methods do nothing; whoever runs the with statement does.
bool is_autocast(const Type& type);

/// What autocast is to a thread, kept to be restored.
class AutocastState {
 public:
    /// That of this thread.
    AutocastState();
    void apply() const;

 private:
    CallHandler* handler_;
    DType dtype_;
};

/// Sets the mode that such a context manager describes. RuntimeError when it is of a class that only has the name.
void enter_autocast(const ScriptObject& manager, CastLists lists);

}  // namespace wick::jit

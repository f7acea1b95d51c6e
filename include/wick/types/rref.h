#pragma once
// The value of an RRef[T]: a reference to an object that a process owns. Here the process itself is the owner.

#include <string>

#include <wick/types/ivalue.h>
#include <wick/types/type.h>

namespace wick {

/// What is told to who asks for other machines where none are connected.
inline constexpr const char* kNoRpcAgent =
    "Current RPC agent is not set! Did you initialize the RPC framework (e.g. by calling `rpc.init_rpc`)?";

/// To be handed to programs as `IValue::capsule(make_intrusive<RRefObject>(…))`.
class WICK_API RRefObject : public RefCounted {
 public:
    /// `owner` is the name that this process has among the workers. The value is shared from now on.
    RRefObject(IValue value, std::string owner);
    ~RRefObject() override;
    const IValue value;
    const jit::TypePtr element_type;
    const std::string owner;
};

/// The reference in a value; OpError when there is none.
WICK_API const RRefObject& to_rref(const IValue& value);

}  // namespace wick

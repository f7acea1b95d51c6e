#pragma once
// Operators on values, outside of any function: `x + y`, `x.view(2, 3)`, `torch.cat(xs)` at a program's top level.
//
// Each is an Operation (operation.h), which is kept for the next operands of the same types.

#include <string>
#include <unordered_map>
#include <vector>

#include <wick/types/function.h>
#include <wick/types/ivalue.h>

#include "frontend/token.h"

namespace wick::jit {

class Operation;
class Session;

class Eager {
 public:
    explicit Eager(Session& session);
    ~Eager();

    /// The value of an expression over names, given the values of the names. TypeError where no overload fits.
    IValue evaluate(const std::string& expression, const std::vector<std::string>& names, std::vector<IValue> values);
    /// callee(positional…, name=keyword…); `callee` is an expression over `self` where that is not null.
    IValue call(const std::string& callee, const IValue* self, const std::vector<IValue>& positional,
                const std::vector<std::pair<std::string, IValue>>& keywords);
    IValue binary(TokenKind op, const IValue& left, const IValue& right);
    /// Whether values of this type have an attribute that is a value, and no method.
    bool has_property(const IValue& self, const std::string& name);

 private:
    Operation& compiled(const std::string& expression, const std::vector<std::string>& names,
                        const std::vector<IValue>& values);

    Session& session_;
    std::unordered_map<std::string, IntrusivePtr<Operation>> operations_;
    std::unordered_map<std::string, bool> properties_;
};

/// Gives lists and dicts that Python's displays made (of Any) the types of what is in them, where that is one type.
/// What is inside is shared, so writes are seen on both sides.
void settle_types(const IValue& value);
/// An empty list or dict of Python's takes the type that is asked for, so that both sides hold one object.
void settle_empty(IValue& value, const TypePtr& type);

}  // namespace wick::jit

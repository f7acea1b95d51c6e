#pragma once
// Exceptions as values of a program.

#include <string>
#include <vector>

#include "program/classes.h"

namespace wick::jit {

/// An exception that was made and perhaps will be raised.
class ExceptionThing : public Thing {
 public:
    ExceptionThing(IntrusivePtr<ClassThing> type, std::vector<IValue> arguments)
        : type(std::move(type)), arguments(std::move(arguments)) {}
    const IntrusivePtr<ClassThing> type;
    const std::vector<IValue> arguments;
    std::string kind() const override { return type->name(); }
    std::string message(Session& session) const;
    std::string repr(Session& session) override;
    bool attribute(Session& session, const std::string& name, IValue& out) override;
};

/// Raises an exception or exception class.
[[noreturn]] void raise_exception(Session& session, const IValue& exception);

}  // namespace wick::jit

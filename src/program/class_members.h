#pragma once
// What class bodies hold besides functions and plain values.

#include <string>

#include "program/thing.h"

namespace wick::jit {

/// @property: the getter and the setter are FunctionThings.
class PropertyThing : public Thing {
 public:
    explicit PropertyThing(IValue getter) : getter(std::move(getter)) {}
    const IValue getter;
    IValue setter;
    std::string kind() const override { return "property"; }
    bool attribute(Session& session, const std::string& name, IValue& out) override;
};

/// The value, which a property is to be made of; raises TypeError when it is no function.
const IValue& accessor(Session& session, const IValue& value);

/// dataclasses.field(…): the options of a field.
class FieldThing : public Thing {
 public:
    explicit FieldThing(Arguments arguments) : arguments(std::move(arguments)) {}
    const Arguments arguments;
    std::string kind() const override { return "Field"; }
};

/// enum.auto(): a number as soon as it has a name (ClassThing::next_value).
class AutoThing : public Thing {
 public:
    std::string kind() const override { return "auto"; }
};

}  // namespace wick::jit

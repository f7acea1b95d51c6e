#include "program/class_members.h"

#include <fmt/format.h>

#include "program/builtin_thing.h"
#include "program/functions.h"
#include "program/session.h"

namespace wick::jit {

const IValue& accessor(Session& session, const IValue& value) {
    if (!thing_as<FunctionThing>(value))
        raise("TypeError", fmt::format("a property is made of functions, not of '{}'", session.type_name(value)));
    return value;
}

static IValue set_setter(Session& session, IntrusivePtr<PropertyThing>& property, Arguments& arguments) {
    property->setter = accessor(session, arguments.at(0));
    return property->value();
}

bool PropertyThing::attribute(Session&, const std::string& name, IValue& out) {
    if (name != "setter") return false;
    out = make_closure<IntrusivePtr<PropertyThing>>(IntrusivePtr<PropertyThing>(this), set_setter);
    return true;
}

}  // namespace wick::jit

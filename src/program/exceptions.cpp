#include "program/exceptions.h"

#include <fmt/format.h>

#include "program/session.h"

namespace wick::jit {

std::string ExceptionThing::message(Session& session) const {
    if (arguments.empty()) return "";
    return arguments.size() == 1 ? session.str(arguments[0]) : session.repr(IValue(make_tuple(arguments)));
}

std::string ExceptionThing::repr(Session& session) {
    std::string text;
    for (const IValue& argument : arguments) text += (text.empty() ? "" : ", ") + session.repr(argument);
    return fmt::format("{}({})", type->name(), text);
}

bool ExceptionThing::attribute(Session&, const std::string& name, IValue& out) {
    if (name == "args") out = IValue(make_tuple(arguments));
    return name == "args";
}

void raise_exception(Session& session, const IValue& value) {
    if (const auto* exception = thing_as<ExceptionThing>(value)) {
        session.raised = value;
        raise(exception->type->qualified_name(), exception->message(session));
    }
    if (const auto* type = thing_as<ClassThing>(value); type && type->family() == ClassThing::Family::exception)
        raise_exception(session, session.call(value, {}));
    raise("TypeError", "exceptions must derive from BaseException");
}

}  // namespace wick::jit

#include "program/builtin_thing.h"

#include <fmt/format.h>

#include "frontend/environment.h"
#include "program/session.h"

namespace wick::jit {

std::string BuiltinThing::repr(Session&) {
    return type_ ? fmt::format("<class '{}'>", name) : fmt::format("<built-in function {}>", name);
}

bool BuiltinThing::attribute(Session&, const std::string& field, IValue& out) {
    if (field != "__name__") return false;
    out = IValue(name);
    return true;
}

IValue BuiltinThing::call(Session& session, Arguments arguments) {
    if (!call_) raise("TypeError", fmt::format("'{}' cannot be called", name));
    return call_(session, arguments);
}

SugaredPtr BuiltinThing::compile_time(Session&, Graph&, const SourceRange&) {
    return compile_time_ ? compile_time_() : builtin_value(name);
}

}  // namespace wick::jit

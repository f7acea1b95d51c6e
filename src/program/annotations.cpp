#include "program/annotations.h"

#include <algorithm>
#include <fmt/format.h>

#include <wick/types/rref.h>

#include "frontend/operator_values.h"
#include "frontend/type_parser.h"
#include "program/builtin_thing.h"
#include "program/scope_resolver.h"
#include "program/session.h"

namespace wick::jit {

TypePtr AnnotationThing::script_type(Session& session, const SourceRange&) {
    if (asked_) return nullptr;  // it contains itself
    const struct Asked {
        explicit Asked(bool& asked) : asked(asked) { asked = true; }
        ~Asked() { asked = false; }
        bool& asked;
    } guard(asked_);
    ScopeResolver resolver(session, scope_);
    return parse_type(*expr_, resolver);
}

IValue TypeConstructorThing::call(Session& session, Arguments arguments) {
    if (name == "TypeVar" || name == "ParamSpec") return value();
    if (name == "RRef") {
        if (session.worker.empty()) raise("RuntimeError", kNoRpcAgent);
        settle_types(arguments.at(0));
        return IValue::capsule(make_intrusive<RRefObject>(arguments.positional[0], session.worker));
    }
    if (name == "NewType") {
        const auto same = [](Session&, Arguments& given) { return given.at(0); };
        return make_intrusive<BuiltinThing>(arguments.at(0).to_string(), same)->value();
    }
    return Thing::call(session, std::move(arguments));
}

TypePtr TypeConstructorThing::script_type(Session&, const SourceRange& range) {
    if (name == "Any") return any_type();
    constexpr std::string_view kTypes[] = {"List", "Dict", "Tuple", "Optional", "Union", "RRef"};
    if (std::ranges::find(kTypes, name) == std::end(kTypes)) return nullptr;
    if (name == "Dict")
        throw CompileError(
            range, "Attempted to use Dict without contained types. Please add contained type, e.g. Dict[int, int]");
    throw CompileError(
        range, fmt::format("Attempted to use {} without a contained type. Please add a contained type, e.g. {}[int]",
                           name, name));
}

SugaredPtr TypeConstructorThing::compile_time(Session& session, Graph&, const SourceRange& range) {
    if (name == "RRef") throw CompileError(range, "Class RRef does not have an __init__ function defined");
    script_type(session, range);
    return std::make_shared<BuiltinFunction>(Symbol::from("aten::" + name), std::nullopt);
}

TypePtr EitherThing::script_type(Session& session, const SourceRange& range) {
    return union_type({session.script_type(a, range), session.script_type(b, range)});
}

bool is_type_constructor(const IValue& value) {
    if (thing_as<TypeConstructorThing>(value)) return true;
    const auto* builtin = thing_as<BuiltinThing>(value);
    return builtin && (builtin->name == "list" || builtin->name == "dict" || builtin->name == "tuple");
}

IValue subscripted_type(const ast::Subscript& expr, Scope& scope, const std::shared_ptr<const Ast>& ast) {
    return make_intrusive<AnnotationThing>(ast, &expr, ScopePtr(&scope))->value();
}

}  // namespace wick::jit

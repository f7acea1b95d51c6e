#include "program/functions.h"

#include <algorithm>
#include <fmt/format.h>

#include "archive/source_export.h"
#include "frontend/type_parser.h"
#include "program/builtin_thing.h"
#include "program/compiled_function.h"
#include "program/scope_resolver.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::jit {

using Kind = ast::Parameter::Kind;

std::string FunctionThing::repr(Session&) { return fmt::format("<function {}>", name()); }

bool FunctionThing::attribute(Session& session, const std::string& field, IValue& out) {
    if (field == "__name__" || field == "__qualname__") {
        out = IValue(name());
        return true;
    }
    if (!scripted || (field != "code" && field != "graph" && field != "save")) return false;
    Function& function = compiled(session);
    define_now(session, function, {});
    if (field == "save") {
        out = make_closure<IntrusivePtr<FunctionThing>>(
            IntrusivePtr<FunctionThing>(this), [](Session& session, auto& self, Arguments& arguments) {
                save_script_module(session, self->value(), arguments.at(0).to_string());
                return IValue();
            });
    } else {
        out = field == "code" ? IValue(function_source(function).code) : IValue(function.graph()->str());
    }
    return true;
}

bool takes_things_for(const ast::Parameter& parameter) {
    if (!parameter.annotation) return true;
    const auto* subscript = ast::as<ast::Subscript>(parameter.annotation);
    return dotted_name(subscript ? subscript->value : parameter.annotation).ends_with("Callable");
}

bool FunctionThing::is_generic() const {
    return !scripted && !(def && def->type_comment.known()) && std::ranges::any_of(parameters(), takes_things_for);
}

static bool only_python_runs(const ast::Block& block) {
    return std::ranges::any_of(block, [](const ast::Stmt* statement) {
        switch (statement->kind) {
            case ast::StmtKind::Try:
            case ast::StmtKind::Global:
            case ast::StmtKind::Import:
            case ast::StmtKind::FunctionDef:
            case ast::StmtKind::ClassDef:
                return true;
            case ast::StmtKind::If:
                return only_python_runs(static_cast<const ast::If*>(statement)->then) ||
                       only_python_runs(static_cast<const ast::If*>(statement)->otherwise);
            case ast::StmtKind::While:
                return !static_cast<const ast::While*>(statement)->otherwise.empty() ||
                       only_python_runs(static_cast<const ast::While*>(statement)->body);
            case ast::StmtKind::For:
                return !static_cast<const ast::For*>(statement)->otherwise.empty() ||
                       only_python_runs(static_cast<const ast::For*>(statement)->body);
            case ast::StmtKind::With:
                return only_python_runs(static_cast<const ast::With*>(statement)->body);
            default:
                return false;
        }
    });
}

bool FunctionThing::only_python_runs() const { return def && jit::only_python_runs(def->body); }

bool FunctionThing::has_variable_arguments() const {
    return std::ranges::any_of(parameters(), [](const ast::Parameter& parameter) {
        return parameter.kind == Kind::var_positional || parameter.kind == Kind::var_keyword;
    });
}

const ast::FunctionDef& FunctionThing::definition() const {
    if (def) return *def;
    if (!own_def_) {
        auto result = std::make_shared<ast::Return>();
        result->range = lambda->body->range;
        result->value = lambda->body;
        auto own = std::make_shared<ast::FunctionDef>();
        own->range = own->name_range = own->parameters_range = lambda->range;
        own->name = "lambda";
        own->parameters = lambda->parameters;
        own->body = {result.get()};
        own_return_ = std::move(result);
        own_def_ = std::move(own);
    }
    return *own_def_;
}

FunctionThing& FunctionThing::with_things(Session& session, const std::vector<IValue>& things) {
    std::string key;
    for (const IValue& thing : things) key += fmt::format("{},", static_cast<const void*>(thing_of(thing)));
    IntrusivePtr<FunctionThing>& known = with_things_[key];
    if (known) return *known;
    auto rest = std::make_shared<ast::FunctionDef>(definition());
    rest->parameters.clear();
    auto names = make_intrusive<Scope>(scope, scope->qualifier());
    std::vector<std::optional<IValue>> rest_defaults;
    for (size_t i = 0; i < things.size(); ++i) {
        if (thing_of(things[i])) {
            names->set(parameters()[i].name, things[i]);
        } else {
            rest->parameters.push_back(parameters()[i]);
            rest_defaults.push_back(defaults[i]);
        }
    }
    session.keep(names);
    known = make_intrusive<FunctionThing>(ast, std::move(rest), names);
    known->defaults = std::move(rest_defaults);
    // A class method is a function beside its class.
    known->qualified_name = owner ? fmt::format("{}.{}", scope->qualifier(), name()) : qualified_name;
    known->own_return_ = own_return_;
    return *known;
}

Schema FunctionThing::signature(Session& session, const std::vector<TypePtr>& types) const {
    ScopeResolver resolver(session, scope);
    ast::FunctionDef plain = definition();
    // Defaults were evaluated with the def statement.
    for (ast::Parameter& parameter : plain.parameters) parameter.default_value = nullptr;
    Schema schema = parse_signature(plain, resolver, owner && !is_static ? any_type() : TypePtr());
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
        Argument& argument = schema.arguments[i];
        if (!parameters()[i].annotation && i < types.size() && types[i]) argument.type = types[i];
        if (i >= defaults.size() || !defaults[i]) continue;
        if (defaults[i]->is_list() || defaults[i]->is_dict()) {
            throw CompileError(parameters()[i].range,
                               fmt::format("Mutable default parameters are not supported because Python binds them to "
                                           "the function and they persist across function "
                                           "calls.\nAs a workaround, make the default None and instantiate the default "
                                           "parameter within the body of the function. Found "
                                           "<class '{}'> on parameter {}",
                                           session.type_name(*defaults[i]), argument.name));
        }
        argument.default_value =
            argument.type->has_free_variables() ? *defaults[i] : default_of(argument, *defaults[i], parameters()[i]);
    }
    return schema;
}

IValue default_of(const Argument& argument, const IValue& value, const ast::Parameter& parameter) {
    IValue converted = value;
    settle_types(converted);
    const TypePtr& type = argument.type;
    const Type& inner = type->is(TypeKind::Optional) ? *type->contained(0) : *type;
    if (converted.is_int() && inner.is(TypeKind::Float)) converted = IValue(static_cast<double>(converted.to_int()));
    if ((converted.is_int() || converted.is_double()) && inner.is(TypeKind::Complex))
        converted = IValue(converted.to_scalar().to_complex());
    if (converted.is_tuple() && inner.is(TypeKind::List))
        converted = IValue(make_list(inner.contained(0), converted.to_tuple().elements));
    // A number stands for as many as a list of fixed length has; it stays a number, and each call makes the list.
    if (argument.fixed_length > 0 && inner.is(TypeKind::List) && (converted.is_int() || converted.is_double())) {
        if (&inner == type.get() && converted.type()->equals(*inner.contained(0))) return converted;
        converted = IValue(make_list(inner.contained(0), std::vector<IValue>(argument.fixed_length, converted)));
    }
    if (converted.is_list() && converted.to_list().items.empty() && inner.is(TypeKind::List))
        converted = IValue(make_list(inner.contained(0)));
    if (thing_of(converted) || !converted.type()->is_subtype_of(*type)) {
        std::string message =
            fmt::format("Expected a default value of type {}{} on parameter \"{}\".", type->annotation_str(),
                        parameter.annotation ? "" : " (inferred)", argument.name);
        if (!parameter.annotation) {
            message +=
                fmt::format("Because \"{}\" was not annotated with an explicit type it is assumed to be type 'Tensor'.",
                            argument.name);
        }
        throw CompileError(parameter.range, message);
    }
    return converted;
}

}  // namespace wick::jit

// What classes are in compiled code, and the types of those that have no methods there.

#include <fmt/format.h>
#include <set>

#include "frontend/class_values.h"
#include "frontend/type_parser.h"
#include "program/classes.h"
#include "program/scope_resolver.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// A class of modules in compiled code: fine in isinstance and as a namespace of its functions, not to be called.
class ModuleClassValue : public SugaredValue {
 public:
    ModuleClassValue(Session& session, IntrusivePtr<ClassThing> type) : session_(session), type_(std::move(type)) {}
    std::string kind() const override { return "python value of type 'type'"; }
    Value* as_value(const SourceRange& range, Graph&) override { fail_as_value(range, kind()); }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override {
        IValue found;
        if (!type_->attribute(session_, field, found)) return SugaredValue::attr(range, graph, field);
        return session_.compile_time(found, graph, range);
    }
    SugaredPtr call(const SourceRange& range, Graph&, const NamedValues&, const NamedValues&) override {
        throw NotCompilable(range, fmt::format("Cannot instantiate class '{}' in a script function", type_->name()));
    }

 private:
    Session& session_;
    const IntrusivePtr<ClassThing> type_;
};

/// A script class; its static and class methods are functions.
class ScriptClassValue : public ClassValue {
 public:
    ScriptClassValue(Session& session, IntrusivePtr<ClassThing> python_class, TypePtr type)
        : ClassValue(std::move(type)), session_(session), class_(std::move(python_class)) {}
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override {
        IValue found;
        const bool is_member = class_->attribute(session_, field, found);
        const auto* function = is_member ? thing_as<FunctionThing>(found) : nullptr;
        const bool is_function = (function && function->is_static) || (is_member && thing_as<BoundMethod>(found));
        return is_function ? session_.compile_time(found, graph, range) : ClassValue::attr(range, graph, field);
    }

 private:
    Session& session_;
    const IntrusivePtr<ClassThing> class_;
};

}  // namespace

SugaredPtr ClassThing::compile_time(Session& session, Graph&, const SourceRange& range) {
    switch (family_) {
        case Family::exception:
            return std::make_shared<ExceptionValue>(qualified_name_);
        case Family::module:
            return std::make_shared<ModuleClassValue>(session, IntrusivePtr<ClassThing>(this));
        case Family::enumeration:
            return std::make_shared<EnumClassValue>(script_type(session, range));
        case Family::named_tuple:
            return std::make_shared<NamedTupleValue>(script_type(session, range));
        default:
            return std::make_shared<ScriptClassValue>(session, IntrusivePtr<ClassThing>(this),
                                                      script_type(session, range));
    }
}

TypePtr ClassThing::script_type(Session& session, const SourceRange& range) {
    if (type_) return type_;
    switch (family_) {
        case Family::exception:
        case Family::module:
            return nullptr;
        case Family::named_tuple:
            if (std::exchange(is_being_defined_, true)) return nullptr;  // it contains itself
            define_named_tuple(session);
            break;
        case Family::interface:
            define_interface(session);
            break;
        case Family::enumeration:
            throw CompileError(range, fmt::format("Enum class {} has no members", name_));
        case Family::plain:
            if (!def_) throw CompileError(range, fmt::format("Unknown type name '{}'", name_));
            define_class(session);
            break;
    }
    return type_;
}

void ClassThing::define_named_tuple(Session& session) {
    std::vector<std::string> fields;
    std::vector<TypePtr> types;
    std::vector<IValue> defaults;
    ScopeResolver resolver(session, names_->parent());
    for (ClassThing* level : lineage()) {
        if (!level->def_) continue;
        for (const ast::Stmt* statement : level->def_->body) {
            const auto* assign = ast::as<ast::Assign>(statement);
            const auto* target = assign && assign->annotation ? ast::as<ast::Name>(assign->targets[0]) : nullptr;
            if (!target) continue;
            Argument argument;
            argument.name = target->id;
            argument.type = parse_type(*assign->annotation, resolver);
            if (assign->value) {
                ast::Parameter parameter;
                parameter.range = assign->range;
                defaults.push_back(default_of(argument, *find(target->id), parameter));
            } else if (!defaults.empty()) {
                throw CompileError(
                    statement->range,
                    fmt::format("non-default namedtuple field {} cannot follow default field", target->id));
            }
            fields.push_back(target->id);
            types.push_back(argument.type);
        }
    }
    type_ = named_tuple_type(session.unique_name(qualified_name_), std::move(fields), std::move(types),
                             std::move(defaults));
    session.unit()->add_type(type_);
}

void ClassThing::define_interface(Session& session) {
    const bool is_module =
        std::ranges::any_of(lineage(), [](ClassThing* level) { return level->family_ == Family::module; });
    auto type = make_intrusive<InterfaceType>(session.unique_name(qualified_name_), is_module);
    type_ = type;
    session.unit()->add_type(type_);
    const std::set<std::string> names(names_->names().begin(), names_->names().end());  // in PyTorch's order
    for (const std::string& name : names) {
        auto* method = thing_as<FunctionThing>(*names_->find(name));
        if (!method) continue;
        if (!method->def->returns)
            throw CompileError(method->def->range, "interface declarations must have a return type annotated.");
        Schema schema = method->signature(session);
        schema.arguments.at(0).type = type_;
        schema.name = name;
        type->add_method(std::move(schema));
    }
}

}  // namespace wick::jit

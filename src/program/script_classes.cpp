// Classes whose methods are compiled.

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "frontend/emitter.h"
#include "frontend/function_values.h"
#include "frontend/parser.h"
#include "program/class_members.h"
#include "program/classes.h"
#include "program/compiled_function.h"
#include "program/scope_resolver.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// Names in a method: as around the class, and super().
class MethodResolver : public ScopeResolver {
 public:
    /// The method of that name behind a class, or null.
    using Super = std::function<IntrusivePtr<Function>(const std::string& name, ClassThing* after)>;
    MethodResolver(Session& session, const FunctionThing& method, ClassThing& type, Super super)
        : ScopeResolver(session, method.scope, method.ast),
          class_(method.is_class_method ? &type : nullptr),
          owner_(method.owner),
          super_(std::move(super)) {}

    /// The first parameter of a class method is the class.
    SugaredPtr self_value(Value* parameter) override {
        return class_ ? session_.compile_time(class_->value(), *parameter->node->graph, {}) : nullptr;
    }
    SugaredPtr super_value(Graph& graph, const SugaredValue* of) override {
        ClassThing* after = of ? thing_as<ClassThing>(of->origin) : owner_;
        return std::make_shared<SuperValue>(graph.inputs().at(0), super_, after);
    }

 private:
    struct SuperMethod : SugaredValue {
        SuperMethod(Value* self, IntrusivePtr<Function> method) : self(self), method(std::move(method)) {}
        std::string kind() const override { return "method"; }
        SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                        const NamedValues& kwargs) override {
            return MethodValue(self, method->name()).call(range, graph, args, kwargs);
        }
        Value* const self;
        const IntrusivePtr<Function> method;
    };
    /// `super().__init__()` where there is nothing to initialise.
    struct Nothing : SugaredValue {
        std::string kind() const override { return "method"; }
        SugaredPtr call(const SourceRange&, Graph& graph, const NamedValues&, const NamedValues&) override {
            return sugar(graph.insert_constant(IValue()));
        }
    };
    struct SuperValue : SugaredValue {
        SuperValue(Value* self, Super super, ClassThing* after) : self(self), super(std::move(super)), after(after) {}
        std::string kind() const override { return "super"; }
        SugaredPtr attr(const SourceRange& range, Graph&, const std::string& field) override {
            if (IntrusivePtr<Function> method = super(field, after))
                return std::make_shared<SuperMethod>(self, std::move(method));
            if (field == "__init__") return std::make_shared<Nothing>();
            throw CompileError(range, fmt::format("'super' object has no attribute '{}'", field));
        }
        Value* const self;
        const Super super;
        ClassThing* const after;
    };

    ClassThing* const class_;
    ClassThing* const owner_;
    const Super super_;
};

}  // namespace

IntrusivePtr<Function> ClassThing::declare_method(Session& session, FunctionThing& method, const std::string& name) {
    auto* type = const_cast<ClassType*>(&type_->expect<ClassType>());
    const bool is_static = method.is_static;
    Schema schema = method.signature(session);
    if (!is_static) {
        if (schema.arguments.empty())
            throw CompileError(method.def->parameters_range, "methods must have a self argument");
        schema.arguments[0].type = type_;
        schema.arguments[0].default_value.reset();
    }
    // A static method is a function beside its class, as in PyTorch: its name is one of the file's.
    const std::string qualifier = is_static ? type->name().substr(0, type->name().rfind('.')) : type->name();
    const std::string qualified_name = fmt::format("{}.{}", qualifier, name);
    auto function = make_intrusive<Function>(
        is_static ? session.unique_name(qualified_name) : qualified_name,
        [&session, self = IntrusivePtr<ClassThing>(this), method = IntrusivePtr<FunctionThing>(&method), schema, type,
         name](Function& function) {
            const auto super = [&](const std::string& wanted, ClassThing* after) -> IntrusivePtr<Function> {
                ClassThing* found_in = nullptr;
                const IValue* found = self->find(wanted, after, &found_in);
                auto* inherited = found ? thing_as<FunctionThing>(*found) : nullptr;
                if (!inherited) return {};
                const std::string hidden = fmt::format("_{}_{}", found_in->name(), wanted);
                if (Function* known = type->find_method(hidden)) return IntrusivePtr<Function>(known);
                IntrusivePtr<Function> declared = self->declare_method(session, *inherited, hidden);
                type->add_method(declared);
                return declared;
            };
            MethodResolver resolver(session, *method, *self, super);
            const bool initializes = !method->is_static && (name == "__init__" || name.ends_with("___init__"));
            emit_function(function, *method->def, schema, resolver, kCurrentVersion, initializes ? type : nullptr);
        });
    if (!schema.returns.empty() || name == "__init__") {
        if (schema.returns.empty()) {
            Argument none;
            none.type = none_type();
            schema.returns.push_back(std::move(none));
        }
        schema.name = name;
        function->set_schema(std::move(schema));
    }
    session.unit()->add_function(function);
    return function;
}

/// What an @torch.jit.unused method of a class is compiled to; its places are those that PyTorch gives it.
static IntrusivePtr<FunctionThing> unused_method(const FunctionThing& method) {
    std::string parameters;
    for (const ast::Parameter& parameter : method.parameters())
        parameters += parameter.name + (parameters.empty() ? ", " : ": Any, ");
    const ast::FunctionDef& def = *method.def;
    const std::string returns = def.returns ? " -> " + std::string(def.returns->range.text()) : "";
    const SourceRange& decorator = def.decorators.at(0)->range;
    const Source& source = *decorator.source();
    const std::string text = fmt::format("def {}({}){}:\n{:{}}raise RuntimeError(\"Cannot call @unused methods\")\n",
                                         def.name, parameters, returns, "", source.column_of(decorator.begin()) - 1);
    const auto ast = parse(std::make_shared<Source>(text, source.name(), source.line_of(decorator.begin())));
    auto raising =
        make_intrusive<FunctionThing>(ast, &static_cast<const ast::FunctionDef&>(*ast->body[0]), method.scope);
    raising->defaults = method.defaults;
    raising->qualified_name = method.qualified_name;
    raising->owner = method.owner;
    return raising;
}

/// Whether __init__ says `self.name = …`: then the class's own value of that name is hidden.
static bool assigns_attribute(const FunctionThing& init, const std::string& name) {
    return std::ranges::any_of(init.def->body, [&](const ast::Stmt* statement) {
        const auto* assign = ast::as<ast::Assign>(statement);
        return assign && std::ranges::any_of(assign->targets, [&](const ast::Expr* target) {
                   const auto* attribute = ast::as<ast::Attribute>(target);
                   return attribute && attribute->name == name &&
                          dotted_name(attribute->value) == init.parameters()[0].name;
               });
    });
}

void ClassThing::define_class(Session& session) {
    auto type = make_intrusive<ClassType>(session.unique_name(qualified_name_), false);
    type_ = type;
    session.unit()->add_type(type_);
    if (!shown_fields_.empty()) session.shown_fields[type.get()] = shown_fields_;
    // In PyTorch's order: properties, then methods, both by name.
    std::map<std::string, IValue> members;
    for (ClassThing* level : lineage()) {
        for (const std::string& name : level->names_->names()) members.emplace(name, *level->names_->find(name));
    }
    std::vector<Function*> methods;
    for (const auto& [name, member] : members) {
        auto* property = thing_as<PropertyThing>(member);
        if (!property) continue;
        IntrusivePtr<Function> getter =
            declare_method(session, *thing_as<FunctionThing>(property->getter), "__" + name + "_getter");
        type->add_method(getter);
        IntrusivePtr<Function> setter;
        if (auto* function = thing_as<FunctionThing>(property->setter)) {
            setter = declare_method(session, *function, "__" + name + "_setter");
            type->add_method(setter);
        }
        methods.push_back(getter.get());
        if (setter) methods.push_back(setter.get());
        type->add_property({name, getter, setter});
    }
    const auto found_init = members.find("__init__");
    const auto* init = found_init == members.end() ? nullptr : thing_as<FunctionThing>(found_init->second);
    for (const auto& [name, member] : members) {
        if (auto* method = thing_as<FunctionThing>(member)) {
            if (method->role == FunctionThing::Role::ignored) continue;
            const IntrusivePtr<FunctionThing> raising =
                method->role == FunctionThing::Role::unused && !method->is_static ? unused_method(*method) : nullptr;
            if (raising) method = raising.get();
            // A static method is a function that the class knows.
            if (method->is_static) {
                if (!method->is_generic()) type->add_static_method(IntrusivePtr<Function>(&method->compiled(session)));
                continue;
            }
            IntrusivePtr<Function> function = declare_method(session, *method, name);
            type->add_method(function);
            methods.push_back(function.get());
        } else if (!thing_of(member) && is_constant_form(member) && !name.starts_with("__") &&
                   !(init && assigns_attribute(*init, name))) {
            type->add_constant(name, member);
        }
    }
    // The attributes are what __init__ assigns; everything else needs to know them.
    if (Function* init = type->find_method("__init__")) define_now(session, *init, def_->name_range);
    for (Function* method : methods) define_now(session, *method, def_->name_range);
}

}  // namespace wick::jit

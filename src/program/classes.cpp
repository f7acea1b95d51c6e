#include "program/classes.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <map>
#include <set>

#include "frontend/emitter.h"
#include "frontend/parser.h"
#include "frontend/type_parser.h"
#include "program/builtins.h"
#include "program/evaluator.h"
#include "program/modules.h"
#include "program/scope_resolver.h"

namespace wick::jit {

ClassThing::ClassThing(std::string name, Family family, IntrusivePtr<ClassThing> base)
    : name_(std::move(name)),
      qualified_name_(family == Family::exception ? "builtins." + name_ : name_),
      family_(family),
      names_(make_intrusive<Scope>(ScopePtr(), "")) {
    if (base) bases_.push_back(std::move(base));
}

ClassThing::ClassThing(Session& session, std::shared_ptr<const Ast> ast, const ast::ClassDef* def,
                       std::vector<IValue> bases, ScopePtr names, const std::string& qualifier)
    : name_(def->name),
      qualified_name_(qualifier + "." + def->name),
      ast_(std::move(ast)),
      def_(def),
      names_(std::move(names)) {
    const bool is_enum = std::ranges::any_of(bases, [](const IValue& base) {
        const auto* type = thing_as<ClassThing>(base);
        return type && type->family() == Family::enumeration;
    });
    for (const IValue& base : bases) {
        // `Generic[T]` and `Protocol` say nothing here, and `str` before `Enum` neither.
        if (thing_as<AnnotationThing>(base) || thing_as<TypeConstructorThing>(base)) continue;
        if (is_enum && thing_as<BuiltinThing>(base)) continue;
        auto* type = thing_as<ClassThing>(base);
        if (!type) raise("TypeError", fmt::format("'{}' cannot be derived from", session.repr(base)));
        bases_.emplace_back(type);
        if (type->family_ != Family::plain && type->family_ != Family::interface) family_ = type->family_;
        if (type->family_ == Family::interface && family_ == Family::plain) family_ = Family::interface;
    }
}

std::vector<ClassThing*> ClassThing::lineage() {
    // Depth first, a class after all that derive from it: Python's order for the shapes that occur.
    std::vector<ClassThing*> order;
    const auto visit = [&](auto& self, ClassThing* type) -> void {
        std::erase(order, type);
        order.push_back(type);
        for (const auto& base : type->bases_) self(self, base.get());
    };
    visit(visit, this);
    return order;
}

bool ClassThing::derives_from(const ClassThing& other) {
    if (this == &other || other.name_ == "object") return true;
    return std::ranges::any_of(bases_, [&](const auto& base) { return base->derives_from(other); });
}

IValue* ClassThing::find(const std::string& name, const ClassThing* after, ClassThing** found_in) {
    bool searching = after == nullptr;
    for (ClassThing* type : lineage()) {
        if (searching) {
            if (IValue* found = type->names_->find(name)) {
                if (found_in) *found_in = type;
                return found;
            }
        }
        searching |= type == after;
    }
    return nullptr;
}

const ast::Expr* ClassThing::annotation(const std::string& name) {
    for (ClassThing* type : lineage()) {
        if (!type->def_) continue;
        bool any = false;
        for (const ast::Stmt* statement : type->def_->body) {
            const auto* assign = ast::as<ast::Assign>(statement);
            if (!assign || !assign->annotation) continue;
            any = true;
            const auto* target = ast::as<ast::Name>(assign->targets[0]);
            if (target && target->id == name) return assign->annotation;
        }
        if (any) return nullptr;  // __annotations__ of a class hides those of its bases
    }
    return nullptr;
}

void ClassThing::finish(Session& session) {
    // Free names of a method are looked up around the class, not in it; the class itself is known by its name, whatever
    // decorators make of it.
    method_names_ = make_intrusive<Scope>(names_->parent(), names_->parent()->qualifier());
    method_names_->set(name_, value());
    session.keep(method_names_);
    for (const std::string& name : names_->names()) {
        const IValue& member = *names_->find(name);
        const auto adopt = [&](const IValue& value) {
            if (auto* function = thing_as<FunctionThing>(value)) {
                if (function->scope == names_) function->scope = method_names_;
                if (function->is_static) {
                    function->qualified_name = names_->parent()->qualifier() + "." + function->name();
                } else {
                    function->owner = this;
                }
            }
        };
        adopt(member);
        if (auto* property = thing_as<PropertyThing>(member)) {
            adopt(property->getter);
            adopt(property->setter);
        }
    }
    if (family_ == Family::enumeration) define_enum(session);
}

std::string ClassThing::repr(Session&) { return fmt::format("<class '{}'>", name_); }

bool ClassThing::attribute(Session& session, const std::string& name, IValue& out) {
    if (name == "__name__" || name == "__qualname__") {
        out = IValue(name_);
        return true;
    }
    if (family_ == Family::enumeration && type_) {
        const auto& members = type_->expect<EnumType>().members();
        for (size_t i = 0; i < members.size(); ++i) {
            if (members[i].first != name) continue;
            out = IValue(make_intrusive<EnumObject>(type_, i));
            return true;
        }
    }
    const IValue* found = find(name);
    if (!found) return false;
    out = *found;
    if (const auto* function = thing_as<FunctionThing>(out)) {
        if (function->is_class_method) out = make_intrusive<BoundMethod>(value(), out)->value();
    }
    return true;
}

void ClassThing::set_attribute(Session&, const std::string& name, IValue value) { names_->set(name, std::move(value)); }

bool ClassThing::elements(Session&, std::vector<IValue>& out) {
    if (family_ != Family::enumeration || !type_) return false;
    for (size_t i = 0; i < type_->expect<EnumType>().members().size(); ++i)
        out.emplace_back(make_intrusive<EnumObject>(type_, i));
    return true;
}

/// typing.NamedTuple("P", [("x", int), …]).
static IValue typed_named_tuple(Session& session, const Arguments& arguments) {
    const std::string& name = arguments.positional.at(0).to_string();
    std::string text = fmt::format("from typing import NamedTuple\nclass {}(NamedTuple):\n", name);
    for (const IValue& field : session.elements(arguments.positional.at(1))) {
        const std::vector<IValue> pair = session.elements(field);
        const TypePtr type = session.script_type(pair.at(1), {});
        if (!type) raise("TypeError", "NamedTuple() takes pairs of a name and a type");
        text += fmt::format("    {}: {}\n", pair.at(0).to_string(), type->annotation_str());
    }
    return *session.define(text, session.globals()->qualifier())->find(name);
}

IValue ClassThing::call(Session& session, Arguments arguments) {
    switch (family_) {
        case Family::exception:
            return make_intrusive<ExceptionThing>(IntrusivePtr<ClassThing>(this), std::move(arguments.positional))
                ->value();
        case Family::module:
            return construct_module(session, *this, std::move(arguments));
        case Family::enumeration:
            for (size_t i = 0; type_ && !arguments.positional.empty() && i < type_->expect<EnumType>().members().size();
                 ++i) {
                if (session.equal(type_->expect<EnumType>().members()[i].second, arguments.positional[0]))
                    return IValue(make_intrusive<EnumObject>(type_, i));
            }
            raise("ValueError",
                  fmt::format("{} is not a valid {}",
                              arguments.positional.empty() ? "" : session.repr(arguments.positional[0]), name_));
        case Family::named_tuple: {
            if (!def_) return typed_named_tuple(session, arguments);
            const auto& type = script_type(session, def_ ? def_->name_range : SourceRange())->expect<TupleType>();
            Schema schema;
            schema.name = name_;
            const size_t fields = type.field_names().size();
            for (size_t i = 0; i < fields; ++i) {
                Argument argument;
                argument.name = type.field_names()[i];
                argument.type = any_type();
                if (const size_t first = fields - type.field_defaults().size(); i >= first)
                    argument.default_value = type.field_defaults()[i - first];
                schema.arguments.push_back(std::move(argument));
            }
            std::vector<IValue> values = arguments.positional;
            for (size_t i = values.size(); i < fields; ++i) {
                const IValue* named = arguments.keyword(schema.arguments[i].name);
                if (!named && schema.arguments[i].default_value) named = &*schema.arguments[i].default_value;
                if (!named)
                    raise("TypeError",
                          fmt::format("{}() missing a required argument: '{}'", name_, schema.arguments[i].name));
                values.push_back(*named);
            }
            if (values.size() != fields)
                raise("TypeError",
                      fmt::format("{}() takes {} arguments but {} were given", name_, fields, values.size()));
            for (IValue& value : values) settle_types(value);
            return IValue(make_tuple(std::move(values), type_));
        }
        case Family::interface:
            raise("TypeError", fmt::format("Can't instantiate the interface {}", name_));
        case Family::plain:
            break;
    }
    if (!def_) raise("TypeError", fmt::format("cannot create '{}' instances", name_));
    // `@torch.no_grad` without parentheses.
    if (arguments.positional.size() == 1 && thing_as<FunctionThing>(arguments.positional[0]) && find("__enter__") &&
        qualified_name_.starts_with("__torch__.torch."))
        return session.call(call(session, {}), std::move(arguments));
    auto object = new_object(session);
    if (Function* init = object->type->find_method("__init__")) {
        arguments.positional.insert(arguments.positional.begin(), IValue(object));
        call_compiled(session, *init, std::move(arguments));
    } else if (!arguments.positional.empty() || !arguments.keywords.empty()) {
        raise("TypeError", fmt::format("{}() takes no arguments", name_));
    }
    return IValue(std::move(object));
}

IntrusivePtr<ScriptObject> ClassThing::new_object(Session& session) {
    const TypePtr type = script_type(session, def_->name_range);
    return make_intrusive<ScriptObject>(ClassTypePtr(const_cast<ClassType*>(&type->expect<ClassType>())));
}

IValue ClassThing::object_with(Session& session, const DictObject& attributes) {
    auto object = new_object(session);
    for (size_t slot = 0; slot < object->type->attributes().size(); ++slot) {
        const ClassType::Attribute& attribute = object->type->attributes()[slot];
        const IValue* value = attributes.find(IValue(attribute.name));
        if (!value) raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", name_, attribute.name));
        settle_types(*value);
        if (!value->type()->is_subtype_of(*attribute.type))
            raise("TypeError", fmt::format("Could not cast attribute '{}' to type {}: it is of type {}", attribute.name,
                                           attribute.type->str(), value->type()->str()));
        object->set_slot(static_cast<int64_t>(slot), *value);
    }
    return IValue(std::move(object));
}

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
            throw CompileError(range, fmt::format("Unknown type name '{}'", name_));
        case Family::module:
            throw CompileError(range, fmt::format("Unknown type name '{}'", name_));
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

// Script classes ------------------------------------------------------------------------------------------------------

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

// Dataclasses ---------------------------------------------------------------------------------------------------------

static std::string indented(std::string_view lines, size_t by) {
    std::string out;
    for (size_t end = lines.find('\n'); end != lines.npos; lines.remove_prefix(end + 1), end = lines.find('\n'))
        out += std::string(by, ' ') + std::string(lines.substr(0, end + 1));
    return out;
}

/// `Optional[T]`, `T | None`, `Union[T, None]`: the class itself may be in it, so that it has no type yet.
static bool may_be_none(const ast::Expr& annotation) {
    const auto is_none = [](const ast::Expr* expr) {
        const auto* constant = ast::as<ast::Constant>(expr);
        return constant && constant->value.is_none() && !constant->is_ellipsis;
    };
    if (const auto* either = ast::as<ast::Binary>(&annotation)) return is_none(either->left) || is_none(either->right);
    const auto* subscript = ast::as<ast::Subscript>(&annotation);
    if (!subscript) return false;
    const std::string name = dotted_name(subscript->value);
    return name.ends_with("Optional") || (name.ends_with("Union") && std::ranges::any_of(subscript->indices, is_none));
}

/// What stands behind a field's `=`.
static std::optional<IValue> field_default(const IValue& value, const SourceRange& range) {
    const auto* field = thing_as<FieldThing>(value);
    if (!field) return value;
    if (field->arguments.keyword("default_factory"))
        throw CompileError(range, "Default factory initializers are not supported in TorchScript dataclasses");
    const IValue* given = field->arguments.keyword("default");
    return given ? std::optional(*given) : std::nullopt;
}

void ClassThing::make_dataclass(Session& session, bool ordered) {
    std::vector<std::string> fields;
    std::vector<std::pair<std::string, bool>> compared;  // and whether they may be None
    std::string parameters;
    std::string body;
    std::vector<std::optional<IValue>> defaults{std::nullopt};
    std::vector<ClassThing*> levels = lineage();
    std::ranges::reverse(levels);
    for (ClassThing* level : levels) {
        if (!level->def_) continue;
        for (const ast::Stmt* statement : level->def_->body) {
            const auto* assign = ast::as<ast::Assign>(statement);
            const auto* target = assign && assign->annotation ? ast::as<ast::Name>(assign->targets[0]) : nullptr;
            if (!target || std::ranges::find(fields, target->id) != fields.end()) continue;
            fields.push_back(target->id);
            compared.emplace_back(target->id, may_be_none(*assign->annotation));
            parameters += fmt::format(", {}: {}", target->id, assign->annotation->range.text());
            body += fmt::format("    self.{}: {} = {}\n", target->id, assign->annotation->range.text(), target->id);
            // A default may have been deleted again, or never have got there.
            const IValue* const value = assign->value ? find(target->id) : nullptr;
            defaults.push_back(value ? field_default(*value, assign->range) : std::nullopt);
        }
    }
    if (find("__post_init__")) body += "    self.__post_init__()\n";
    std::string text;
    if (!names_->find("__init__"))
        text += fmt::format("def __init__(self{}) -> None:\n{}\n", parameters, body.empty() ? "    pass\n" : body);
    // The texts are PyTorch's, that of __repr__ too, which nobody calls.
    std::string shown;
    for (const std::string& field : fields) shown += fmt::format("{0}{1}=self.{1}", shown.empty() ? "" : ", ", field);
    if (!names_->find("__repr__")) shown_fields_ = fields;
    if (!names_->find("__repr__"))
        text += fmt::format("def __repr__(self) -> str:\n    return '{}({})'\n", name_, shown);
    const auto compare = [&](const std::string& name, bool result, std::string_view step, std::string_view of_none) {
        if (names_->find(name)) return;
        text += fmt::format("def {}(self, other: {}) -> bool:\n", name, name_);
        for (const auto& [field, is_optional] : compared) {
            text += fmt::format("    val1 = self.{0}\n    val2 = other.{0}\n", field);
            if (is_optional) text += "    if val1 is not None and val2 is not None:\n";
            text += indented(step, is_optional ? 8 : 4);
            if (is_optional) text += fmt::format("    elif (val1 is None) != (val2 is None):\n        {}\n", of_none);
        }
        text += fmt::format("    return {}\n", result ? "True" : "False");
    };
    compare("__eq__", true, "if val1 != val2: return False\n", "return False");
    if (ordered) {
        const std::string of_none = fmt::format("raise TypeError('Cannot compare {} with None')", name_);
        for (const char* name : {"__lt__", "__le__"})
            compare(name, name[3] == 'e', "if val1 < val2: return True\nelif val2 < val1: return False\n", of_none);
        for (const char* name : {"__gt__", "__ge__"})
            compare(name, name[3] == 'e', "if val1 > val2: return True\nelif val2 > val1: return False\n", of_none);
    }
    const std::shared_ptr<const Ast> ast = parse(std::make_shared<Source>(text, name_));
    for (const ast::Stmt* statement : ast->body) {
        const auto& def = static_cast<const ast::FunctionDef&>(*statement);
        auto function = make_intrusive<FunctionThing>(ast, &def, method_names_);
        if (def.name == "__init__") {
            function->defaults = defaults;
        } else {
            function->defaults.assign(def.parameters.size(), std::nullopt);
        }
        function->qualified_name = qualified_name_ + "." + def.name;
        function->owner = this;
        names_->set(def.name, function->value());
    }
    // Defaults were class attributes; the fields are the objects' own.
    for (const std::string& field : fields) names_->erase(field);
}

// Enums, named tuples, interfaces -------------------------------------------------------------------------------------

bool ClassThing::is_flag() {
    return std::ranges::any_of(lineage(), [](ClassThing* type) { return !type->def_ && type->name_ == "Flag"; });
}

IValue ClassThing::next_value(const std::string& member) {
    int64_t last = 0;
    for (const std::string& name : names_->names()) {
        const IValue& value = *names_->find(name);
        if (!value.is_int()) continue;
        last = is_flag() ? std::max(last, value.to_int()) : value.to_int();
    }
    const uint64_t next = static_cast<uint64_t>(last) + 1;
    const auto value = static_cast<int64_t>(is_flag() ? std::bit_ceil(next) : next);
    if (value < last)
        throw CompileError(def_->name_range,
                           fmt::format("auto() of '{}' does not fit in a signed 64 bit integer", member));
    return IValue(value);
}

void ClassThing::define_enum(Session& session) {
    std::vector<std::pair<std::string, IValue>> members;
    TypePtr value_type;
    const bool has_flags = is_flag();
    const std::vector<std::string> names = names_->names();
    for (const std::string& name : names) {
        const IValue value = *names_->find(name);
        if (name.starts_with("__") || thing_of(value)) continue;
        if (has_flags && value.is_int() && !std::has_single_bit(static_cast<uint64_t>(value.to_int()))) {
            names_->erase(name);
            continue;
        }
        const TypePtr type = value.type();
        if (value_type && !value_type->equals(*type))
            throw CompileError(def_->name_range,
                               fmt::format("Could not unify type list since element 1 of type {} did not match the "
                                           "types before it ({})",
                                           type->annotation_str(), value_type->annotation_str()));
        if (!value.is_int() && !value.is_double() && !value.is_string()) {
            throw CompileError(
                def_->name_range,
                fmt::format("Cannot create Enum with value type '{}', only int, float and string are supported",
                            type->contained().empty() ? type->annotation_str() : "Any"));
        }
        value_type = type;
        members.emplace_back(name, value);
    }
    if (members.empty()) return;
    type_ = make_intrusive<EnumType>(session.unique_name(qualified_name_), value_type, std::move(members));
    session.unit()->add_type(type_);
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

// Exceptions ----------------------------------------------------------------------------------------------------------

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

// super() and property ------------------------------------------------------------------------------------------------

namespace {

class SuperThing : public Thing {
 public:
    SuperThing(IValue self, ClassThing* type, ClassThing* after) : self_(std::move(self)), type_(type), after_(after) {}
    std::string kind() const override { return "super"; }
    bool attribute(Session& session, const std::string& name, IValue& out) override {
        if (const IValue* found = type_->find(name, after_.get())) {
            auto* function = thing_as<FunctionThing>(*found);
            out = function && !function->is_static ? make_intrusive<BoundMethod>(self_, *found)->value() : *found;
            return true;
        }
        if (auto* module = thing_as<ModuleObject>(self_)) return module->base_attribute(session, name, out);
        return false;
    }

 private:
    const IValue self_;
    const IntrusivePtr<ClassThing> type_;
    const IntrusivePtr<ClassThing> after_;
};

IValue set_setter(Session& session, IntrusivePtr<PropertyThing>& property, Arguments& arguments) {
    property->setter = accessor(session, arguments.at(0));
    return property->value();
}

}  // namespace

IValue make_super(Session& session, Scope& scope, const std::vector<IValue>& arguments) {
    ClassThing* after = nullptr;
    IValue self;
    if (arguments.empty()) {
        Scope* function = &scope;
        while (function && !function->find("__class__")) function = function->parent().get();
        if (function) after = thing_as<ClassThing>(*function->find("__class__"));
        if (!after || function->names().empty()) raise("RuntimeError", "super(): no arguments");
        self = *function->find(function->names()[0]);
    } else {
        after = thing_as<ClassThing>(arguments[0]);
        if (!after)
            raise("TypeError",
                  fmt::format("super() argument 1 must be a type, not {}", session.type_name(arguments[0])));
        if (arguments.size() != 2)
            raise("TypeError", fmt::format("super() expected 2 arguments, got {}", arguments.size()));
        self = arguments[1];
    }
    ClassThing* type = class_of(session, self);
    if (!type) type = thing_as<ClassThing>(self);
    if (!type) raise("RuntimeError", "super(): no arguments");
    return make_intrusive<SuperThing>(self, type, after)->value();
}

const IValue& accessor(Session& session, const IValue& value) {
    if (!thing_as<FunctionThing>(value))
        raise("TypeError", fmt::format("a property is made of functions, not of '{}'", session.type_name(value)));
    return value;
}

bool PropertyThing::attribute(Session&, const std::string& name, IValue& out) {
    if (name != "setter") return false;
    out = make_closure<IntrusivePtr<PropertyThing>>(IntrusivePtr<PropertyThing>(this), set_setter);
    return true;
}

ClassThing* class_of(Session&, const IValue& value) {
    if (const auto* module = thing_as<ModuleObject>(value)) return module->type.get();
    if (const auto* exception = thing_as<ExceptionThing>(value)) return exception->type.get();
    return nullptr;
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

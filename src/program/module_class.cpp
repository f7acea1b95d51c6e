#include "program/module_class.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "frontend/emitter.h"
#include "frontend/parser.h"
#include "frontend/type_parser.h"
#include "program/builtin_thing.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/module_value.h"
#include "program/scope_resolver.h"
#include "runtime/interpreter.h"

namespace wick::jit {

bool ModuleClass::same_as(const ModuleClass& other) const {
    const auto equal_attributes = [](const ClassType::Attribute& a, const ClassType::Attribute& b) {
        return a.name == b.name && a.is_parameter == b.is_parameter && a.is_buffer == b.is_buffer &&
               a.type->equals(*b.type);
    };
    const auto equal_values = [](const auto& a, const auto& b) {
        return a.first == b.first && (a.second.is_same(b.second) || a.second.equals(b.second));
    };
    return container == other.container && std::ranges::equal(attributes, other.attributes, equal_attributes) &&
           std::ranges::equal(constants, other.constants, equal_values) &&
           std::ranges::equal(functions, other.functions, equal_values) && std::ranges::equal(modules, other.modules) &&
           std::ranges::equal(interfaces, other.interfaces) &&
           std::ranges::equal(forward_hooks, other.forward_hooks,
                              [](const IValue& a, const IValue& b) { return a.is_same(b); }) &&
           std::ranges::equal(forward_pre_hooks, other.forward_pre_hooks,
                              [](const IValue& a, const IValue& b) { return a.is_same(b); });
}

ModuleClass* ModuleClass::find_module(const std::string& name) const {
    const auto found = std::ranges::find(modules, name, [](const auto& m) { return m.first; });
    return found == modules.end() ? nullptr : found->second.get();
}

const std::string* ModuleClass::why_failed(const std::string& name) const {
    const auto found = std::ranges::find(failed, name, [](const auto& f) { return f.first; });
    return found == failed.end() ? nullptr : &found->second;
}

namespace {

/// A constant's lists are tuples, as in PyTorch: nobody changes them.
IValue with_tuples(const IValue& value) {
    if (!value.is_list() && !value.is_tuple()) return value;
    std::vector<IValue> elements;
    for (const IValue& element : value.is_list() ? value.to_list().items : value.to_tuple().elements)
        elements.push_back(with_tuples(element));
    return IValue(make_tuple(std::move(elements)));
}

std::vector<std::string> constant_names(ModuleObject& module, Session& session) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    if (const IValue* listed = module.type->find("__constants__")) {
        for (const IValue& name : session.elements(*listed)) add(name.to_string());
    }
    for (ClassThing* level : module.type->lineage()) {
        if (!level->def()) continue;
        for (const ast::Stmt* statement : level->def()->body) {
            const auto* assign = ast::as<ast::Assign>(statement);
            const auto* target = assign && assign->annotation ? ast::as<ast::Name>(assign->targets[0]) : nullptr;
            if (target && (final_type(assign->annotation) || dotted_name(assign->annotation).ends_with("Final")))
                add(target->id);
        }
    }
    return names;
}

ModuleClass::Container container_of(ModuleObject& module) {
    for (ClassThing* level : module.type->lineage()) {
        if (!level->qualified_name().starts_with("__torch__.torch.nn.modules.container.")) continue;
        if (level->name() == "ModuleDict") return ModuleClass::Container::dict;
        if (level->name() == "ParameterList" || level->name() == "ParameterDict")
            return ModuleClass::Container::parameters;
        return ModuleClass::Container::list;
    }
    return ModuleClass::Container::none;
}

/// The properties of a class of modules that are compiled, in the order of their names.
std::vector<std::string> property_names(ClassThing& type) {
    std::set<std::string> names;
    for (ClassThing* level : type.lineage()) {
        for (const std::string& name : level->names()->names()) {
            const auto* property = thing_as<PropertyThing>(*level->names()->find(name));
            const auto* getter = property ? thing_as<FunctionThing>(property->getter) : nullptr;
            if (getter && getter->role != FunctionThing::Role::ignored && getter->role != FunctionThing::Role::unused)
                names.insert(name);
        }
    }
    if (const IValue* unused = type.find("__jit_unused_properties__"); unused && unused->is_list()) {
        for (const IValue& name : unused->to_list().items) names.erase(name.to_string());
    }
    return {names.begin(), names.end()};
}

/// Names in a module's method: as around the class; `self` is the module.
class ModuleResolver : public ScopeResolver {
 public:
    ModuleResolver(Session& session, const FunctionThing& method, ModuleClasses& classes, ModuleClass& type)
        : ScopeResolver(session, method.scope, method.ast), classes_(classes), type_(type), owner_(method.owner) {}
    SugaredPtr self_value(Value* parameter) override { return classes_.module_value(parameter, type_); }
    SugaredPtr super_value(Graph& graph, const SugaredValue* of) override {
        ClassThing* after = of ? thing_as<ClassThing>(of->origin) : owner_;
        return std::make_shared<SuperModuleValue>(session_, classes_, graph.inputs().at(0), type_, after);
    }

 private:
    ModuleClasses& classes_;
    ModuleClass& type_;
    ClassThing* const owner_;
};

/// What the class says in a dict of its own, `__annotations__ = {"name": Type}`; null when it says nothing of the name.
TypePtr declared_type(Session& session, ModuleObject& module, const std::string& name) {
    const IValue* all = module.type->find("__annotations__");
    const IValue* found = all && all->is_dict() ? all->to_dict().find(IValue(name)) : nullptr;
    return found ? session.script_type(*found, module.type->def()->name_range) : TypePtr();
}

/// Why a value has no type that could be inferred, in PyTorch's words; "" where it has one.
std::string why_untyped(Session& session, const IValue& value) {
    const Session::Nesting nesting(session);
    if (thing_as<ModuleObject>(value)) return "Cannot infer concrete type of torch.nn.Module";
    if (const Thing* thing = thing_of(value))
        return fmt::format(
            "Only tensors and (possibly nested) tuples of tensors, lists, or dicts are supported as "
            "inputs or outputs of traced functions, but instead got value of type {}.",
            thing->kind());
    if (value.is_tuple()) {
        for (const IValue& element : value.to_tuple().elements) {
            if (std::string why = why_untyped(session, element); !why.empty()) return why;
        }
    }
    // Whether all values have one type.
    const auto differ = [&](const std::string& sentence, const std::vector<IValue>& values, std::string_view of) {
        TypePtr common;
        for (IValue element : values) {
            if (std::string why = why_untyped(session, element); !why.empty()) return std::string(of) + why;
            settle_types(element);
            const TypePtr unified = common ? unify_types(common, element.type()) : element.type();
            if (!unified)
                return fmt::format("{}. Found {} and {}", sentence, common->annotation_str(),
                                   element.type()->annotation_str());
            common = unified;
        }
        return std::string();
    };
    // What torch.jit.Attribute made has a type already.
    if (value.is_list()) {
        if (!value.to_list().element_type->is(TypeKind::Any)) return "";
        if (value.to_list().items.empty()) return "List trace inputs must have elements";
        return differ("List inputs to traced functions must have consistent element type", value.to_list().items,
                      "Could not infer type of list element: ");
    }
    if (!value.is_dict() || !value.to_dict().key_type->is(TypeKind::Any)) return "";
    std::vector<IValue> keys;
    std::vector<IValue> values;
    for (const auto& [key, item] : value.to_dict().items()) {
        keys.push_back(key);
        values.push_back(item);
    }
    if (keys.empty()) return "Dictionary inputs must have entries";
    const std::string sentence = "Dictionary inputs to traced functions must have consistent type";
    const std::string why = differ(sentence, keys, "");
    return why.empty() ? differ(sentence, values, "") : why;
}

}  // namespace

void ModuleClasses::describe_attribute(ModuleClass& into, ModuleObject& module, const std::string& name,
                                       const IValue& value, bool is_parameter, bool is_buffer) {
    if (TypePtr declared = declared_type(session_, module, name)) {
        into.attributes.push_back({name, std::move(declared), is_parameter, is_buffer});
        return;
    }
    if (const ast::Expr* annotation = module.type->annotation(name)) {
        const ast::Expr* inner = final_type(annotation);
        ClassThing* owner = nullptr;
        for (ClassThing* level : module.type->lineage()) {
            if (level->def() && level->annotation(name) == annotation) owner = level;
        }
        if (!dotted_name(annotation).ends_with("Final")) {
            ScopeResolver resolver(session_, owner->names()->parent());
            into.attributes.push_back(
                {name, parse_type(inner ? *inner : *annotation, resolver), is_parameter, is_buffer});
            return;
        }
    }
    if (const std::string why = why_untyped(session_, value); !why.empty()) {
        into.failed.emplace_back(
            name,
            fmt::format("(This attribute exists on the Python module, but we failed to convert Python type: '{}' to a "
                        "TorchScript type. {}. Its type was inferred; try adding a type annotation for the attribute.)",
                        session_.type_name(value), why));
        return;
    }
    IValue settled = value;
    settle_types(settled);
    into.attributes.push_back({name, settled.type(), is_parameter, is_buffer});
}

IntrusivePtr<ModuleClass> ModuleClasses::describe(ModuleObject& module) {
    auto description = make_intrusive<ModuleClass>();
    description->python_class = module.type;
    description->container = container_of(module);
    description->forward_hooks = module.forward_hooks;
    description->forward_pre_hooks = module.forward_pre_hooks;
    for (auto& [name, value] : module.parameters->items())
        describe_attribute(*description, module, name.to_string(), value, true, false);
    for (auto& [name, value] : module.buffers->items())
        describe_attribute(*description, module, name.to_string(), value, false, true);
    for (auto& [name, value] : module.modules->items()) {
        auto* inner = thing_as<ModuleObject>(value);
        if (!inner) {
            describe_attribute(*description, module, name.to_string(), value, false, false);
            continue;
        }
        const ast::Expr* annotation = module.type->annotation(name.to_string());
        if (annotation) {
            ScopeResolver resolver(session_, module.type->names()->parent());
            const TypePtr type = parse_type(*annotation, resolver);
            if (type->is(TypeKind::Interface)) {
                description->interfaces.emplace_back(name.to_string(), type);
                continue;
            }
        }
        description->modules.emplace_back(name.to_string(), class_of(*inner));
    }
    std::vector<std::string> constants;
    for (const std::string& name : constant_names(module, session_)) {
        IValue value;
        const IValue key(name);
        if (module.parameters->find(key) || module.buffers->find(key) || module.modules->find(key)) continue;
        if (!module.attribute(session_, name, value)) continue;
        if (holds_thing(value)) {
            throw CompileError(module.type->def()->name_range,
                               fmt::format("'{}' object in attribute '{}.{}' is not a valid constant.\nValid constants "
                                           "are:\n1. a nn.ModuleList\n2. a value of "
                                           "type {{bool, float, int, str, NoneType, torch.device, torch.layout, "
                                           "torch.dtype}}\n3. a list or tuple of (2)",
                                           session_.type_name(value), module.type->name(), name));
        }
        settle_types(value);
        description->constants.emplace_back(name, with_tuples(value));
        constants.push_back(name);
    }
    for (auto& [name, value] : module.attributes->items()) {
        const std::string& field = name.to_string();
        if (std::ranges::find(constants, field) != constants.end()) continue;
        if (thing_as<FunctionThing>(value) || thing_as<BuiltinThing>(value) ||
            (thing_of(value) && thing_of(value)->kind() == "builtin_function_or_method")) {
            description->functions.emplace_back(field, value);
            continue;
        }
        describe_attribute(*description, module, field, value, false, false);
    }
    return description;
}

IntrusivePtr<ModuleClass> ModuleClasses::class_of(ModuleObject& module) {
    const IntrusivePtr<ModuleClass> description = describe(module);
    std::vector<IntrusivePtr<ModuleClass>>& known = classes_[module.type.get()];
    for (const auto& candidate : known) {
        if (candidate->same_as(*description)) return candidate;
    }
    auto type = make_intrusive<ClassType>(session_.unique_name(module.type->qualified_name()), true);
    for (const ClassType::Attribute& attribute : description->attributes)
        type->add_attribute(attribute.name, attribute.type, attribute.is_parameter, attribute.is_buffer);
    for (const auto& [name, value] : description->constants) type->add_constant(name, value);
    for (auto& [name, inner] : module.modules->items()) {
        if (const ModuleClass* module_class = description->find_module(name.to_string())) {
            type->add_attribute(name.to_string(), module_class->type);
        } else if (const auto found = std::ranges::find(description->interfaces, name.to_string(),
                                                        [](const auto& i) { return i.first; });
                   found != description->interfaces.end()) {
            type->add_attribute(name.to_string(), found->second);
        }
    }
    description->type = type;
    session_.unit()->add_type(type);
    known.push_back(description);
    return description;
}

bool ModuleClasses::is_current(ModuleObject& module) {
    if (!module.scripted) return false;
    size_t submodules = 0;
    for (auto& [name, value] : module.modules->items()) {
        auto* inner = thing_as<ModuleObject>(value);
        if (!inner) continue;
        ++submodules;
        const int64_t slot = module.scripted->type->find_attribute(name.to_string());
        if (slot < 0 || !is_current(*inner) || module.scripted->slot(slot).pointer() != inner->scripted.get())
            return false;
    }
    const auto& attributes = module.scripted->type->attributes();
    const auto is_module = [&](const ClassType::Attribute& attribute) {
        const auto* type = attribute.type->cast<ClassType>();
        return (type && type->is_module()) || attribute.type->is(TypeKind::Interface);
    };
    return static_cast<size_t>(std::ranges::count_if(attributes, is_module)) == submodules;
}

IntrusivePtr<ScriptObject> ModuleClasses::object_of(ModuleObject& module) {
    if (is_current(module)) return module.scripted;
    module.take_back();
    const IntrusivePtr<ModuleClass> type = class_of(module);
    auto object = make_intrusive<ScriptObject>(type->type);
    for (size_t i = 0; i < type->type->attributes().size(); ++i) {
        const ClassType::Attribute& attribute = type->type->attributes()[i];
        const IValue key(attribute.name);
        const IValue* value = nullptr;
        for (const auto* store : {&module.parameters, &module.buffers, &module.modules, &module.attributes}) {
            if (!value) value = (*store)->find(key);
        }
        if (auto* inner = value ? thing_as<ModuleObject>(*value) : nullptr) {
            object->set_slot(i, IValue(object_of(*inner)));
        } else {
            object->set_slot(i, value_as(value ? *value : IValue(), attribute.type, attribute.name));
        }
    }
    module.scripted = object;
    compile_methods(*type);
    return object;
}

void ModuleClasses::compile_methods(ModuleClass& type) {
    if (std::exchange(compiled_[type.type.get()], true)) return;
    std::vector<Function*> methods;
    try {
        // In PyTorch's order: properties, all of them, then methods.
        for (const std::string& name : property_names(*type.python_class)) {
            property(type, name, *thing_as<PropertyThing>(*type.python_class->find(name)));
            const auto* compiled = type.type->find_property(name);
            if (!compiled) continue;
            methods.push_back(compiled->getter.get());
            if (compiled->setter) methods.push_back(compiled->setter.get());
        }
        std::vector<std::string> exported;
        for (ClassThing* level : type.python_class->lineage()) {
            for (const std::string& name : level->names()->names()) {
                const auto* function = thing_as<FunctionThing>(*level->names()->find(name));
                if (function && function->role == FunctionThing::Role::exported && name != "forward")
                    exported.push_back(name);
            }
        }
        std::ranges::sort(exported);
        exported.erase(std::unique(exported.begin(), exported.end()), exported.end());
        const IValue* forward = type.python_class->find("forward");
        const auto* function = forward ? thing_as<FunctionThing>(*forward) : nullptr;
        if (function && function->role != FunctionThing::Role::ignored && function->role != FunctionThing::Role::unused)
            exported.insert(exported.begin(), "forward");
        for (const std::string& name : exported) {
            for (Function* function : overloads(type, name)) methods.push_back(function);
        }
        for (Function* method : methods) define_now(session_, *method, {});
        for (const auto* hooks : {&type.forward_pre_hooks, &type.forward_hooks}) {
            for (const IValue& value : *hooks) define_now(session_, *hook(type, value), {});
        }
        if (type.container == ModuleClass::Container::list || type.container == ModuleClass::Container::dict) {
            define_from_text(type, fmt::format("def __len__(self) -> int:\n   return {}\n", type.modules.size()));
        }
        if (type.container == ModuleClass::Container::dict) {
            std::string keys;
            for (const auto& [name, module] : type.modules)
                keys += (keys.empty() ? "" : ", ") + session_.repr(IValue(name));
            define_from_text(
                type, type.modules.empty()
                          ? "def __contains__(self, key: str) -> bool:\n   return False\n"
                          : fmt::format("def __contains__(self, key: str) -> bool:\n   return key in [{}]\n", keys));
        }
    } catch (...) {
        compiled_[type.type.get()] = false;
        throw;
    }
}

void ModuleClasses::define_from_text(ModuleClass& type, const std::string& text) {
    const auto ast = parse(std::make_shared<Source>(text, "<string>"));
    auto method = make_intrusive<FunctionThing>(ast, ast::as<ast::FunctionDef>(ast->body.at(0)), session_.globals());
    method->defaults.assign(method->parameters().size(), std::nullopt);
    if (type.type->find_method(method->name())) return;
    define_now(session_, *declare(type, *method, method->name()), {});
}

Function* ModuleClasses::declare(ModuleClass& type, FunctionThing& method, const std::string& name,
                                 const FunctionThing* overload, bool is_method) {
    Schema schema = (overload ? *overload : method).signature(session_);
    if (schema.arguments.empty()) throw CompileError(method.def->parameters_range, "methods must have a self argument");
    schema.arguments[0].type = type.type;
    schema.arguments[0].default_value.reset();
    auto function = make_intrusive<Function>(
        fmt::format("{}.{}", type.type->name(), name),
        [this, &type, method = IntrusivePtr<FunctionThing>(&method), schema](Function& function) {
            ModuleResolver resolver(session_, *method, *this, type);
            emit_function(function, *method->def, schema, resolver);
        });
    if (!schema.returns.empty()) {
        schema.name = name;
        function->set_schema(std::move(schema));
    }
    if (is_method) type.type->add_method(function);
    return session_.unit()->add_function(std::move(function));
}

Function* ModuleClasses::method(ModuleClass& type, const std::string& name, const ClassThing* after) {
    ClassThing* found_in = nullptr;
    const IValue* found = type.python_class->find(name, after, &found_in);
    auto* function = found ? thing_as<FunctionThing>(*found) : nullptr;
    if (!function || !function->def) return nullptr;
    // A method that another one hides is compiled under a name of its own.
    const std::string own = after ? fmt::format("_{}_{}", found_in->name(), name) : name;
    if (Function* known = type.type->find_method(own)) return known;
    return declare(type, *function, own);
}

Function* ModuleClasses::property(ModuleClass& type, const std::string& name, const PropertyThing& property) {
    if (const auto* known = type.type->find_property(name)) return known->getter.get();
    auto* getter = thing_as<FunctionThing>(property.getter);
    if (!getter) return nullptr;
    Function* get = declare(type, *getter, "__" + name + "_getter");
    auto* setter = thing_as<FunctionThing>(property.setter);
    Function* set = setter ? declare(type, *setter, "__" + name + "_setter") : nullptr;
    type.type->add_property({name, IntrusivePtr<Function>(get), IntrusivePtr<Function>(set)});
    return get;
}

std::vector<Function*> ModuleClasses::overloads(ModuleClass& type, const std::string& name) {
    const IValue* found = type.python_class->find(name);
    auto* function = found ? thing_as<FunctionThing>(*found) : nullptr;
    std::vector<Function*> methods;
    for (size_t i = 0; function && i < function->overloads.size(); ++i) {
        const std::string own = fmt::format("{}__{}", name, i);
        Function* known = type.type->find_method(own);
        methods.push_back(known ? known : declare(type, *function, own, function->overloads[i].get()));
    }
    if (methods.empty()) {
        if (Function* only = method(type, name)) methods.push_back(only);
    }
    return methods;
}

Function* ModuleClasses::hook(ModuleClass& type, const IValue& value) {
    auto* function = thing_as<FunctionThing>(value);
    if (!function || !function->def) raise("TypeError", "a hook is a function");
    const std::string name = fmt::format("{}.{}", type.type->name(), function->name());
    if (Function* known = session_.unit()->find_function(name)) return known;
    Function* declared = declare(type, *function, function->name(), nullptr, false);
    const bool before =
        std::ranges::any_of(type.forward_pre_hooks, [&](const IValue& hook) { return hook.is_same(value); });
    before ? type.type->add_forward_pre_hook(IntrusivePtr<Function>(declared))
           : type.type->add_forward_hook(IntrusivePtr<Function>(declared));
    return declared;
}

SugaredPtr ModuleClasses::module_value(Value* value, ModuleClass& type) {
    return std::make_shared<ModuleValue>(session_, *this, value, type);
}

}  // namespace wick::jit

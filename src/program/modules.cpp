#include "program/modules.h"

#include <algorithm>
#include <fmt/format.h>

#include "frontend/sugared_value.h"
#include "program/builtin_thing.h"
#include "program/class_members.h"
#include "program/compiled_function.h"
#include "program/module_class.h"
#include "program/script_module.h"
#include "program/session.h"
#include "runtime/interpreter.h"

namespace wick::jit {

ModuleObject::ModuleObject(IntrusivePtr<ClassThing> type)
    : type(std::move(type)),
      parameters(make_dict(any_type(), any_type())),
      buffers(make_dict(any_type(), any_type())),
      modules(make_dict(any_type(), any_type())),
      attributes(make_dict(any_type(), any_type())) {
    attributes->set(IValue("training"), IValue(true));
    attributes->set(IValue("_is_full_backward_hook"), IValue());
}

void ModuleObject::take_back() {
    if (!scripted) return;
    for (size_t i = 0; i < scripted->slot_count(); ++i) {
        if (scripted->slot(i).is_object()) continue;
        const IValue name(scripted->type->attributes()[i].name);
        for (const auto* store : {&parameters, &buffers, &attributes}) {
            if ((*store)->find(name)) (*store)->set(name, scripted->slot(i));
        }
    }
    scripted = nullptr;
}

bool ModuleObject::is_container() const {
    static constexpr std::string_view kContainers[] = {"Sequential", "ModuleList", "ModuleDict"};
    for (ClassThing* level : type->lineage()) {
        if (level->qualified_name().starts_with("__torch__.torch.nn.modules.container.") &&
            std::ranges::find(kContainers, level->name()) != std::end(kContainers))
            return true;
    }
    return false;
}

std::string ModuleObject::repr(Session& session) {
    IValue method;
    std::string extra;
    if (attribute(session, "extra_repr", method)) extra = session.str(session.call(method, {}));
    std::string inner;
    for (auto& [name, module] : modules->items()) {
        std::string text = session.repr(module);
        for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 3)) text.insert(at + 1, "  ");
        inner += fmt::format("  ({}): {}\n", session.str(name), text);
    }
    if (inner.empty()) return fmt::format("{}({})", type->name(), extra);
    return fmt::format("{}({}\n{})", type->name(), extra, inner);
}

bool ModuleObject::base_attribute(Session&, const std::string& name, IValue& out) {
    const std::pair<std::string_view, const IntrusivePtr<DictObject>*> stores[] = {
        {"_parameters", &parameters}, {"_buffers", &buffers}, {"_modules", &modules}, {"__dict__", &attributes}};
    for (const auto& [store, dict] : stores) {
        if (store != name) continue;
        out = IValue(*dict);
        return true;
    }
    if (name == "__init__") {
        // What the program has set before it called this stands before these.
        out = make_closure<IntrusivePtr<DictObject>>(attributes, [](Session&, auto& attributes, Arguments&) {
            for (const char* name : {"training", "_is_full_backward_hook"}) {
                const IValue value = *attributes->find(IValue(name));
                attributes->erase(IValue(name));
                attributes->set(IValue(name), value);
            }
            return IValue();
        });
        return true;
    }
    if (name == "__class__") {
        out = type->value();
        return true;
    }
    if (name == "register_forward_hook" || name == "register_forward_pre_hook") {
        std::vector<IValue>& hooks = name == "register_forward_hook" ? forward_hooks : forward_pre_hooks;
        out = make_closure<std::pair<IntrusivePtr<ModuleObject>, std::vector<IValue>*>>(
            {IntrusivePtr<ModuleObject>(this), &hooks}, [](Session&, auto& data, Arguments& arguments) {
                data.second->push_back(arguments.at(0));
                data.first->take_back();
                return IValue();
            });
        return true;
    }
    if (name == "__setattr__") {
        out = make_closure<IntrusivePtr<ModuleObject>>(
            IntrusivePtr<ModuleObject>(this),
            [](Session& session, IntrusivePtr<ModuleObject>& module, Arguments& arguments) {
                module->set_attribute(session, arguments.at(0).to_string(), arguments.at(1));
                return IValue();
            });
        return true;
    }
    if (name == "__delattr__") {
        out = make_closure<IntrusivePtr<ModuleObject>>(IntrusivePtr<ModuleObject>(this), [](Session&,
                                                                                            IntrusivePtr<ModuleObject>&
                                                                                                module,
                                                                                            Arguments& arguments) {
            const IValue& name = arguments.at(0);
            for (const auto* store : {&module->parameters, &module->buffers, &module->modules, &module->attributes}) {
                if ((*store)->erase(name)) return IValue();
            }
            raise("AttributeError", name.to_string());
        });
        return true;
    }
    return false;
}

bool ModuleObject::attribute(Session& session, const std::string& name, IValue& out) {
    if (scripted) {
        if (const int64_t slot = scripted->type->find_attribute(name); slot >= 0 && !scripted->slot(slot).is_object()) {
            out = scripted->slot(slot);
            return true;
        }
    }
    const IValue key(name);
    for (const auto* store : {&parameters, &buffers, &modules, &attributes}) {
        if (const IValue* found = (*store)->find(key)) {
            out = *found;
            return true;
        }
    }
    if (const IValue* found = type->find(name)) {
        if (auto* property = thing_as<PropertyThing>(*found)) {
            out = session.call(property->getter, {{value()}, {}});
        } else if (auto* function = thing_as<FunctionThing>(*found)) {
            out = function->is_static         ? *found
                  : function->is_class_method ? make_intrusive<BoundMethod>(type->value(), *found)->value()
                                              : make_intrusive<BoundMethod>(value(), *found)->value();
        } else {
            out = *found;
        }
        return true;
    }
    return base_attribute(session, name, out);
}

void ModuleObject::set_attribute(Session& session, const std::string& name, IValue value) {
    if (const IValue* found = type->find(name)) {
        if (auto* property = thing_as<PropertyThing>(*found); property && !property->setter.is_none()) {
            session.call(property->setter, {{this->value(), std::move(value)}, {}});
            return;
        }
    }
    if (scripted) {
        const int64_t slot = scripted->type->find_attribute(name);
        IValue settled = value;
        if (!holds_thing(settled)) settle_types(settled);
        if (slot >= 0 && !holds_thing(settled) &&
            settled.type()->is_subtype_of(*scripted->type->attributes()[slot].type)) {
            scripted->set_slot(slot, settled);
        } else {
            take_back();  // it is another module now
        }
    }
    const IValue key(name);
    const auto forget = [&](const DictObject* keep) {
        for (const auto* store : {&parameters, &buffers, &modules, &attributes}) {
            if (store->get() != keep) (*store)->erase(key);
        }
    };
    if (session.is_parameter(value)) {
        forget(parameters.get());
        parameters->set(key, std::move(value));
    } else if (thing_as<ModuleObject>(value)) {
        forget(modules.get());
        modules->set(key, std::move(value));
    } else if (parameters->find(key)) {
        if (!value.is_none())
            raise("TypeError", fmt::format("cannot assign '{}' as parameter '{}' (torch.nn.Parameter or None expected)",
                                           session.type_name(value), name));
        parameters->set(key, std::move(value));
    } else if (modules->find(key) && value.is_none()) {
        modules->set(key, std::move(value));
    } else if (buffers->find(key)) {
        if (!value.is_none() && !value.is_tensor())
            raise("TypeError", fmt::format("cannot assign '{}' as buffer '{}' (torch.Tensor or None expected)",
                                           session.type_name(value), name));
        buffers->set(key, std::move(value));
    } else {
        forget(attributes.get());
        attributes->set(key, std::move(value));
    }
}

/// As torch.nn.Module.__call__: hooks before forward may change its inputs, hooks after it its output.
static IValue call_with_hooks(Session& session, const IntrusivePtr<ScriptObject>& module, Arguments arguments) {
    const IValue self(module);
    for (const auto& hook : module->type->forward_pre_hooks()) {
        const IValue inputs = call_compiled(session, *hook, {{self, IValue(make_tuple(arguments.positional))}, {}});
        if (!inputs.is_none())
            arguments.positional = inputs.is_tuple() ? inputs.to_tuple().elements : std::vector<IValue>{inputs};
    }
    const IValue inputs(make_tuple(arguments.positional));
    arguments.positional.insert(arguments.positional.begin(), self);
    IValue output = call_compiled(session, *module->type->find_method("forward"), std::move(arguments));
    for (const auto& hook : module->type->forward_hooks()) {
        const IValue changed = call_compiled(session, *hook, {{self, inputs, output}, {}});
        if (!changed.is_none()) output = changed;
    }
    return output;
}

IValue ModuleObject::call(Session& session, Arguments arguments) {
    const IValue* method = type->find("forward");
    const auto* function = method ? thing_as<FunctionThing>(*method) : nullptr;
    if (!function) return call_forward(session, std::move(arguments));
    IValue result;
    function->in_contexts(session, [&] { result = call_forward(session, std::move(arguments)); });
    return result;
}

IValue ModuleObject::call_forward(Session& session, Arguments arguments) {
    IValue forward;
    if (session.constructing == 0 && !std::ranges::any_of(arguments.positional, holds_thing)) {
        try {
            const IntrusivePtr<ScriptObject> compiled = script_module(session, value());
            if (!compiled->type->forward_hooks().empty() || !compiled->type->forward_pre_hooks().empty())
                return call_with_hooks(session, compiled, std::move(arguments));
            if (Function* function = compiled->type->find_method("forward"))
                return CompiledMethod(IValue(compiled), *function).call(session, std::move(arguments));
        } catch (const NotCompilable&) {
            // Python runs it.
        }
    }
    if (!attribute(session, "forward", forward))
        raise("NotImplementedError",
              fmt::format("Module [{}] is missing the required \"forward\" function", type->name()));
    return session.call(forward, std::move(arguments));
}

SugaredPtr ModuleObject::compile_time(Session& session, Graph&, const SourceRange& range) {
    throw NotCompilable(
        range,
        fmt::format("python value of type '{}' cannot be used as a value. Perhaps it is a closed over global variable? "
                    "If so, please consider passing it in as an argument or use a local variable instead.",
                    type->name()));
}

bool ModuleObject::elements(Session& session, std::vector<IValue>& out) {
    if (is_container()) {
        const bool is_dict = type->name() == "ModuleDict";
        for (auto& [name, module] : modules->items()) out.push_back(is_dict ? name : module);
        return true;
    }
    IValue method;
    if (!attribute(session, "__iter__", method)) return false;
    out = session.elements(session.call(method, {}));
    return true;
}

IValue construct_module(Session& session, ClassThing& type, Arguments arguments) {
    auto module = make_intrusive<ModuleObject>(IntrusivePtr<ClassThing>(&type));
    IValue value = module->value();
    if (const IValue* init = type.find("__init__")) {
        struct Constructing {
            explicit Constructing(int& count) : count(count) { ++count; }
            ~Constructing() { --count; }
            int& count;
        } constructing(session.constructing);
        arguments.positional.insert(arguments.positional.begin(), value);
        session.call(*init, std::move(arguments));
    }
    return value;
}

IValue sliced_module(Session& session, const IValue& container, std::vector<IValue> elements) {
    auto* module = thing_as<ModuleObject>(container);
    if (!module || !module->is_container())
        raise("TypeError", fmt::format("'{}' object is not subscriptable", session.type_name(container)));
    auto slice = make_intrusive<ModuleObject>(module->type);
    for (size_t i = 0; i < elements.size(); ++i) slice->modules->set(IValue(std::to_string(i)), elements[i]);
    return slice->value();
}

IValue value_as(const IValue& value, const TypePtr& type, const std::string& name) {
    Schema schema;
    schema.name = name;
    Argument argument;
    argument.name = name;
    argument.type = type;
    schema.arguments.push_back(std::move(argument));
    // Python's tuples are as good as lists.
    const Type& inner = type->is(TypeKind::Optional) ? *type->contained(0) : *type;
    if (value.is_tuple() && inner.is(TypeKind::List))
        return bind_arguments(schema, {IValue(make_list(any_type(), value.to_tuple().elements))})[0];
    return bind_arguments(schema, {value})[0];
}

namespace {

IValue copy_of(Session& session, const IValue& value) {
    if (value.is_tensor()) {
        const IValue source(value.tensor_ref().detach());
        IValue copy = session.eager().call("self.clone", &source, {}, {});
        copy.tensor_ref().set_requires_grad(value.tensor_ref().requires_grad());
        if (session.is_parameter(value)) session.mark_parameter(copy.to_tensor());
        return copy;
    }
    if (value.is_list()) {
        auto copy = make_list(value.to_list().element_type);
        for (const IValue& item : value.to_list().items) copy->items.push_back(copy_of(session, item));
        return IValue(std::move(copy));
    }
    if (value.is_tuple()) {
        std::vector<IValue> elements;
        for (const IValue& item : value.to_tuple().elements) elements.push_back(copy_of(session, item));
        return IValue(make_tuple(std::move(elements), value.to_tuple().named_type));
    }
    if (value.is_dict()) {
        auto copy = make_dict(value.to_dict().key_type, value.to_dict().value_type);
        for (auto& [key, item] : value.to_dict().items()) copy->set(key, copy_of(session, item));
        return IValue(std::move(copy));
    }
    if (auto* module = thing_as<ModuleObject>(value)) {
        auto copy = make_intrusive<ModuleObject>(module->type);
        const auto copy_store = [&](const DictObject& from, DictObject& into) {
            for (auto& [key, item] : from.items()) into.set(key, copy_of(session, item));
        };
        copy_store(*module->parameters, *copy->parameters);
        copy_store(*module->buffers, *copy->buffers);
        copy_store(*module->modules, *copy->modules);
        copy_store(*module->attributes, *copy->attributes);
        return copy->value();
    }
    return value;
}

}  // namespace

IValue deep_copy(Session& session, Arguments& arguments) { return copy_of(session, arguments.at(0)); }

}  // namespace wick::jit

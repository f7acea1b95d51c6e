#include "program/module_value.h"

#include <algorithm>
#include <fmt/format.h>

#include "frontend/function_values.h"
#include "program/compiled_function.h"
#include "program/functions.h"

namespace wick::jit {

namespace {

/// self.items(), self.children(), …: what is known when the method is compiled, whatever the arguments.
class KnownCall : public SugaredValue {
 public:
    explicit KnownCall(std::vector<SugaredPtr> members) : members_(std::move(members)) {}
    std::string kind() const override { return "module method"; }
    SugaredPtr call(const SourceRange&, Graph&, const NamedValues&, const NamedValues&) override {
        return std::make_shared<SugaredTuple>(members_);
    }

 private:
    std::vector<SugaredPtr> members_;
};

class DefinedMethod : public SugaredValue {
 public:
    DefinedMethod(Session& session, Value* self, Function& function)
        : session_(session), self_(self), function_(&function) {}
    std::string kind() const override { return "method"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        define_now(session_, *function_, range);
        return MethodValue(self_, function_->name()).call(range, graph, args, kwargs);
    }

 private:
    Session& session_;
    Value* const self_;
    const IntrusivePtr<Function> function_;
};

/// A method with several signatures: the first that fits is called.
class OverloadedMethod : public SugaredValue {
 public:
    OverloadedMethod(Session& session, Value* self, std::vector<Function*> methods)
        : session_(session), self_(self), methods_(std::move(methods)) {}
    std::string kind() const override { return "method"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        NamedValues all{NamedValue(range, self_)};
        all.insert(all.end(), args.begin(), args.end());
        std::vector<const Schema*> schemas;
        for (Function* method : methods_) schemas.push_back(&method->schema());
        const auto [chosen, match] = match_schemas(schemas, range, graph, all, kwargs);
        define_now(session_, *methods_[chosen], range);
        return sugar(emit_method_call(range, graph, methods_[chosen]->name(), match));
    }

 private:
    Session& session_;
    Value* const self_;
    const std::vector<Function*> methods_;
};

/// A function whose first argument is there already.
class BoundFunction : public SugaredValue {
 public:
    BoundFunction(SugaredPtr function, Value* self) : function_(std::move(function)), self_(self) {}
    std::string kind() const override { return "method"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        NamedValues all{NamedValue(range, self_)};
        all.insert(all.end(), args.begin(), args.end());
        return function_->call(range, graph, all, kwargs);
    }

 private:
    const SugaredPtr function_;
    Value* const self_;
};

SugaredPtr text(Graph& graph, const std::string& name) { return sugar(graph.insert_constant(IValue(name))); }

bool is_plain_tuple(const IValue& value) { return value.is_tuple() && !value.to_tuple().named_type; }

/// A tuple among a module's constants, made of its members.
Value* constant_tuple(const SourceRange& range, Graph& graph, const IValue& value) {
    if (!is_plain_tuple(value)) return graph.insert_constant(value, {}, range);
    std::vector<SugaredPtr> members;
    for (const IValue& member : value.to_tuple().elements)
        members.push_back(sugar(constant_tuple(range, graph, member)));
    return SugaredTuple(std::move(members)).as_value(range, graph);
}

}  // namespace

std::optional<bool> ModuleValue::is_instance_of(const SugaredValue& type) const {
    const auto* python_class = thing_as<ClassThing>(type.origin);
    if (!python_class || python_class->family() != ClassThing::Family::module) return std::nullopt;
    return type_->python_class->derives_from(*python_class);
}

std::vector<ModuleValue::Member> ModuleValue::children(const SourceRange& range, Graph& graph) {
    std::vector<Member> out;
    // As in PyTorch, by whose nodes values are numbered, names are there whether they are asked for or not, and
    // parameters are read twice.
    if (type_->container == ModuleClass::Container::parameters) {
        for (const auto& attribute : type_->attributes) {
            if (!attribute.is_parameter) continue;
            const SugaredPtr key = text(graph, attribute.name);
            SimpleValue(self_).attr(range, graph, attribute.name);
            out.push_back({attribute.name, key, SimpleValue(self_).attr(range, graph, attribute.name)});
        }
        return out;
    }
    for (const auto& [name, type] : type_->modules) {
        const SugaredPtr key = text(graph, name);
        Value* member = SimpleValue(self_).attr(range, graph, name)->as_value(range, graph);
        out.push_back({name, key, classes_.module_value(member, *type)});
    }
    return out;
}

void ModuleValue::walk(const SourceRange& range, Graph& graph, const std::string& prefix, std::vector<Member>& out,
                       const std::string& what) {
    if (what == "modules") out.push_back({prefix, text(graph, prefix), shared_from_this()});
    for (const auto& attribute : type_->attributes) {
        const bool wanted = what == "parameters" ? attribute.is_parameter : what == "buffers" && attribute.is_buffer;
        if (!wanted || !attribute.type->is(TypeKind::Tensor)) continue;
        const std::string path = prefix + (prefix.empty() ? "" : ".") + attribute.name;
        out.push_back({path, text(graph, path), SimpleValue(self_).attr(range, graph, attribute.name)});
    }
    if (type_->container == ModuleClass::Container::parameters) return;
    for (const Member& child : children(range, graph))
        static_cast<ModuleValue&>(*child.value)
            .walk(range, graph, prefix + (prefix.empty() ? "" : ".") + child.name, out, what);
}

SugaredPtr ModuleValue::try_attr(const SourceRange& range, Graph& graph, const std::string& field) {
    if (ModuleClass* inner = type_->find_module(field)) {
        Value* member = SimpleValue(self_).attr(range, graph, field)->as_value(range, graph);
        return classes_.module_value(member, *inner);
    }
    const ClassType& type = *type_->type;
    if (const IValue* constant = type.find_constant(field); constant && is_plain_tuple(*constant))
        return sugar(constant_tuple(range, graph, *constant));
    if (type.find_attribute(field) >= 0 || type.find_constant(field))
        return SimpleValue(self_).attr(range, graph, field);
    const auto rows = [&](const std::vector<Member>& named, bool with_names, bool with_values) {
        std::vector<SugaredPtr> members;
        for (const Member& member : named) {
            if (with_names && with_values) {
                members.push_back(std::make_shared<SugaredTuple>(std::vector<SugaredPtr>{member.key, member.value}));
            } else {
                members.push_back(with_names ? member.key : member.value);
            }
        }
        return std::make_shared<KnownCall>(std::move(members));
    };
    if (type_->container != ModuleClass::Container::none) {
        if (field == "items") return rows(children(range, graph), true, true);
        if (field == "keys") return rows(children(range, graph), true, false);
        if (field == "values") return rows(children(range, graph), false, true);
    }
    if (const auto function = std::ranges::find(type_->functions, field, [](const auto& f) { return f.first; });
        function != type_->functions.end())
        return session_.compile_time(function->second, graph, range);
    // What the root of all modules has is Python's; these are known without running it.
    for (const std::string what : {"children", "modules", "parameters", "buffers"}) {
        if (field != what && field != "named_" + what) continue;
        std::vector<Member> found;
        what == "children" ? void(found = children(range, graph)) : walk(range, graph, "", found, what);
        return rows(found, field != what, true);
    }
    const IValue* member = type_->python_class->find(field);
    if (!member) return nullptr;
    if (auto* property = thing_as<PropertyThing>(*member)) {
        auto* getter = thing_as<FunctionThing>(property->getter);
        Function* compiled = getter ? classes_.property(*type_, field, *property) : nullptr;
        return compiled ? DefinedMethod(session_, self_, *compiled).call(range, graph, {}, {}) : nullptr;
    }
    if (auto* function = thing_as<FunctionThing>(*member)) {
        if (function->is_static) return function->compile_time(session_, graph, range);
        if (function->role == FunctionThing::Role::ignored || function->role == FunctionThing::Role::unused)
            return std::make_shared<BoundFunction>(function->compile_time(session_, graph, range), self_);
        std::vector<Function*> methods = classes_.overloads(*type_, field);
        if (methods.size() == 1) return std::make_shared<DefinedMethod>(session_, self_, *methods[0]);
        if (!methods.empty()) return std::make_shared<OverloadedMethod>(session_, self_, std::move(methods));
    }
    if (!thing_of(*member) && is_constant_form(*member)) return session_.compile_time(*member, graph, range);
    return nullptr;
}

SugaredPtr ModuleValue::attr(const SourceRange& range, Graph& graph, const std::string& field) {
    if (SugaredPtr found = try_attr(range, graph, field)) return found;
    const std::string* why = type_->why_failed(field);
    throw CompileError(range, fmt::format("Module '{}' has no attribute '{}' {}", type_->python_class->name(), field,
                                          why ? *why : ""));
}

bool ModuleValue::has_attr(const SourceRange&, Graph&, const std::string& field) {
    const ClassType& type = *type_->type;
    return type_->find_module(field) || type.find_attribute(field) >= 0 || type.find_constant(field) ||
           type_->python_class->find(field) ||
           std::ranges::find(type_->functions, field, [](const auto& f) { return f.first; }) != type_->functions.end();
}

void ModuleValue::set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned) {
    if (const IValue* member = type_->python_class->find(field)) {
        if (auto* property = thing_as<PropertyThing>(*member)) classes_.property(*type_, field, *property);
    }
    SimpleValue(self_).set_attr(range, graph, field, assigned);
}

SugaredPtr ModuleValue::call(const SourceRange& range, Graph& graph, const NamedValues& args,
                             const NamedValues& kwargs) {
    const SugaredPtr forward = attr(range, graph, "forward");
    if (type_->forward_hooks.empty() && type_->forward_pre_hooks.empty())
        return forward->call(range, graph, args, kwargs);
    const auto run_hook = [&](const IValue& hook, std::vector<Value*> values) {
        Function* function = classes_.hook(*type_, hook);
        define_now(session_, *function, range);
        NamedValues given{NamedValue(range, self_)};
        for (Value* value : values) given.emplace_back(range, value);
        return FunctionValue({function}).call(range, graph, given, {})->as_value(range, graph);
    };
    const auto packed = [&](const NamedValues& values) {
        std::vector<SugaredPtr> members;
        for (const NamedValue& value : values) members.push_back(sugar(value.value(graph)));
        return SugaredTuple(std::move(members)).as_value(range, graph);
    };
    NamedValues inputs = args;
    for (const IValue& hook : type_->forward_pre_hooks) {
        Value* changed = run_hook(hook, {packed(inputs)});
        if (changed->type->is(TypeKind::None)) continue;
        inputs.clear();
        if (!changed->type->is(TypeKind::Tuple)) {
            inputs.emplace_back(range, changed);
            continue;
        }
        for (const SugaredPtr& member : sugar(changed)->as_tuple(range, graph))
            inputs.emplace_back(range, member->as_value(range, graph));
    }
    Value* tuple = type_->forward_hooks.empty() ? nullptr : packed(inputs);
    Value* output = forward->call(range, graph, inputs, kwargs)->as_value(range, graph);
    for (const IValue& hook : type_->forward_hooks) {
        Value* changed = run_hook(hook, {tuple, output});
        if (!changed->type->is(TypeKind::None)) output = changed;
    }
    return sugar(output);
}

std::vector<SugaredPtr> ModuleValue::as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t>) {
    if (type_->container == ModuleClass::Container::none)
        throw CompileError(
            range, "Only constant Sequential, ModuleList, ModuleDict, or ParameterList can be used as an iterable");
    std::vector<SugaredPtr> members;
    for (const Member& member : children(range, graph))
        members.push_back(type_->container == ModuleClass::Container::dict ? member.key : member.value);
    return members;
}

SugaredPtr ModuleValue::iterator(const SourceRange& range, Graph& graph) {
    return std::make_shared<SugaredTuple>(as_tuple(range, graph, std::nullopt));
}

SugaredPtr ModuleValue::subscript(const SourceRange& range, Graph& graph, Value* index, const TypePtr& hint) {
    if (type_->container == ModuleClass::Container::none)
        throw CompileError(range,
                           "Only ModuleList, Sequential, ModuleDict, ParameterList, and ParameterDict modules are "
                           "subscriptable");
    const IValue* constant = constant_value(index);
    if (!constant && hint && hint->is(TypeKind::Interface))
        return sugar(emit_module_at(range, graph, self_, index, hint));
    if (index->type->is(TypeKind::String)) {
        if (!constant) {
            throw CompileError(range,
                               "Unable to extract string literal index. ModuleDict indexing is only supported with "
                               "string literals. For example, "
                               "'i = \"a\"; self.layers[i](x)' will fail because i is not a literal. Enumeration of "
                               "ModuleDict is supported, e.g. "
                               "'for k, v in self.items(): out = v(inp)'");
        }
        for (const Member& member : children(range, graph)) {
            if (member.name == constant->to_string()) return member.value;
        }
        throw CompileError(range, fmt::format("Key Error, {}", constant->to_string()));
    }
    if (!constant || !constant->is_int()) {
        throw CompileError(range,
                           "Expected integer literal for index but got a variable or non-integer. "
                           "ModuleList/Sequential indexing is only supported with integer literals. For example, "
                           "'i = 4; self.layers[i](x)' will fail because i is not a literal. Enumeration is supported, "
                           "e.g. 'for index, v in "
                           "enumerate(self): out = v(inp)'");
    }
    const auto members = children(range, graph);
    const auto count = static_cast<int64_t>(members.size());
    const int64_t at = constant->to_int();
    if (at < -count || at >= count)
        throw CompileError(range, fmt::format("Index {} out of range of length {}", at, count));
    return members[at < 0 ? at + count : at].value;
}

SugaredPtr SuperModuleValue::attr(const SourceRange& range, Graph&, const std::string& field) {
    if (after_) {
        if (Function* method = classes_.method(*type_, field, after_))
            return std::make_shared<DefinedMethod>(session_, self_, *method);
    }
    throw CompileError(range, fmt::format("'super' object has no attribute '{}'", field));
}

}  // namespace wick::jit

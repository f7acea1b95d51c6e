// Functions in compiled code: each has an instance for all calls, or one for each combination of argument types.

#include <algorithm>
#include <fmt/format.h>

#include "frontend/emitter.h"
#include "frontend/function_values.h"
#include "ops/autocast.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/scope_resolver.h"
#include "program/session.h"

namespace wick::jit {

Function& FunctionThing::compile(Session& session, const std::string& key, FunctionRef<Schema()> signature) {
    if (constants_version_ != session.constants_version()) {
        instances_.clear();
        constants_version_ = session.constants_version();
    }
    IntrusivePtr<Function>& known = instances_[key];
    if (known) return *known;
    Schema schema = signature();
    auto function =
        make_intrusive<Function>(session.unique_name(lambda ? scope->qualifier() + "._lambda" : qualified_name),
                                 [&session, self = IntrusivePtr<FunctionThing>(this), schema](Function& function) {
                                     ScopeResolver resolver(session, self->scope, self->ast);
                                     emit_function(function, self->definition(), schema, resolver);
                                 });
    if (!schema.returns.empty()) {
        schema.name = definition().name;
        function->set_schema(std::move(schema));
    }
    known = function;
    session.unit()->add_function(std::move(function));
    return *known;
}

/// Other context managers are left out of compiled functions without a word, as in PyTorch.
static void refuse_autocast(const FunctionThing& function, const SourceRange& range) {
    if (std::ranges::any_of(function.contexts, [](const auto& manager) { return is_autocast(*manager->type); }))
        throw NotCompilable(range, "TorchScript error: @autocast() decorator is not supported in script mode");
}

Function& FunctionThing::compiled(Session& session) {
    if (def) refuse_autocast(*this, def->range);
    return compile(session, "", [&] { return signature(session); });
}

static std::string key_of(const std::vector<TypePtr>& types) {
    std::string key;
    for (const TypePtr& type : types) key += (type ? type->str() : "") + ",";
    return key;
}

Function& FunctionThing::instance(Session& session, const std::vector<TypePtr>& types) {
    return compile(session, key_of(types), [&] { return signature(session, types); });
}

namespace {

/// Python's words for an argument that only its position may tell.
void check_positional(const FunctionThing& function, const SourceRange& range, const NamedValues& kwargs) {
    for (const ast::Parameter& parameter : function.parameters()) {
        const auto named = std::ranges::find(kwargs, parameter.name, &NamedValue::name);
        if (parameter.positional_only && named != kwargs.end())
            throw CompileError(range,
                               fmt::format("{}() got some positional-only arguments passed as keyword arguments: '{}'",
                                           function.name(), parameter.name));
    }
}

/// A function whose parameters have types.
class TypedFunctionValue : public FunctionValue {
 public:
    TypedFunctionValue(FunctionThing& thing, Function& function) : FunctionValue({&function}), thing_(&thing) {}
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        check_positional(*thing_, range, kwargs);
        return FunctionValue::call(range, graph, args, kwargs);
    }

 private:
    const IntrusivePtr<FunctionThing> thing_;
};

/// A generic function inside compiled code: each call compiles its own instance.
class GenericFunctionValue : public SugaredValue {
 public:
    GenericFunctionValue(Session& session, FunctionThing& function) : session_(session), function_(&function) {}
    std::string kind() const override { return "function"; }
    bool takes_things() const override { return true; }
    Function* callee(const SourceRange& range) override {
        Function& function = function_->compiled(session_);
        define_now(session_, function, range);
        return &function;
    }

    SugaredPtr call_with(const SourceRange& range, Graph& graph, const std::vector<SugaredArgument>& given) override {
        const auto& parameters = function_->parameters();
        std::vector<IValue> things(parameters.size());
        for (size_t i = 0; i < things.size(); ++i) {
            if (function_->defaults[i] && is_callable_thing(*function_->defaults[i]))
                things[i] = *function_->defaults[i];
        }
        NamedValues args;
        NamedValues kwargs;
        size_t position = 0;
        for (const SugaredArgument& argument : given) {
            const size_t at =
                argument.name.empty()
                    ? position++
                    : std::ranges::find(parameters, argument.name, &ast::Parameter::name) - parameters.begin();
            if (at < things.size()) things[at] = IValue();
            if (!argument.value->simple() && at < things.size() && takes_things_for(parameters[at]) &&
                is_callable_thing(argument.value->origin)) {
                things[at] = argument.value->origin;
                continue;
            }
            Value* value = argument.value->as_value(argument.range, graph);
            argument.name.empty() ? args.emplace_back(argument.range, value)
                                  : kwargs.emplace_back(argument.range, argument.name, value);
        }
        if (!std::ranges::any_of(things, holds_thing)) return call(range, graph, args, kwargs);
        return session_.compile_time(function_->with_things(session_, things).value(), graph, range)
            ->call(range, graph, args, kwargs);
    }

    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        check_positional(*function_, range, kwargs);
        const auto& parameters = function_->parameters();
        std::vector<TypePtr> types;
        for (size_t i = 0; i < parameters.size(); ++i) types.push_back(var_type(fmt::format("t{}", i)));
        // Type variables bind to whatever comes.
        const MatchedSchema match = match_schema(function_->signature(session_, types), range, graph, args, kwargs);
        types.clear();
        for (size_t i = 0; i < match.inputs.size(); ++i)
            types.push_back(parameters[i].annotation ? TypePtr() : match.inputs[i]->type);
        Function& instance = function_->instance(session_, types);
        define_now(session_, instance, range);
        MatchedSchema call{match.inputs, {instance.schema().returns.at(0).type}, {}};
        return sugar(emit_function_call(range, graph, instance, call));
    }

 private:
    Session& session_;
    const IntrusivePtr<FunctionThing> function_;
};

/// A function that compiled code may mention but not call: @torch.jit.ignore, @torch.jit.unused.
class UncallableFunctionValue : public SugaredValue {
 public:
    UncallableFunctionValue(Session& session, FunctionThing& function) : session_(session), function_(&function) {}
    std::string kind() const override { return "function"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        Schema schema = function_->signature(session_);
        if (function_->owner && !schema.arguments.empty()) schema.arguments[0].type = any_type();
        if (function_->foreign)
            return ForeignFunctionValue(function_->name(), function_->foreign, std::move(schema))
                .call(range, graph, args, kwargs);
        match_schema(schema, range, graph, args, kwargs);
        constexpr const char* kMessage = "This Python function is annotated to be ignored and cannot be run";
        Node* raise = graph.create(sym::prim_RaiseException,
                                   {graph.insert_constant(kMessage), graph.insert_constant(IValue())}, 0);
        raise->range = range;
        graph.insert(raise);
        graph.insert_constant(IValue());  // the result that PyTorch has here
        const TypePtr type = schema.returns.empty() ? tensor_type() : schema.returns[0].type;
        return sugar(graph.insert_node(sym::prim_Uninitialized, {})->output()->set_type(type));
    }

 private:
    Session& session_;
    const IntrusivePtr<FunctionThing> function_;
};

}  // namespace

SugaredPtr FunctionThing::compile_time(Session& session, Graph&, const SourceRange& range) {
    refuse_autocast(*this, range);
    if (role == Role::unused || role == Role::ignored) return std::make_shared<UncallableFunctionValue>(session, *this);
    if (has_variable_arguments())
        throw NotCompilable(
            range,
            "Compiled functions can't take variable number of arguments or use keyword-only arguments with defaults");
    if (!overloads.empty()) {
        std::vector<Function*> functions;
        for (size_t i = 0; i < overloads.size(); ++i) {
            functions.push_back(
                &compile(session, fmt::format("overload {}", i), [&] { return overloads[i]->signature(session); }));
            define_now(session, *functions.back(), range);
        }
        return std::make_shared<FunctionValue>(std::move(functions));
    }
    if (only_python_runs()) {
        // Whoever would export it is told by the compiler why not.
        try {
            define_now(session, compiled(session), range);
        } catch (const CompileError& error) {
            throw NotCompilable(error);
        }
    }
    if (is_generic()) return std::make_shared<GenericFunctionValue>(session, *this);
    Function& function = compiled(session);
    define_now(session, function, range);
    return std::make_shared<TypedFunctionValue>(*this, function);
}

}  // namespace wick::jit

#include "program/functions.h"

#include <algorithm>
#include <fmt/format.h>

#include "archive/source_export.h"
#include "frontend/emitter.h"
#include "frontend/type_parser.h"
#include "ops/autocast.h"
#include "program/builtins.h"
#include "program/classes.h"
#include "program/evaluator.h"
#include "program/modules.h"
#include "program/namespaces.h"
#include "program/scope_resolver.h"
#include "runtime/interpreter.h"

namespace wick::jit {

using Kind = ast::Parameter::Kind;

namespace {

bool has_variable_arguments(const FunctionThing& function) {
    return std::ranges::any_of(function.parameters(), [](const ast::Parameter& parameter) {
        return parameter.kind == Kind::var_positional || parameter.kind == Kind::var_keyword;
    });
}

std::string key_of(const std::vector<TypePtr>& types) {
    std::string key;
    for (const TypePtr& type : types) key += (type ? type->str() : "") + ",";
    return key;
}

IValue run_with(Session& session, Function& function, std::vector<IValue> values) {
    const Schema& schema = function.schema();
    for (size_t i = 0; i < values.size() && i < schema.arguments.size(); ++i) {
        settle_types(values[i]);
        settle_empty(values[i], schema.arguments[i].type);
    }
    return session.run_compiled(function, bind_arguments(schema, std::move(values)));
}

/// A generic function inside compiled code: each call compiles its own instance.
class GenericFunctionValue : public SugaredValue {
 public:
    GenericFunctionValue(Session& session, FunctionThing& function) : session_(session), function_(&function) {}
    std::string kind() const override { return "function"; }
    bool takes_things() const override { return true; }

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

bool is_callable_thing(const IValue& value) {
    if (const auto* function = thing_as<FunctionThing>(value))
        return function->role == FunctionThing::Role::plain && !function->owner;
    const auto* type = thing_as<ClassThing>(value);
    return (type && type->def() && type->family() != ClassThing::Family::module) || thing_as<BuiltinThing>(value) ||
           thing_as<OperatorThing>(value);
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
    known->qualified_name =
        owner ? fmt::format("{}.{}", owner->names()->parent()->qualifier(), name()) : qualified_name;
    known->own_return_ = own_return_;
    return *known;
}

/// More of them are made on the way, by a lambda in a loop.
constexpr size_t kMaxVariants = 64;

FunctionThing* FunctionThing::called_with_things(Session& session, std::vector<IValue>& values) {
    std::vector<IValue> things(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
        if (!holds_thing(values[i])) continue;
        if (!takes_things_for(parameters()[i]) || !is_callable_thing(values[i])) return nullptr;
        things[i] = values[i];
    }
    if (with_things_.size() >= kMaxVariants) return nullptr;
    std::erase_if(values, holds_thing);
    return &with_things(session, things);
}

std::vector<IValue> FunctionThing::bind(Session& session, const Arguments& arguments) const {
    const auto& formal = parameters();
    std::vector<IValue> values;
    size_t used = 0;
    std::vector<bool> used_keywords(arguments.keywords.size());
    std::vector<std::string> missing;
    bool takes_all_keywords = false;
    const size_t most = std::ranges::count_if(formal, [](const ast::Parameter& p) { return p.kind == Kind::normal; });
    for (size_t i = 0; i < formal.size(); ++i) {
        const ast::Parameter& parameter = formal[i];
        if (parameter.kind == Kind::var_positional) {
            std::vector<IValue> rest(arguments.positional.begin() + std::min(used, arguments.positional.size()),
                                     arguments.positional.end());
            used = arguments.positional.size();
            values.emplace_back(make_tuple(std::move(rest)));
            continue;
        }
        if (parameter.kind == Kind::var_keyword) {
            takes_all_keywords = true;
            auto rest = make_dict(any_type(), any_type());
            for (size_t k = 0; k < arguments.keywords.size(); ++k) {
                if (!used_keywords[k]) rest->set(IValue(arguments.keywords[k].first), arguments.keywords[k].second);
            }
            values.emplace_back(std::move(rest));
            continue;
        }
        const auto named = std::ranges::find(arguments.keywords, parameter.name, [](const auto& k) { return k.first; });
        if (named != arguments.keywords.end()) used_keywords[named - arguments.keywords.begin()] = true;
        if (parameter.kind == Kind::normal && used < arguments.positional.size()) {
            if (named != arguments.keywords.end())
                raise("TypeError", fmt::format("{}() got multiple values for argument '{}'", name(), parameter.name));
            values.push_back(arguments.positional[used++]);
        } else if (named != arguments.keywords.end()) {
            values.push_back(named->second);
        } else if (defaults[i]) {
            values.push_back(*defaults[i]);
        } else {
            missing.push_back("'" + parameter.name + "'");
            values.emplace_back();
        }
    }
    if (used < arguments.positional.size())
        raise("TypeError",
              fmt::format("{}() takes {} positional argument{} but {} {} given", name(), most, most == 1 ? "" : "s",
                          arguments.positional.size(), arguments.positional.size() == 1 ? "was" : "were"));
    for (size_t k = 0; k < used_keywords.size(); ++k) {
        if (!used_keywords[k] && !takes_all_keywords)
            raise("TypeError",
                  fmt::format("{}() got an unexpected keyword argument '{}'", name(), arguments.keywords[k].first));
    }
    if (!missing.empty()) {
        std::string names = missing[0];
        for (size_t i = 1; i < missing.size(); ++i)
            names += (i + 1 == missing.size() ? missing.size() > 2 ? ", and " : " and " : ", ") + missing[i];
        raise("TypeError", fmt::format("{}() missing {} required positional argument{}: {}", name(), missing.size(),
                                       missing.size() == 1 ? "" : "s", names));
    }
    return values;
}

IValue FunctionThing::interpret(Session& session, const Arguments& arguments) {
    std::vector<IValue> values = bind(session, arguments);
    auto names = make_intrusive<Scope>(scope, scope->qualifier());
    for (size_t i = 0; i < values.size(); ++i) names->set(parameters()[i].name, std::move(values[i]));
    if (owner) names->set("__class__", owner->value());
    Session::Frame frame(session, name());
    Evaluator evaluator(session, names, ast, frame);
    if (lambda) return evaluator.evaluate(*lambda->body);
    evaluator.execute(def->body);
    return evaluator.result;
}

void FunctionThing::in_contexts(Session& session, FunctionRef<void()> body) const {
    const auto enter = [&](const auto& self, size_t inside) -> void {
        if (inside == 0) return body();
        // Each call has a manager of its own, which remembers what was before.
        const ScriptObject& decorator = *contexts[inside - 1];
        auto manager = make_intrusive<ScriptObject>(decorator.type);
        for (size_t i = 0; i < decorator.slot_count(); ++i) manager->set_slot(i, decorator.slot(i));
        in_context(session, IValue(std::move(manager)), [&](const IValue&) { self(self, inside - 1); });
    };
    enter(enter, contexts.size());
}

IValue FunctionThing::call(Session& session, Arguments arguments) {
    IValue result;
    in_contexts(session, [&] { result = call_plain(session, std::move(arguments)); });
    return result;
}

IValue FunctionThing::call_plain(Session& session, Arguments arguments) {
    if (is_dynamic_ || lambda || session.constructing > 0 || owner || has_variable_arguments(*this) ||
        only_python_runs())
        return interpret(session, arguments);
    std::vector<IValue> values = bind(session, arguments);
    if (std::ranges::any_of(values, holds_thing)) {
        FunctionThing* other = called_with_things(session, values);
        return other ? other->call(session, {std::move(values), {}}) : interpret(session, arguments);
    }
    Function* function = nullptr;
    try {
        if (is_generic()) {
            std::vector<TypePtr> types;
            for (size_t i = 0; i < values.size(); ++i) {
                settle_types(values[i]);
                types.push_back(parameters()[i].annotation ? TypePtr() : values[i].type());
            }
            function = &instance(session, types);
        } else {
            function = &compiled(session);
        }
        define_now(session, *function, {});
    } catch (const NotCompilable&) {
        is_dynamic_ = true;
        return interpret(session, arguments);
    }
    return run_with(session, *function, std::move(values));
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

Function& FunctionThing::instance(Session& session, const std::vector<TypePtr>& types) {
    return compile(session, key_of(types), [&] { return signature(session, types); });
}

SugaredPtr FunctionThing::compile_time(Session& session, Graph&, const SourceRange& range) {
    refuse_autocast(*this, range);
    if (role == Role::unused || role == Role::ignored) return std::make_shared<UncallableFunctionValue>(session, *this);
    if (has_variable_arguments(*this))
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
    return std::make_shared<FunctionValue>(std::vector<Function*>{&function});
}

IValue BoundMethod::call(Session& session, Arguments arguments) {
    arguments.positional.insert(arguments.positional.begin(), self);
    return session.call(function, std::move(arguments));
}

SugaredPtr BoundMethod::compile_time(Session& session, Graph& graph, const SourceRange& range) {
    auto* method = thing_as<FunctionThing>(function);
    if (method && method->is_class_method && thing_as<ClassThing>(self)) {
        std::vector<IValue> things(method->parameters().size());
        if (things.empty()) throw CompileError(method->def->parameters_range, "class methods must have a cls argument");
        things[0] = self;
        return method->with_things(session, things).compile_time(session, graph, range);
    }
    throw NotCompilable(range, "a method of an object outside of the function cannot be used as a value");
}

IValue CompiledMethod::call(Session& session, Arguments arguments) {
    arguments.positional.insert(arguments.positional.begin(), self_);
    return call_compiled(session, *function_, std::move(arguments));
}

IValue call_compiled(Session& session, Function& function, Arguments arguments) {
    define_now(session, function, {});
    const Schema& schema = function.schema();
    for (size_t i = 0; i < arguments.positional.size() && i < schema.arguments.size(); ++i) {
        settle_types(arguments.positional[i]);
        settle_empty(arguments.positional[i], schema.arguments[i].type);
    }
    for (auto& [name, value] : arguments.keywords) settle_types(value);
    return session.run_compiled(function, bind_arguments(schema, std::move(arguments.positional), arguments.keywords));
}

void define_now(Session& session, Function& function, const SourceRange& caller) {
    constexpr size_t kMaxDepth = 500;  // what 8 MB of stack hold
    if (session.compiling_depth() == kMaxDepth)
        throw CompileError(caller, fmt::format("'{}' is called too deep inside of functions that are being compiled",
                                               function.name()));
    if (!session.begin_compiling(function)) return;
    try {
        function.ensure_defined();
    } catch (const NotCompilable&) {
        session.end_compiling();
        throw;
    } catch (const CompileError& error) {
        const std::string chain = session.end_compiling();
        if (!caller.known() || chain.empty()) throw;
        const std::string call = fmt::format("'{}' is being compiled since it was called from '{}'\n{}",
                                             function.name(), chain, caller.highlight());
        // Each call once: instances without end were made by few.
        if (std::string_view(error.what()).find(call) != std::string_view::npos) throw;
        throw CompileError(error, call);
    }
    session.end_compiling();
}

}  // namespace wick::jit

// Functions are called: compiled for their arguments, or run by the evaluator.

#include <algorithm>
#include <fmt/format.h>

#include "program/builtin_thing.h"
#include "program/classes.h"
#include "program/compiled_function.h"
#include "program/evaluator.h"
#include "program/functions.h"
#include "program/namespaces.h"
#include "program/session.h"
#include "runtime/interpreter.h"

namespace wick::jit {

std::vector<IValue> FunctionThing::bind(Session& session, const Arguments& arguments) const {
    const auto& formal = parameters();
    std::vector<IValue> values;
    size_t used = 0;
    std::vector<bool> used_keywords(arguments.keywords.size());
    std::vector<std::string> missing;
    bool takes_all_keywords = false;
    const size_t most =
        std::ranges::count_if(formal, [](const ast::Parameter& p) { return p.kind == ast::Parameter::Kind::normal; });
    for (size_t i = 0; i < formal.size(); ++i) {
        const ast::Parameter& parameter = formal[i];
        if (parameter.kind == ast::Parameter::Kind::var_positional) {
            std::vector<IValue> rest(arguments.positional.begin() + std::min(used, arguments.positional.size()),
                                     arguments.positional.end());
            used = arguments.positional.size();
            values.emplace_back(make_tuple(std::move(rest)));
            continue;
        }
        if (parameter.kind == ast::Parameter::Kind::var_keyword) {
            takes_all_keywords = true;
            auto rest = make_dict(any_type(), any_type());
            for (size_t k = 0; k < arguments.keywords.size(); ++k) {
                if (!used_keywords[k]) rest->set(IValue(arguments.keywords[k].first), arguments.keywords[k].second);
            }
            values.emplace_back(std::move(rest));
            continue;
        }
        const auto named = parameter.positional_only ? arguments.keywords.end()
                                                     : std::ranges::find(arguments.keywords, parameter.name,
                                                                         [](const auto& k) { return k.first; });
        if (named != arguments.keywords.end()) used_keywords[named - arguments.keywords.begin()] = true;
        if (parameter.kind == ast::Parameter::Kind::normal && used < arguments.positional.size()) {
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
        const auto of_name = std::ranges::find(formal, arguments.keywords[k].first, &ast::Parameter::name);
        if (!used_keywords[k] && !takes_all_keywords && of_name != formal.end())
            raise("TypeError", fmt::format("{}() got some positional-only arguments passed as keyword arguments: '{}'",
                                           name(), of_name->name));
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

static IValue run_with(Session& session, Function& function, std::vector<IValue> values) {
    const Schema& schema = function.schema();
    for (size_t i = 0; i < values.size() && i < schema.arguments.size(); ++i) {
        settle_types(values[i]);
        settle_empty(values[i], schema.arguments[i].type);
    }
    return session.run_compiled(function, bind_arguments(schema, std::move(values)));
}

IValue FunctionThing::call_plain(Session& session, Arguments arguments) {
    if (is_dynamic_ || lambda || session.constructing > 0 || owner || has_variable_arguments() || only_python_runs())
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

bool is_callable_thing(const IValue& value) {
    if (const auto* function = thing_as<FunctionThing>(value))
        return function->role == FunctionThing::Role::plain && !function->owner;
    const auto* type = thing_as<ClassThing>(value);
    return (type && type->def() && type->family() != ClassThing::Family::module) || thing_as<BuiltinThing>(value) ||
           thing_as<OperatorThing>(value);
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

}  // namespace wick::jit

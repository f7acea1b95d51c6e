// What the evaluator provides of torch.jit.

#include <fmt/format.h>

#include "frontend/special_form.h"
#include "program/class_members.h"
#include "program/classes.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/instances.h"
#include "program/modules.h"
#include "program/provided_names.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::jit {

namespace {

IValue never(Session&, Arguments&) { return IValue(false); }

IValue jit_isinstance(Session& session, Arguments& arguments) {
    IValue value = arguments.at(0);
    settle_types(value);
    return IValue(is_instance(session, value, arguments.at(1)));
}

template <FunctionThing::Role role>
IValue set_role(Session&, Arguments& arguments) {
    // @torch.jit.unused and @torch.jit.unused() are both in use.
    if (arguments.positional.empty()) return make_intrusive<BuiltinThing>("decorator", set_role<role>)->value();
    IValue function = arguments.positional[0];
    if (auto* property = thing_as<PropertyThing>(function)) function = property->getter;
    if (auto* thing = thing_as<FunctionThing>(function)) thing->role = role;
    return arguments.positional[0];
}

IValue script(Session& session, Arguments& arguments) {
    if (arguments.positional.empty()) raise("TypeError", "script() missing 1 required positional argument: 'obj'");
    const IValue& what = arguments.positional[0];
    if (auto* function = thing_as<FunctionThing>(what)) {
        function->scripted = true;
        if (function->is_static || function->owner) return what;
        define_now(session, function->compiled(session), {});
        return what;
    }
    if (auto* type = thing_as<ClassThing>(what)) {
        type->script_type(session, type->def() ? type->def()->range : SourceRange());
        return what;
    }
    if (thing_as<ModuleObject>(what)) return IValue(script_module(session, what));
    return what;
}

IValue mark_overload(Session&, Arguments& arguments) {
    if (auto* function = thing_as<FunctionThing>(arguments.at(0))) function->is_overload = true;
    return arguments.positional[0];
}

/// A value with the type that it is to have as an attribute.
IValue jit_attribute(Session& session, Arguments& arguments) {
    const TypePtr type = session.script_type(arguments.at(1), {});
    if (!type) raise("TypeError", "Attribute() takes a value and a type");
    return value_as(arguments.positional[0], type, "value");
}

/// Two functions in one: a flag among the arguments tells which of them is called.
class BooleanDispatch : public Thing {
 public:
    BooleanDispatch(std::string name, size_t position, bool otherwise, IValue if_true, IValue if_false)
        : name_(std::move(name)),
          position_(position),
          otherwise_(otherwise),
          if_true_(std::move(if_true)),
          if_false_(std::move(if_false)) {}
    std::string kind() const override { return "function"; }
    IValue call(Session& session, Arguments arguments) override {
        const IValue* flag = arguments.find(position_, name_);
        return session.call(flag ? session.is_true(*flag) ? if_true_ : if_false_ : choice(otherwise_),
                            std::move(arguments));
    }
    SugaredPtr compile_time(Session& session, Graph&, const SourceRange&) override {
        return std::make_shared<Dispatched>(session, IntrusivePtr<BooleanDispatch>(this));
    }
    const IValue& choice(bool flag) const { return flag ? if_true_ : if_false_; }

 private:
    struct Dispatched : SugaredValue {
        Dispatched(Session& session, IntrusivePtr<BooleanDispatch> dispatch)
            : session(session), dispatch(std::move(dispatch)) {}
        std::string kind() const override { return "function"; }
        SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                        const NamedValues& kwargs) override {
            bool flag = dispatch->otherwise_;
            const NamedValue* given = dispatch->position_ < args.size() ? &args[dispatch->position_] : nullptr;
            for (const NamedValue& keyword : kwargs) {
                if (keyword.name == dispatch->name_) given = &keyword;
            }
            if (given) {
                Value* value = given->value(graph);
                const IValue* constant = constant_value(value);
                // An attribute of a module that never changes is as good as a literal.
                if (!constant || !constant->is_bool())
                    throw CompileError(range, fmt::format("value for boolean dispatch argument '{}' must be a constant",
                                                          dispatch->name_));
                flag = constant->to_bool();
            }
            return session.compile_time(dispatch->choice(flag), graph, range)->call(range, graph, args, kwargs);
        }
        Session& session;
        const IntrusivePtr<BooleanDispatch> dispatch;
    };

    const std::string name_;
    const size_t position_;
    const bool otherwise_;
    const IValue if_true_;
    const IValue if_false_;
};

IValue boolean_dispatch(Session& session, Arguments& arguments) {
    const IValue* given[5];
    constexpr std::string_view kNames[] = {"arg_name", "arg_index", "default", "if_true", "if_false"};
    for (size_t i = 0; i < 5; ++i) {
        given[i] = arguments.find(i, kNames[i]);
        if (!given[i]) raise("TypeError", fmt::format("boolean_dispatch() needs '{}'", kNames[i]));
    }
    return make_intrusive<BooleanDispatch>(given[0]->to_string(), given[1]->to_int(), session.is_true(*given[2]),
                                           *given[3], *given[4])
        ->value();
}

IValue interface(Session&, Arguments& arguments) {
    if (auto* type = thing_as<ClassThing>(arguments.at(0))) type->make_interface();
    return arguments.positional[0];
}

IValue fork(Session& session, Arguments& arguments) {
    // The evaluator is one thread: what would run beside it has run.
    const IValue function = arguments.at(0);
    Arguments rest{{arguments.positional.begin() + 1, arguments.positional.end()}, arguments.keywords};
    IValue value = session.call(function, std::move(rest));
    auto future = make_intrusive<FutureObject>(value.type());
    future->set_value(std::move(value));
    return IValue(std::move(future));
}
IValue wait(Session&, Arguments& arguments) { return arguments.at(0).to_future().wait(); }

/// What no text tells.
IValue trace(Session&, Arguments&) {
    raise("NotImplementedError",
          "torch.jit.trace records the operations of a run in Python, which does not take place here; torch.jit.script "
          "compiles the function or "
          "module from its text");
}

SugaredPtr form(SpecialForm form) { return std::make_shared<SpecialFormValue>(form); }

constexpr ProvidedName kNames[] = {
    {"torch.jit", "script", script},
    {"torch.jit", "script_method", set_role<FunctionThing::Role::exported>},
    {"torch.jit", "script_if_tracing", first_argument},
    {"torch.jit", "_script_if_tracing", first_argument},
    {"torch.jit", "export", set_role<FunctionThing::Role::exported>},
    {"torch.jit", "ignore", set_role<FunctionThing::Role::ignored>},
    {"torch.jit", "unused", set_role<FunctionThing::Role::unused>},
    {"torch.jit", "interface", interface},
    {"torch.jit", "annotate", second_argument, [] { return form(SpecialForm::annotate); }},
    {"torch.jit", "isinstance", jit_isinstance, [] { return form(SpecialForm::isinstance); }},
    {"torch.jit", "is_scripting", never, [] { return form(SpecialForm::is_scripting); }},
    {"torch.jit", "_unwrap_optional", first_argument, operator_named<"aten::_unwrap_optional">},
    {"torch.jit", "_overload", mark_overload},
    {"torch.jit", "_overload_method", mark_overload},
    {"torch.jit", "Attribute", jit_attribute},
    {"torch._jit_internal", "boolean_dispatch", boolean_dispatch},
    {"torch.jit", "fork", fork, [] { return form(SpecialForm::fork); }},
    {"torch.jit", "_fork", fork, [] { return form(SpecialForm::fork); }},
    {"torch.jit", "wait", wait, operator_named<"aten::wait">},
    {"torch.jit", "_wait", wait, operator_named<"aten::wait">},
    {"torch.jit", "trace", trace},
    {"torch.jit", "trace_module", trace},
};

}  // namespace

std::span<const ProvidedName> jit_names() { return kNames; }

}  // namespace wick::jit

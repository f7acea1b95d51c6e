// try, except, raise. Compiled code raises and never catches: what has a `try` runs here.

#include <fmt/format.h>
#include <optional>

#include <wick/support/error.h>

#include "program/builtins.h"
#include "program/evaluator.h"
#include "program/exceptions.h"
#include "program/instances.h"

namespace wick::jit {

using namespace ast;

namespace {

/// An exception by the name of its class, which is the program's or Python's own.
IValue made_exception(Session& session, const std::string& class_name, const std::string& message) {
    const std::string name = class_name.substr(class_name.rfind('.') + 1);
    const IValue* own = session.find(name);
    const auto* own_class = own ? thing_as<ClassThing>(*own) : nullptr;
    IValue type;
    if (own_class && own_class->qualified_name() == class_name) {
        type = *own;
    } else if (!find_builtin(name, type)) {
        find_builtin("RuntimeError", type);
    }
    return session.call(type, {{IValue(message)}, {}});
}

/// What a program sees of an error: the object that it raised itself, else one made now.
IValue exception_of(Session& session, const ScriptError& error) {
    if (const auto* raised = thing_as<ExceptionThing>(session.raised);
        raised && raised->type->qualified_name() == error.class_name() && raised->message(session) == error.message())
        return session.raised;
    // Compiled code has no class for what `assert` raises.
    constexpr std::string_view kAssertion = "AssertionError: ";
    if (error.message().starts_with(kAssertion))
        return made_exception(session, "AssertionError", error.message().substr(kAssertion.size()));
    return made_exception(session, error.class_name(), error.message());
}

}  // namespace

void Evaluator::raise(const Raise& statement) {
    if (statement.exception) raise_exception(session_, evaluate(*statement.exception));
    if (handling_.empty()) jit::raise("RuntimeError", "No active exception to reraise");
    raise_exception(session_, handling_.back());
}

Evaluator::Flow Evaluator::attempt(const Try& statement) {
    Flow flow = Flow::normal;
    try {
        flow = attempt_with_handlers(statement);
    } catch (const LimitError&) {
        throw;  // nothing more runs
    } catch (const Error&) {
        // What leaves `finally` itself takes the error's place.
        if (const Flow last = execute(statement.last); last != Flow::normal) return last;
        throw;
    }
    const Flow last = execute(statement.last);
    return last == Flow::normal ? flow : last;
}

Evaluator::Flow Evaluator::attempt_with_handlers(const Try& statement) {
    std::optional<Flow> flow;
    try {
        flow = execute(statement.body);
    } catch (const ScriptError& error) {
        bool handled = false;
        const Flow after = handle(statement, exception_of(session_, error), handled);
        if (!handled) throw;
        return after;
    } catch (const OpError& error) {
        bool handled = false;
        const char* type = dynamic_cast<const IndexError*>(&error) ? "IndexError" : "RuntimeError";
        const Flow after = handle(statement, made_exception(session_, type, error.what()), handled);
        if (!handled) throw;
        return after;
    }
    return *flow == Flow::normal ? execute(statement.otherwise) : *flow;
}

Evaluator::Flow Evaluator::handle(const Try& statement, const IValue& exception, bool& handled) {
    for (const Try::Handler& handler : statement.handlers) {
        frame_.range = handler.range;
        if (handler.type && !is_instance(session_, exception, evaluate(*handler.type))) continue;
        handled = true;
        session_.forget_traceback();
        if (!handler.name.empty()) assign_name(handler.name, exception);
        struct Handling {
            Handling(std::vector<IValue>& stack, const IValue& exception) : stack(stack) { stack.push_back(exception); }
            ~Handling() { stack.pop_back(); }
            std::vector<IValue>& stack;
        } handling(handling_, exception);
        const Flow flow = execute(handler.body);
        if (!handler.name.empty()) scope_->erase(handler.name);
        return flow;
    }
    return Flow::normal;
}

}  // namespace wick::jit

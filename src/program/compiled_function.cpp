#include "program/compiled_function.h"

#include <fmt/format.h>

#include "program/session.h"
#include "runtime/interpreter.h"

namespace wick::jit {

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

IValue CompiledMethod::call(Session& session, Arguments arguments) {
    arguments.positional.insert(arguments.positional.begin(), self_);
    return call_compiled(session, *function_, std::move(arguments));
}

}  // namespace wick::jit

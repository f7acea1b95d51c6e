#include "python/script_calls.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include "python/gil.h"
#include "python/tracing.h"
#include "runtime/interpreter.h"

namespace nb = nanobind;

namespace wick::python {

const jit::RunOptions& run_options() {
    static const jit::RunOptions options = [] {
        const auto writer = [](const char* stream) {
            return [stream](std::string_view text) {
                const Locked locked;
                nb::module_::import_("sys").attr(stream).attr("write")(nb::str(text.data(), text.size()));
            };
        };
        jit::RunOptions made;
        made.output.print = writer("stdout");
        made.output.warn = writer("stderr");
        return made;
    }();
    return options;
}

namespace {

/// Of a dict, or null where there are none.
jit::Kwargs named_values(nb::handle keywords) {
    jit::Kwargs values;
    if (!keywords) return values;
    for (const auto& [name, value] : nb::borrow<nb::dict>(keywords))
        values.emplace_back(nb::cast<std::string>(name), to_ivalue(value.ptr()));
    return values;
}

/// A call while a trace is recorded. `self` of a method, or null.
nb::object call_recorded(jit::Function& function, const IValue& self, const Unit& unit, const nb::args& arguments,
                         nb::handle keywords) {
    jit::Tracer& tracer = *jit::current_tracer();
    std::vector<IValue> values = values_of(arguments);
    const size_t first = self.is_none() ? 0 : 1;
    if (first) values.insert(values.begin(), self);
    values = jit::bind_arguments(function.schema(), std::move(values), named_values(keywords));
    std::vector<jit::Value*> inputs;
    for (size_t i = 0; i < values.size(); ++i) {
        const bool is_given = i >= first && i < first + arguments.size();
        inputs.push_back(is_given ? traced_value(tracer, arguments[i - first].ptr(), values[i])
                                  : tracer.value_of(values[i]));
    }
    IValue result;
    const auto run = [&] {
        const Unlocked unlocked;
        return unshared(jit::run(function, std::move(values), run_options()));
    };
    tracer.call_function(function, inputs, run, result);
    return to_python(result, unit);
}

nb::object call(const jit::Method& method, const Unit& unit, const nb::args& arguments, nb::handle keywords) {
    if (jit::is_tracing()) [[unlikely]]
        return call_recorded(method.function(), IValue(method.self()), unit, arguments, keywords);
    std::vector<IValue> values = values_of(arguments);
    const jit::Kwargs named = named_values(keywords);
    IValue result;
    {
        const Unlocked unlocked;
        result = method(std::move(values), named, run_options());
    }
    return to_python(result, unit);
}

}  // namespace

std::vector<IValue> values_of(const nb::args& arguments) {
    std::vector<IValue> values;
    values.reserve(arguments.size() + 1);  // and self
    for (nb::handle argument : arguments) values.push_back(to_ivalue(argument.ptr()));
    return values;
}

const jit::Method& forward_of(const ScriptModule& module) {
    if (!module.forward) module.module.get_method("forward");  // says that there is none
    return *module.forward;
}

nb::object call(jit::Function& function, const Unit& unit, std::vector<IValue> values, nb::handle keywords) {
    const jit::Kwargs named = named_values(keywords);
    IValue result;
    {
        const Unlocked unlocked;
        result = unshared(
            jit::run(function, jit::bind_arguments(function.schema(), std::move(values), named), run_options()));
    }
    return to_python(result, unit);
}

nb::object call(const jit::Method& method, const nb::args& arguments, nb::handle keywords) {
    return call(method, {}, arguments, keywords);
}

nb::object call(const ScriptFunction& function, const nb::args& arguments, nb::handle keywords) {
    if (jit::is_tracing()) [[unlikely]]
        return call_recorded(*function.function, {}, function.unit, arguments, keywords);
    return call(*function.function, function.unit, values_of(arguments), keywords);
}

nb::object call(const ScriptModule& module, const nb::args& arguments, nb::handle keywords) {
    const Unit& unit = module.module.unit();
    for (int number = 0; !module.forward; ++number) {
        const auto method = module.module.find_method(fmt::format("forward__{}", number));
        if (!method) break;
        std::vector<IValue> values = values_of(arguments);
        values.insert(values.begin(), IValue(module.module.object()));
        try {
            jit::bind_arguments(method->schema(), std::move(values), named_values(keywords));
        } catch (const OpError&) {
            continue;
        }
        return call(*method, unit, arguments, keywords);
    }
    return call(forward_of(module), unit, arguments, keywords);
}

}  // namespace wick::python

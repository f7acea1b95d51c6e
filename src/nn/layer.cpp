#include <mutex>
#include <ostream>
#include <utility>

#include <wick/nn/layer.h>
#include <wick/nn/library_function.h>
#include <wick/support/check.h>
#include <wick/support/function_ref.h>

#include "nn/layer_text.h"
#include "ops/tensor_ops.h"
#include "program/compiled_function.h"
#include "program/functions.h"
#include "program/library.h"
#include "program/modules.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::nn {

namespace {

/// The program that all layers of the process are made by. Its compiled classes are theirs.
struct Workshop {
    std::mutex mutex;
    jit::Session session;
};

Workshop& workshop() {
    static auto* const one = new Workshop;
    return *one;
}

IValue library_name(jit::Session& session, const std::string& module, const std::string& name) {
    const jit::ScopePtr names = session.library(module);
    WICK_CHECK(names && names->find(name), "{} has no '{}'", module, name);
    return *names->find(name);
}

/// Parameters of layers that are given to the constructor are known as such while it runs: it may copy them.
void mark_parameters(jit::Session& session, const IValue& argument) {
    const auto* module = jit::thing_as<jit::ModuleObject>(argument);
    if (!module || !module->scripted) return;
    for (const auto& [name, tensor] : jit::Module(session.unit(), module->scripted).named_parameters())
        session.mark_parameter(tensor);
}

/// What `make` makes, an object of a Python class, and its compiled form.
std::pair<IValue, jit::Module> compiled(FunctionRef<IValue(jit::Session&)> make) {
    Workshop& shop = workshop();
    const std::lock_guard lock(shop.mutex);
    jit::Session& session = shop.session;
    IValue made;
    IntrusivePtr<ScriptObject> object;
    session.guarded([&] {
        made = make(session);
        object = session.with_all_defined([&] { return jit::script_module(session, made); });
    });
    // They are the layer's from now on.
    session.forget_parameters();
    return {std::move(made), jit::Module(session.unit(), std::move(object))};
}

std::pair<IValue, jit::Module> constructed(const std::string& name, std::vector<IValue> arguments,
                                           jit::Kwargs options) {
    return compiled([&](jit::Session& session) {
        const IValue type = library_name(session, std::string(jit::library_module_of("torch.nn", name)), name);
        for (const IValue& argument : arguments) mark_parameters(session, argument);
        for (const auto& [keyword, argument] : options) mark_parameters(session, argument);
        return session.call(type, {std::move(arguments), std::move(options)});
    });
}

std::pair<IValue, jit::Module> copied(const IValue& object) {
    return compiled([&](jit::Session& session) {
        mark_parameters(session, object);
        jit::Arguments arguments{{object}, {}};
        return jit::deep_copy(session, arguments);
    });
}

/// Of several overloads the first, which is what the class in C++ has.
jit::Method forward_of(const jit::Module& module) {
    const std::optional<jit::Method> first = module.find_method("forward__0");
    return first ? *first : module.get_method("forward");
}

}  // namespace

Argument::Argument(const std::vector<double>& values)
    : IValue(make_tuple(std::vector<IValue>(values.begin(), values.end()))) {}

Argument::Argument(const Layer& layer) : IValue(layer.object_) {}

std::vector<int64_t> Argument::ints() const {
    if (is_none()) return {};
    return is_int() ? std::vector<int64_t>{to_int()} : to_int_vector();
}

Layer::Layer(const std::string& name, std::vector<IValue> arguments, jit::Kwargs options)
    : Layer(constructed(name, std::move(arguments), std::move(options))) {}

Layer::Layer(std::pair<IValue, jit::Module> made)
    : Module(made.second), object_(std::move(made.first)), forward_(forward_of(made.second)) {}

Layer::Layer(Original original) : Layer(copied(original.layer.object_)) { original.layer.take_values(*this); }

void Layer::take_from(const Layer& made) {
    const bool training = is_training();
    made.take_values(*this);
    train(training);
}

void Layer::reset_statistics() {
    for (const auto& buffer : named_buffers(/*recurse=*/false))
        ops::fill(buffer.value(), Scalar(buffer.key() == "running_var" ? 1 : 0));
}

void Layer::pretty_print(std::ostream& stream) const {
    if (!is_defined()) return Module::pretty_print(stream);
    Workshop& shop = workshop();
    const std::lock_guard lock(shop.mutex);
    stream << layer_text(shop.session, object_);
}

IValue Layer::run(std::vector<IValue> arguments) const {
    WICK_CHECK(forward_, "the layer is empty: it was made of nullptr");
    return (*forward_)(std::move(arguments));
}

/// A function with overloads has no types of its own: as that of the types of one of them.
static IValue overload_of(jit::Session& session, const IValue& function, size_t number) {
    auto* generic = jit::thing_as<jit::FunctionThing>(function);
    if (!generic || generic->overloads.empty()) return function;
    std::vector<jit::TypePtr> types;
    for (const jit::Argument& argument : generic->overloads.at(number)->signature(session).arguments)
        types.push_back(argument.type);
    jit::Function& instance = generic->instance(session, types);
    jit::define_now(session, instance, {});
    return IValue(IntrusivePtr<jit::Function>(&instance));
}

static jit::Method compiled_function(const std::string& module, const std::string& name, size_t overload) {
    Workshop& shop = workshop();
    const std::lock_guard lock(shop.mutex);
    jit::Session& session = shop.session;
    IntrusivePtr<ScriptObject> object;
    session.guarded([&] {
        const IValue function = overload_of(session, library_name(session, module, name), overload);
        object = session.with_all_defined([&] { return jit::exported(session, function); });
    });
    return jit::Module(session.unit(), std::move(object)).get_method("forward");
}

LibraryFunction::LibraryFunction(const std::string& module, const std::string& name, size_t overload)
    : method_(compiled_function(module, name, overload)) {}

IValue call_library(const std::string& module, const std::string& name, std::vector<IValue> arguments) {
    Workshop& shop = workshop();
    const std::lock_guard lock(shop.mutex);
    IValue result;
    shop.session.guarded([&] {
        result = shop.session.call(library_name(shop.session, module, name), {std::move(arguments), {}});
    });
    return result;
}

}  // namespace wick::nn

#include <mutex>

#include <wick/nn/layer.h>
#include <wick/support/check.h>

#include "program/library.h"
#include "program/modules.h"
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

jit::Module constructed(const std::string& name, std::vector<IValue> arguments, jit::Kwargs options) {
    Workshop& shop = workshop();
    const std::lock_guard lock(shop.mutex);
    jit::Session& session = shop.session;
    IntrusivePtr<ScriptObject> object;
    session.guarded([&] {
        const jit::ScopePtr names = session.library(std::string(jit::library_module_of("torch.nn", name)));
        WICK_CHECK(names && names->find(name), "torch.nn has no '{}'", name);
        const IValue made = session.call(*names->find(name), {std::move(arguments), std::move(options)});
        object = session.with_all_defined([&] { return jit::script_module(session, made); });
    });
    // They are the layer's from now on.
    session.forget_parameters();
    return jit::Module(session.unit(), std::move(object));
}

/// Of several overloads the first, which is what the class in C++ has.
jit::Method forward_of(const jit::Module& module) {
    const std::optional<jit::Method> first = module.find_method("forward__0");
    return first ? *first : module.get_method("forward");
}

}  // namespace

Layer::Layer(const std::string& name, std::vector<IValue> arguments, jit::Kwargs options)
    : Module(constructed(name, std::move(arguments), std::move(options))), forward_(forward_of(compiled())) {}

}  // namespace wick::nn

#include <algorithm>

#include <wick/api/freeze.h>
#include <wick/support/check.h>

#include "ir/compilation_unit.h"
#include "ir/graph.h"
#include "passes/eliminate_dead_code.h"
#include "passes/fold_attributes.h"
#include "passes/fold_into_weights.h"
#include "passes/inline_calls.h"
#include "passes/lower_tuples.h"
#include "passes/propagate_constants.h"
#include "passes/remove_dropout.h"

namespace wick::jit {

namespace {

struct FrozenMethod {
    Function* source;
    std::shared_ptr<Graph> graph;
};

/// Until a branch that was decided brings no new constants.
void simplify(Graph& graph) {
    while (propagate_constants(graph)) {
    }
    lower_simple_tuples(graph);
    eliminate_dead_code(graph);
}

void optimize(Graph& graph, bool numerics) {
    bool changed = remove_dropout(graph);
    while (numerics && fold_into_weights(graph)) changed = true;
    if (changed) eliminate_dead_code(graph);
}

/// The attributes of its first input that a graph still uses.
bool uses_attribute(const Graph& graph, const std::string& name) {
    return std::ranges::any_of(graph.inputs()[0]->uses, [&](const Use& use) {
        const bool is_access = use.user->kind == sym::prim_GetAttr || use.user->kind == sym::prim_SetAttr;
        return !is_access || use.user->name_attr() == name;
    });
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// A class with the methods, and those attributes of `self` that they need.
Module with_methods(const Module& module, const std::vector<FrozenMethod>& methods,
                    const std::vector<std::string>& preserved) {
    const ScriptObject& self = *module.object();
    CompilationUnit& unit = *module.unit();
    auto type = make_intrusive<ClassType>(unit.mangle(self.type->name()), true);
    std::vector<IValue> slots;
    for (const ClassType::Attribute& attribute : self.type->attributes()) {
        const bool is_used = std::ranges::any_of(
            methods, [&](const FrozenMethod& method) { return uses_attribute(*method.graph, attribute.name); });
        if (!is_used && !contains(preserved, attribute.name)) continue;
        type->add_attribute(attribute.name, attribute.type, attribute.is_parameter, attribute.is_buffer);
        slots.push_back(self.attr(attribute.name));
    }
    for (const auto& [name, value] : self.type->constants())
        if (contains(preserved, name)) type->add_constant(name, value);
    unit.add_type(type);
    for (const FrozenMethod& method : methods) {
        method.graph->inputs()[0]->set_type(type);
        Schema schema = method.source->schema();
        schema.arguments.at(0).type = type;
        auto function =
            make_intrusive<Function>(type->name() + "." + method.source->name(), std::move(schema), method.graph);
        unit.add_function(function);
        type->add_method(function);
    }
    auto object = make_intrusive<ScriptObject>(type);
    for (size_t i = 0; i < slots.size(); ++i) object->set_slot(i, std::move(slots[i]));
    return Module(module.unit(), std::move(object));
}

}  // namespace

Module freeze(const Module& module, const std::vector<std::string>& preserved, bool optimize_numerics) {
    WICK_CHECK(!module.hasattr("training") || !module.is_training(),
               "Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module "
               "before freezing.");
    const ScriptObject& self = *module.object();
    std::vector<FrozenMethod> methods;
    const auto add_method = [&](const std::string& name) {
        Function& function = module.get_method(name).function();
        methods.push_back({&function, inlined(*function.graph())});
        // Calls behind interfaces have known callees here.
        inline_calls(*methods.back().graph, Inlining::all);
    };
    add_method("forward");
    AttributePlaces kept;
    for (const std::string& name : preserved) {
        if (module.hasattr(name)) {
            const IValue value = module.attr(name);
            kept.emplace(&self, name);
            if (value.is_object() && value.to_object().type->is_module()) add_all_attributes(value.to_object(), kept);
        } else {
            WICK_CHECK(module.find_method(name), "Unknown name: {}", name);
            if (name != "forward") add_method(name);
        }
    }
    for (const FrozenMethod& method : methods) kept.merge(changed_attributes(*method.graph, self));
    for (const FrozenMethod& method : methods) {
        fold_attributes(*method.graph, self, kept);
        simplify(*method.graph);
        optimize(*method.graph, optimize_numerics);
        method.graph->verify();
    }
    return with_methods(module, methods, preserved);
}

void run_frozen_optimizations(const Module& module, bool optimize_numerics, const std::vector<std::string>& methods) {
    optimize(*module.get_method("forward").function().graph(), optimize_numerics);
    for (const std::string& name : methods) optimize(*module.get_method(name).function().graph(), optimize_numerics);
}

Module optimize_for_inference(Module module, const std::vector<std::string>& other_methods) {
    if (!module.hasattr("training")) {
        run_frozen_optimizations(module, true, other_methods);
        return module;
    }
    module.eval();
    return freeze(module, other_methods);
}

}  // namespace wick::jit

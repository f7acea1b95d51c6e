#include <wick/types/type_variables.h>

#include "ir/graph.h"

namespace wick::jit {

bool matches_schema(const Node& node, const Schema& schema) {
    if (node.inputs.size() < schema.arguments.size()) return false;
    if (node.inputs.size() > schema.arguments.size() && !schema.is_vararg) return false;
    TypeVariables variables;
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
        TypePtr formal = schema.arguments[i].type;
        const TypePtr& actual = node.inputs[i]->type;
        if (formal->has_free_variables()) {
            if (!bind_type_variables(formal, actual, variables)) return false;
            // None fits an optional without telling what its variable stands for.
            if (TypePtr bound = substitute_type_variables(formal, variables)) formal = bound;
        }
        if (!formal->has_free_variables() && !actual->is_subtype_of(*formal)) return false;
    }
    return true;
}

/// Overloads may differ in their results only (prim::EnumValue).
static bool returns_match(const Node& node, const Schema& schema) {
    if (node.outputs.size() != schema.returns.size()) return false;
    for (size_t i = 0; i < schema.returns.size(); ++i) {
        const TypePtr& type = schema.returns[i].type;
        if (!type->has_free_variables() && !node.outputs[i]->type->is_subtype_of(*type)) return false;
    }
    return true;
}

const Operator* match_operator(const Node& node) {
    const Operator* found = nullptr;
    for (const Operator* op : Registry::instance().find(node.kind.str())) {
        if (!matches_schema(node, op->schema())) continue;
        if (returns_match(node, op->schema())) return op;
        if (!found) found = op;
    }
    return found;
}

}  // namespace wick::jit

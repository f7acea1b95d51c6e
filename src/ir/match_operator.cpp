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

const Operator* match_operator(const Node& node) {
    for (const Operator* op : Registry::instance().find(node.kind.str())) {
        if (matches_schema(node, op->schema)) return op;
    }
    return nullptr;
}

}  // namespace wick::jit

#include <map>

#include "ir/graph.h"

namespace wick::jit {

namespace {

/// Binds the type variables of a schema's argument types to what the inputs have.
class TypeMatch {
 public:
    /// Whether an input of type `actual` may stand for an argument of type `formal`.
    bool accept(const TypePtr& formal, const TypePtr& actual) {
        if (!formal->has_free_variables()) return actual->is_subtype_of(*formal);
        switch (formal->kind()) {
            case TypeKind::Var: {
                auto [bound, first_time] = variables_.try_emplace(formal->str(), actual);
                if (first_time || actual->is_subtype_of(*bound->second)) return true;
                TypePtr both = unify_types(bound->second, actual);
                if (both) bound->second = both;
                return both != nullptr;
            }
            case TypeKind::Optional:
                if (actual->is(TypeKind::None)) return true;
                return accept(formal->contained(0), actual->is(TypeKind::Optional) ? actual->contained(0) : actual);
            default:
                if (formal->kind() != actual->kind() || formal->contained().size() != actual->contained().size())
                    return false;
                for (size_t i = 0; i < formal->contained().size(); ++i) {
                    if (!accept(formal->contained(i), actual->contained(i))) return false;
                }
                return true;
        }
    }

 private:
    std::map<std::string, TypePtr> variables_;
};

}  // namespace

bool matches_schema(const Node& node, const Schema& schema) {
    if (node.inputs.size() < schema.arguments.size()) return false;
    if (node.inputs.size() > schema.arguments.size() && !schema.is_vararg) return false;
    TypeMatch match;
    for (size_t i = 0; i < schema.arguments.size(); ++i) {
        if (!match.accept(schema.arguments[i].type, node.inputs[i]->type)) return false;
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

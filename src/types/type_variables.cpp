#include <fmt/format.h>

#include <wick/types/type_variables.h>

#include "types/inferred_tensor.h"

namespace wick::jit {
namespace {

/// `reason` makes the text: overloads are tried and refused without anybody asking why.
template <class F>
bool refuse(std::string* why, F reason) {
    if (why) *why = reason();
    return false;
}

bool bind_contained(const TypePtr& formal, const TypePtr& actual, TypeVariables& variables, std::string* why) {
    for (size_t i = 0; i < formal->contained().size(); ++i) {
        if (!bind_type_variables(formal->contained(i), actual->contained(i), variables, why)) return false;
    }
    return true;
}

}  // namespace

bool bind_type_variables(const TypePtr& formal, const TypePtr& actual, TypeVariables& variables, std::string* why) {
    if (!formal->has_free_variables()) return true;
    switch (formal->kind()) {
        case TypeKind::Var: {
            const auto inserted = variables.try_emplace(formal->expect<VarType>().name(), actual);
            if (inserted.second) return true;
            const std::string& name = inserted.first->first;
            TypePtr& bound = inserted.first->second;
            TypePtr both = unify_types(bound, actual);
            if (!both) {
                return refuse(why, [&] {
                    return fmt::format("Type variable '{}' previously matched to type {} is matched to type {}", name,
                                       described(bound), described(actual));
                });
            }
            bound = std::move(both);
            return true;
        }
        case TypeKind::List:
            if (actual->is(TypeKind::List)) return bind_contained(formal, actual, variables, why);
            if (actual->is(TypeKind::Tuple) && !actual->contained().empty()) {
                TypePtr element = actual->contained(0);
                for (const TypePtr& other : actual->contained()) {
                    element = element ? unify_types(element, other) : nullptr;
                }
                if (element) return bind_type_variables(formal->contained(0), element, variables, why);
            }
            return refuse(why,
                          [&] { return fmt::format("Cannot match {} to {}", described(formal), described(actual)); });
        case TypeKind::Tuple:
            if (actual->is(TypeKind::Tuple) && actual->contained().size() == formal->contained().size())
                return bind_contained(formal, actual, variables, why);
            return refuse(why, [&] { return fmt::format("Cannot match a tuple to {}", described(actual)); });
        case TypeKind::Optional:
            if (actual->is(TypeKind::None)) return true;
            return bind_type_variables(formal->contained(0),
                                       actual->is(TypeKind::Optional) ? actual->contained(0) : actual, variables, why);
        case TypeKind::Dict:
        case TypeKind::Future:
        case TypeKind::Await:
        case TypeKind::RRef:
            if (actual->kind() == formal->kind()) return bind_contained(formal, actual, variables, why);
            return refuse(why, [&] {
                return fmt::format("Cannot match a {} to {}",
                                   formal->is(TypeKind::Dict)     ? "dict"
                                   : formal->is(TypeKind::Future) ? "future"
                                   : formal->is(TypeKind::Await)  ? "await"
                                                                  : "rref",
                                   described(actual));
            });
        default:
            return refuse(why, [&] { return fmt::format("unhandled free variable in {}", formal->str()); });
    }
}

TypePtr substitute_type_variables(const TypePtr& type, const TypeVariables& variables) {
    if (!type->has_free_variables()) return type;
    if (const auto* variable = type->cast<VarType>()) {
        const auto found = variables.find(variable->name());
        return found == variables.end() ? nullptr : found->second;
    }
    std::vector<TypePtr> parts;
    for (const TypePtr& part : type->contained()) {
        parts.push_back(substitute_type_variables(part, variables));
        if (!parts.back()) return nullptr;
    }
    switch (type->kind()) {
        case TypeKind::List:
            return list_type(parts[0]);
        case TypeKind::Optional:
            return optional_type(parts[0]);
        case TypeKind::Dict:
            return dict_type(parts[0], parts[1]);
        case TypeKind::Tuple:
            return tuple_type(std::move(parts));
        case TypeKind::Future:
            return future_type(parts[0]);
        case TypeKind::Await:
            return await_type(parts[0]);
        case TypeKind::RRef:
            return rref_type(parts[0]);
        case TypeKind::Union:
            return union_type(std::move(parts));
        default:
            return nullptr;
    }
}

}  // namespace wick::jit

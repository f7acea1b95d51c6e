#include "program/eager.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <unordered_set>

#include <wick/support/error.h>

#include "program/operation.h"
#include "program/session.h"
#include "runtime/interpreter.h"

namespace wick::jit {

namespace {

/// One that takes all values, as branches of a program are joined; Any when there is none.
TypePtr joined_type(const std::vector<IValue>& values) {
    TypePtr type;
    for (const IValue& value : values) {
        if (thing_of(value)) return any_type();
        const TypePtr next = value.type();
        type = type ? unify_types(type, next) : next;
        if (!type) return any_type();
    }
    return type ? type : any_type();
}

/// `seen`: the containers that have been looked at; some may contain themselves.
void settle_inside(const IValue& value, std::unordered_set<const RefCounted*>& seen, int depth) {
    constexpr int kMaxDepth = 500;
    if (!value.is_list() && !value.is_dict() && !value.is_tuple()) return;
    if (!seen.insert(value.pointer()).second) return;
    if (depth == kMaxDepth) raise("RecursionError", "maximum recursion depth exceeded");
    if (value.is_list() && value.to_list().element_type->is(TypeKind::Any)) {
        ListObject& list = value.to_list();
        for (const IValue& item : list.items) settle_inside(item, seen, depth + 1);
        list.element_type = joined_type(list.items);
    } else if (value.is_dict() && value.to_dict().key_type->is(TypeKind::Any)) {
        DictObject& dict = value.to_dict();
        std::vector<IValue> keys;
        std::vector<IValue> items;
        for (auto& [key, item] : dict.items()) {
            settle_inside(item, seen, depth + 1);
            keys.push_back(key);
            items.push_back(item);
        }
        const TypePtr key_type = joined_type(keys);
        const TypePtr value_type = joined_type(items);
        if (key_type->is(TypeKind::Any) || value_type->is(TypeKind::Any)) return;
        dict.key_type = key_type;
        dict.value_type = value_type;
    } else if (value.is_tuple()) {
        for (const IValue& element : value.to_tuple().elements) settle_inside(element, seen, depth + 1);
    }
}

}  // namespace

void settle_types(const IValue& value) {
    std::unordered_set<const RefCounted*> seen;
    settle_inside(value, seen, 0);
}

void settle_empty(IValue& value, const TypePtr& type) {
    const Type& wanted = type->is(TypeKind::Optional) ? *type->contained(0) : *type;
    if (value.is_list() && wanted.is(TypeKind::List) && value.to_list().items.empty()) {
        if (value.to_list().element_type->is(TypeKind::Any)) value.to_list().element_type = wanted.contained(0);
    } else if (value.is_dict() && wanted.is(TypeKind::Dict) && value.to_dict().size() == 0) {
        if (!value.to_dict().key_type->is(TypeKind::Any)) return;
        value.to_dict().key_type = wanted.contained(0);
        value.to_dict().value_type = wanted.contained(1);
    }
}

Eager::Eager(Session& session) : session_(session) {}
Eager::~Eager() = default;

Operation& Eager::compiled(const std::string& expression, const std::vector<std::string>& names,
                           const std::vector<IValue>& values) {
    std::string key = expression;
    for (const IValue& value : values) key += '|' + value.type()->str();
    IntrusivePtr<Operation>& known = operations_[key];
    if (!known) {
        std::vector<TypePtr> types;
        for (const IValue& value : values) types.push_back(value.type());
        known = make_intrusive<Operation>(expression, names, types);
    }
    return *known;
}

IValue Eager::evaluate(const std::string& expression, const std::vector<std::string>& names,
                       std::vector<IValue> values) {
    for (IValue& value : values) {
        if (thing_of(value)) {
            raise("TypeError", fmt::format("unsupported operand: {}", thing_of(value)->kind()));
        }
        settle_types(value);
    }
    Operation* operation = nullptr;
    try {
        operation = &compiled(expression, names, values);
    } catch (const CompileError& error) {
        raise("TypeError", error.sentence());
    }
    return session_.run_compiled(operation->function(), std::move(values));
}

IValue Eager::call(const std::string& callee, const IValue* self, const std::vector<IValue>& positional,
                   const std::vector<std::pair<std::string, IValue>>& keywords) {
    std::vector<std::string> names;
    std::vector<IValue> values;
    if (self) {
        names.push_back("self");
        values.push_back(*self);
    }
    std::string expression = callee + "(";
    const auto add = [&](const IValue& value, const std::string& keyword) {
        names.push_back(fmt::format("a{}", names.size()));
        values.push_back(value);
        expression += keyword + names.back() + ", ";
    };
    for (const IValue& value : positional) add(value, "");
    for (const auto& [name, value] : keywords) add(value, name + "=");
    if (expression.ends_with(", ")) expression.resize(expression.size() - 2);
    return evaluate(expression + ")", names, std::move(values));
}

IValue Eager::binary(TokenKind op, const IValue& left, const IValue& right) {
    return evaluate(fmt::format("a {} b", token_text(op)), {"a", "b"}, {left, right});
}

bool Eager::has_property(const IValue& self, const std::string& name) {
    const std::string key = name + '|' + self.type()->str();
    if (const auto known = properties_.find(key); known != properties_.end()) return known->second;
    bool found = false;
    try {
        compiled("self." + name, {"self"}, {self});
        found = true;
    } catch (const CompileError&) {
        operations_.erase(fmt::format("self.{}|{}", name, self.type()->str()));
    }
    return properties_[key] = found;
}

}  // namespace wick::jit

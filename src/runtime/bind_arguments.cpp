#include <wick/support/check.h>

#include "runtime/interpreter.h"

namespace wick::jit {

static bool fits(const IValue& value, const Type& type) {
    // An empty container carries whatever element type its maker gave it.
    if (type.is(TypeKind::Optional)) return value.is_none() || fits(value, *type.contained(0));
    if (type.is(TypeKind::List) && value.is_list() && value.to_list().items.empty()) return true;
    if (type.is(TypeKind::Dict) && value.is_dict() && value.to_dict().size() == 0) return true;
    if (type.is(TypeKind::Tuple) && value.is_tuple()) {
        const auto& elements = value.to_tuple().elements;
        if (elements.size() != type.contained().size()) return false;
        for (size_t i = 0; i < elements.size(); ++i) {
            if (!fits(elements[i], *type.contained(i))) return false;
        }
        return true;
    }
    return value.type()->is_subtype_of(type);
}

static void check_type(const Schema& schema, size_t position, const IValue& value) {
    const Argument& argument = schema.arguments[position];
    WICK_CHECK(fits(value, *argument.type),
               "{}() Expected a value of type '{}' for argument '{}' but instead found type '{}'.\nPosition: "
               "{}\nDeclaration: {}",
               schema.name, argument.type->annotation_str(), argument.name, value.type()->annotation_str(), position,
               schema.str());
}

std::vector<IValue> bind_arguments(const Schema& schema, std::vector<IValue> args,
                                   const std::vector<std::pair<std::string, IValue>>& keywords) {
    const std::vector<Argument>& formal = schema.arguments;
    WICK_CHECK(args.size() <= formal.size(),
               "{}() expected at most {} argument(s) but received {} argument(s). Declaration: {}", schema.name,
               formal.size(), args.size(), schema.str());
    size_t used = 0;
    const auto keyword = [&](const std::string& name) -> const IValue* {
        for (const auto& [key, value] : keywords) {
            if (key == name) return &value;
        }
        return nullptr;
    };
    for (size_t i = 0; i < formal.size(); ++i) {
        const IValue* named = keyword(formal[i].name);
        if (i < args.size()) {
            WICK_CHECK(!named, "{}() got multiple values for argument '{}'", schema.name, formal[i].name);
        } else if (named) {
            args.push_back(*named);
            ++used;
        } else {
            WICK_CHECK(formal[i].default_value, "{}() is missing value for argument '{}'. Declaration: {}", schema.name,
                       formal[i].name, schema.str());
            args.push_back(*formal[i].default_value);
        }
        check_type(schema, i, args[i]);
    }
    for (const auto& [key, value] : keywords)
        WICK_CHECK(schema.find_argument(key) >= 0, "{}() got an unexpected keyword argument '{}'. Declaration: {}",
                   schema.name, key, schema.str());
    WICK_CHECK(used == keywords.size(), "{}() got a keyword argument twice", schema.name);
    return args;
}

}  // namespace wick::jit

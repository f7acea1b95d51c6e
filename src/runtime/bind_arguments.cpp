#include <algorithm>

#include <wick/support/check.h>

#include "runtime/interpreter.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

static bool convert(IValue& value, const TypePtr& type);

static bool convert_all(std::vector<IValue>& values, const TypePtr& type) {
    return std::all_of(values.begin(), values.end(), [&](IValue& value) { return convert(value, type); });
}

/// A container that says nothing of its elements (made of Python's plain values, or empty) is copied into one of the
/// parameter's type, as PyTorch copies Python's lists; any other must have that type already.
static bool convert_list(IValue& value, const Type& type) {
    const auto list = snapshot(value.to_list());
    if (list->element_type->equals(*type.contained(0))) return true;
    if (!list->items.empty() && !list->element_type->is(TypeKind::Any)) return value.type()->is_subtype_of(type);
    std::vector<IValue> items = list->items;
    if (!convert_all(items, type.contained(0))) return false;
    value = IValue(make_list(type.contained(0), std::move(items)));
    return true;
}

static bool convert_dict(IValue& value, const Type& type) {
    const auto snapped = snapshot(value.to_dict());
    const DictObject& dict = *snapped;
    const TypePtr& key_type = type.contained(0);
    const TypePtr& value_type = type.contained(1);
    if (dict.key_type->equals(*key_type) && dict.value_type->equals(*value_type)) return true;
    if (dict.size() != 0 && !dict.key_type->is(TypeKind::Any) && !dict.value_type->is(TypeKind::Any))
        return value.type()->is_subtype_of(type);
    auto converted = make_dict(key_type, value_type);
    for (auto& [key, item] : dict.items()) {
        if (!convert(key, key_type) || !convert(item, value_type)) return false;
        converted->set(std::move(key), std::move(item));
    }
    value = IValue(std::move(converted));
    return true;
}

static bool convert_tuple(IValue& value, const TypePtr& type) {
    const TupleObject& tuple = value.to_tuple();
    const bool is_named = !type->expect<TupleType>().name().empty();
    if (tuple.named_type && is_named) return tuple.named_type->is_subtype_of(*type);
    if (tuple.elements.size() != type->contained().size()) return false;
    std::vector<IValue> elements = tuple.elements;
    for (size_t i = 0; i < elements.size(); ++i) {
        if (!convert(elements[i], type->contained(i))) return false;
    }
    value = IValue(make_tuple(std::move(elements), is_named ? type : TypePtr()));
    return true;
}

/// Gives Python's plain lists and dicts the types of what is in them, where that is one type: a parameter of type Any
/// takes every value, and the program asks for its type.
static void infer_types(IValue& value, int depth = 0) {
    constexpr int kMaxDepth = 64;  // what lies deeper, or inside itself, stays as it is
    if (depth == kMaxDepth) return;
    const auto type_of = [](const std::vector<IValue>& values) {
        const TypePtr type = common_type(values);
        return type ? type : any_type();
    };
    if (value.is_list() && value.to_list().element_type->is(TypeKind::Any)) {
        std::vector<IValue> items = snapshot(value.to_list())->items;
        for (IValue& item : items) infer_types(item, depth + 1);
        const TypePtr type = type_of(items);
        value = IValue(make_list(type, std::move(items)));
    } else if (value.is_dict() && value.to_dict().key_type->is(TypeKind::Any)) {
        std::vector<IValue> keys;
        std::vector<IValue> items;
        for (auto& [key, item] : snapshot(value.to_dict())->items()) {
            keys.push_back(key);
            items.push_back(item);
            infer_types(items.back(), depth + 1);
        }
        auto dict = make_dict(type_of(keys), type_of(items));
        for (size_t i = 0; i < keys.size(); ++i) dict->set(std::move(keys[i]), std::move(items[i]));
        value = IValue(std::move(dict));
    } else if (value.is_tuple() && !value.to_tuple().named_type) {
        std::vector<IValue> elements = value.to_tuple().elements;
        for (IValue& element : elements) infer_types(element, depth + 1);
        value = IValue(make_tuple(std::move(elements)));
    }
}

/// Makes `value` one of `type` where Python's plain values are as good; false when it cannot be.
static bool convert(IValue& value, const TypePtr& type) {
    switch (type->kind()) {
        case TypeKind::Tensor:
            return value.is_tensor();
        case TypeKind::Any:
            infer_types(value);
            return true;
        case TypeKind::Float:
            if (value.is_int()) value = IValue(static_cast<double>(value.to_int()));
            return value.is_double();
        case TypeKind::List:
            return value.is_list() && convert_list(value, *type);
        case TypeKind::Dict:
            return value.is_dict() && convert_dict(value, *type);
        case TypeKind::Tuple:
            return value.is_tuple() && convert_tuple(value, type);
        case TypeKind::Optional:
            return value.is_none() || convert(value, type->contained(0));
        case TypeKind::Union:
            // A member that fits as it stands goes before one that asks for a conversion.
            if (value.type()->is_subtype_of(*type)) return true;
            return std::any_of(type->contained().begin(), type->contained().end(),
                               [&](const TypePtr& member) { return convert(value, member); });
        default:
            return value.type()->is_subtype_of(*type);
    }
}

/// A number stands for as many as a list of fixed length has (BroadcastingList2[int]).
static void broadcast(IValue& value, const Argument& argument) {
    if (argument.fixed_length == 0 || value.is_list()) return;
    const Type& type = argument.type->is(TypeKind::Optional) ? *argument.type->contained(0) : *argument.type;
    const TypePtr& element = type.contained(0);
    if (convert(value, element)) value = IValue(make_list(element, std::vector<IValue>(argument.fixed_length, value)));
}

static void convert_argument(const Schema& schema, size_t position, IValue& value) {
    const Argument& argument = schema.arguments[position];
    broadcast(value, argument);
    if (convert(value, argument.type)) return;
    throw OpError(
        fmt::format("{}() Expected a value of type '{}' for argument '{}' but instead found type '{}'.{}\nPosition: "
                    "{}\nDeclaration: {}",
                    schema.name, described(argument.type), argument.name, value.type()->annotation_str(),
                    note_on_inference(argument), position, schema.str()));
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
        convert_argument(schema, i, args[i]);
    }
    for (const auto& [key, value] : keywords)
        WICK_CHECK(schema.find_argument(key) >= 0, "{}() got an unexpected keyword argument '{}'. Declaration: {}",
                   schema.name, key, schema.str());
    WICK_CHECK(used == keywords.size(), "{}() got a keyword argument twice", schema.name);
    return args;
}

}  // namespace wick::jit

#include "passes/constants.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace wick::jit {

namespace {

bool same_value(const IValue& a, const IValue& b);

bool same_values(const std::vector<IValue>& a, const std::vector<IValue>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_value);
}

bool same_value(const IValue& a, const IValue& b) {
    if (a.tag() != b.tag()) return false;
    switch (a.tag()) {
        case IValue::Tag::None:
            return true;
        // 0.0 is not -0.0 here, and nan is nan.
        case IValue::Tag::Double:
            return std::bit_cast<uint64_t>(a.to_double()) == std::bit_cast<uint64_t>(b.to_double());
        case IValue::Tag::Complex: {
            const auto bits = [](const IValue& v) {
                return std::pair(std::bit_cast<uint64_t>(v.to_complex().real()),
                                 std::bit_cast<uint64_t>(v.to_complex().imag()));
            };
            return bits(a) == bits(b);
        }
        case IValue::Tag::Bool:
        case IValue::Tag::Int:
        case IValue::Tag::Device:
        case IValue::Tag::String:
            return a.equals(b);
        case IValue::Tag::Tuple:
            return same_values(a.to_tuple().elements, b.to_tuple().elements);
        case IValue::Tag::List:
            return a.to_list().element_type->equals(*b.to_list().element_type) &&
                   same_values(a.to_list().items, b.to_list().items);
        default:
            return a.is_same(b);
    }
}

size_t hash_value(const IValue& value) {
    size_t hash = 0;
    switch (value.tag()) {
        case IValue::Tag::None:
            break;
        case IValue::Tag::Bool:
            hash = value.to_bool();
            break;
        case IValue::Tag::Int:
            hash = std::hash<int64_t>()(value.to_int());
            break;
        case IValue::Tag::Double:
            hash = std::hash<uint64_t>()(std::bit_cast<uint64_t>(value.to_double()));
            break;
        case IValue::Tag::String:
            hash = std::hash<std::string>()(value.to_string());
            break;
        case IValue::Tag::Tuple:
            for (const IValue& element : value.to_tuple().elements) hash = hash * 31 + hash_value(element);
            break;
        case IValue::Tag::List:
            for (const IValue& element : value.to_list().items) hash = hash * 31 + hash_value(element);
            break;
        case IValue::Tag::Device:
        case IValue::Tag::Complex:
            break;
        default:
            hash = std::hash<const void*>()(value.pointer());
            break;
    }
    return hash * 31 + static_cast<size_t>(value.tag());
}

const Function* function_of(const Node* node) {
    const AttributeValue* attribute = node->find(sym::attr_value);
    const auto* function = attribute ? std::get_if<IntrusivePtr<Function>>(attribute) : nullptr;
    return function ? function->get() : nullptr;
}

}  // namespace

bool is_immutable(const Type& type) {
    switch (type.kind()) {
        case TypeKind::Int:
        case TypeKind::Float:
        case TypeKind::Complex:
        case TypeKind::Bool:
        case TypeKind::String:
        case TypeKind::None:
        case TypeKind::Number:
        case TypeKind::Device:
        case TypeKind::Enum:
        case TypeKind::Function:
            return true;
        case TypeKind::Tuple:
        case TypeKind::Optional:
        case TypeKind::Union:
            for (const TypePtr& inner : type.contained()) {
                if (!is_immutable(*inner)) return false;
            }
            return true;
        default:
            return false;
    }
}

bool same_constant(const Node* a, const Node* b) {
    if (!a->output()->type->equals(*b->output()->type)) return false;
    const Function* function = function_of(a);
    if (function || function_of(b)) return function == function_of(b);
    const IValue* first = constant_value(a->output());
    const IValue* second = constant_value(b->output());
    return first && second && same_value(*first, *second);
}

size_t hash_constant(const Node* node) {
    if (const Function* function = function_of(node)) return std::hash<const void*>()(function);
    const IValue* value = constant_value(node->output());
    return value ? hash_value(*value) : 0;
}

}  // namespace wick::jit

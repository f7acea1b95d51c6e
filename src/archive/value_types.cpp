#include "archive/value_types.h"

#include <algorithm>

#include <wick/support/check.h>

namespace wick::archive {

using jit::Type;
using jit::TypeKind;
using jit::TypePtr;

void TypeRestorer::restore(const IValue& value, const TypePtr& type, const std::string& what) {
    WICK_CHECK(fits(value, *type), "{} must be a {}, but the file holds a {}", what, type->annotation_str(),
               value.type()->annotation_str());
}

void TypeRestorer::restore_object(const ScriptObject& object) {
    if (!seen_.emplace(&object, object.type.get()).second) return;
    const std::vector<IValue> slots = object.slots();
    for (size_t i = 0; i < slots.size(); ++i) {
        const auto& attribute = object.type->attributes()[i];
        restore(slots[i], attribute.type, fmt::format("attribute '{}' of {}", attribute.name, object.type->name()));
    }
}

bool TypeRestorer::fits(const IValue& value, const Type& type) {
    switch (type.kind()) {
        case TypeKind::Any:
            return fits_its_own_type(value);
        case TypeKind::Tensor:
            return value.is_tensor();
        case TypeKind::Int:
            return value.is_int();
        case TypeKind::Float:
            return value.is_double();
        case TypeKind::Complex:
            return value.is_complex();
        case TypeKind::Bool:
            return value.is_bool();
        case TypeKind::String:
            return value.is_string();
        case TypeKind::None:
            return value.is_none();
        case TypeKind::Number:
            return value.is_int() || value.is_double() || value.is_complex();
        case TypeKind::Device:
            return value.is_device();
        case TypeKind::AnyList:
            return value.is_list() && fits_its_own_type(value);
        case TypeKind::AnyTuple:
            return value.is_tuple() && fits_its_own_type(value);
        case TypeKind::AnyEnum:
            return value.is_enum();
        case TypeKind::Optional:
            return value.is_none() || fits(value, *type.contained(0));
        case TypeKind::Union:
            return std::any_of(type.contained().begin(), type.contained().end(),
                               [&](const TypePtr& member) { return fits(value, *member); });
        case TypeKind::List:
            return value.is_list() && fits_list(value.to_list(), type.contained(0));
        case TypeKind::Dict:
            return value.is_dict() && fits_dict(value.to_dict(), type.contained(0), type.contained(1));
        case TypeKind::Tuple:
            return value.is_tuple() && fits_tuple(value.to_tuple(), type);
        case TypeKind::Enum:
            return value.is_enum() && value.to_enum().type->equals(type);
        case TypeKind::AnyClass:
        case TypeKind::Class:
        case TypeKind::Interface:
            if (!value.is_object()) return false;
            if (type.kind() != TypeKind::AnyClass && !value.to_object().type->is_subtype_of(type)) return false;
            restore_object(value.to_object());
            return true;
        // Kinds whose values have no place in a file.
        case TypeKind::Generator:
        case TypeKind::Stream:
        case TypeKind::Storage:
        case TypeKind::Capsule:
        case TypeKind::Function:
        case TypeKind::Var:
        case TypeKind::Future:
        case TypeKind::Await:
        case TypeKind::RRef:
            return false;
    }
    return false;
}

bool TypeRestorer::fits_list(ListObject& list, const TypePtr& element_type) {
    const auto [entry, is_new] = seen_.emplace(&list, element_type.get());
    if (!is_new) return entry->second == element_type.get() || list.element_type->equals(*element_type);
    for (const IValue& item : list.items) {
        if (fits(item, *element_type)) continue;
        seen_.erase(&list);
        return false;
    }
    list.element_type = element_type;
    return true;
}

bool TypeRestorer::fits_dict(DictObject& dict, const TypePtr& key_type, const TypePtr& value_type) {
    const auto [entry, is_new] = seen_.emplace(&dict, value_type.get());
    if (!is_new) return dict.key_type->equals(*key_type) && dict.value_type->equals(*value_type);
    for (const DictObject::Entry& item : dict.entries()) {
        if (!item.alive || (fits(item.key, *key_type) && fits(item.value, *value_type))) continue;
        seen_.erase(&dict);
        return false;
    }
    dict.key_type = key_type;
    dict.value_type = value_type;
    return true;
}

bool TypeRestorer::fits_tuple(TupleObject& tuple, const Type& type) {
    if (tuple.elements.size() != type.contained().size()) return false;
    // Tuples are immutable: seeing one again under the same type adds nothing.
    if (const auto known = seen_.find(&tuple); known != seen_.end() && known->second == &type) return true;
    for (size_t i = 0; i < tuple.elements.size(); ++i) {
        if (!fits(tuple.elements[i], *type.contained(i))) return false;
    }
    if (!type.expect<jit::TupleType>().name().empty()) tuple.named_type = TypePtr(&type);
    seen_[&tuple] = &type;
    return true;
}

bool TypeRestorer::fits_its_own_type(const IValue& value) {
    switch (value.tag()) {
        case IValue::Tag::List:
            return fits_list(value.to_list(), value.to_list().element_type);
        case IValue::Tag::Dict:
            return fits_dict(value.to_dict(), value.to_dict().key_type, value.to_dict().value_type);
        case IValue::Tag::Tuple:
            for (const IValue& element : value.to_tuple().elements) {
                if (!fits_its_own_type(element)) return false;
            }
            return true;
        case IValue::Tag::Object:
            restore_object(value.to_object());
            return true;
        default:
            return true;
    }
}

}  // namespace wick::archive

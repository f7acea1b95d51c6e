#pragma once

#include <cstdint>

#include <wick/types/ivalue.h>

namespace wick::archive {

struct ValueShapeLimits {
    int64_t max_depth;  ///< containers inside containers
    uint64_t
        max_tree_size;  ///< values that a walk without memory would meet; shared ones count as often as they are met
};

/// Throws OpError when the value contains itself, exceeds the limits, or holds something that is no script value.
void check_value_shape(const IValue& root, const ValueShapeLimits& limits);

/// Calls visit(const IValue&) with each value directly inside a list, dict, tuple or object.
template <class Visit>
void for_each_inside(const IValue& value, const Visit& visit) {
    switch (value.tag()) {
        case IValue::Tag::List:
            for (const IValue& item : value.to_list().items) visit(item);
            break;
        case IValue::Tag::Tuple:
            for (const IValue& element : value.to_tuple().elements) visit(element);
            break;
        case IValue::Tag::Object:
            for (const IValue& slot : value.to_object().slots) visit(slot);
            break;
        case IValue::Tag::Dict:
            for (const DictObject::Entry& entry : value.to_dict().entries()) {
                if (!entry.alive) continue;
                visit(entry.key);
                visit(entry.value);
            }
            break;
        default:
            break;
    }
}

inline bool is_container(const IValue& value) {
    return value.is_list() || value.is_tuple() || value.is_object() || value.is_dict();
}

}  // namespace wick::archive

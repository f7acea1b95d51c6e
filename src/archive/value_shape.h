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

inline bool is_container(const IValue& value) {
    return value.is_list() || value.is_tuple() || value.is_object() || value.is_dict();
}

}  // namespace wick::archive

#pragma once
// The closed list of Python names that a pickle may refer to. Everything else is refused, but for script classes when
// the caller resolves them.

#include <string_view>

#include <wick/tensor/dtype.h>

namespace wick::archive {

enum class PickleGlobal {
    build_intlist,
    build_doublelist,
    build_boollist,
    build_tensorlist,
    restore_type_tag,
    rebuild_tensor,     ///< (storage, offset, sizes, strides)
    rebuild_tensor_v2,  ///< (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
    rebuild_sparse,     ///< (layout, (indices, values, sizes[, is_coalesced]))
    rebuild_parameter,  ///< (tensor, requires_grad, hooks)
    rebuild_from_type,  ///< (function, class, arguments, state)
    ordered_dict,
    size,
    device,
    complex,
    get_layout,
    tensor_class,
    storage_class,  ///< `dtype` says which
    dtype_object,   ///< `dtype` says which
    script_class,
};

struct PickleGlobalEntry {
    PickleGlobal kind;
    DType dtype = DType::float32;
};

/// True, and `entry` set, when wick itself knows the global.
bool find_pickle_global(std::string_view module, std::string_view name, PickleGlobalEntry& entry);

/// What makes a known but unsupported global unsupported ("quantized tensors are not supported"), or "".
std::string_view why_pickle_global_is_refused(std::string_view module, std::string_view name);

}  // namespace wick::archive

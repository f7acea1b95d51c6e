#include "archive/pickle_globals.h"

namespace wick::archive {

namespace {

struct Known {
    std::string_view module;
    std::string_view name;
    PickleGlobal kind;
};

constexpr Known kKnown[] = {
    {"torch.jit._pickle", "build_intlist", PickleGlobal::build_intlist},
    {"torch.jit._pickle", "build_doublelist", PickleGlobal::build_doublelist},
    {"torch.jit._pickle", "build_boollist", PickleGlobal::build_boollist},
    {"torch.jit._pickle", "build_tensorlist", PickleGlobal::build_tensorlist},
    {"torch.jit._pickle", "restore_type_tag", PickleGlobal::restore_type_tag},
    {"torch._utils", "_rebuild_tensor", PickleGlobal::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", PickleGlobal::rebuild_tensor_v2},
    {"torch._utils", "_rebuild_sparse_tensor", PickleGlobal::rebuild_sparse},
    {"torch._utils", "_rebuild_parameter", PickleGlobal::rebuild_parameter},
    {"torch._tensor", "_rebuild_from_type_v2", PickleGlobal::rebuild_from_type},
    {"collections", "OrderedDict", PickleGlobal::ordered_dict},
    {"torch", "Size", PickleGlobal::size},
    {"torch", "device", PickleGlobal::device},
    {"builtins", "complex", PickleGlobal::complex},
    {"__builtin__", "complex", PickleGlobal::complex},
    {"torch.serialization", "_get_layout", PickleGlobal::get_layout},
    {"torch", "Tensor", PickleGlobal::tensor_class},
    {"torch.nn.parameter", "Parameter", PickleGlobal::tensor_class},
};

struct Refused {
    std::string_view name;
    std::string_view why;
};

constexpr Refused kRefused[] = {
    {"_rebuild_sparse_csr_tensor", "sparse tensors of this layout are not supported"},
    {"_rebuild_qtensor", "quantized tensors are not supported"},
    {"_rebuild_nested_tensor", "nested tensors are not supported"},
    {"_rebuild_meta_tensor_no_storage", "tensors without data (device meta) are not supported"},
    {"_rebuild_device_tensor_from_numpy", "tensors of this device are not supported"},
    {"_rebuild_tensor_v3", "this element type is not supported"},
    {"_rebuild_wrapper_subclass", "tensor subclasses are not supported"},
    {"build_tensor_from_id", "tensors outside of the archive are not supported"},
};

}  // namespace

bool find_pickle_global(std::string_view module, std::string_view name, PickleGlobalEntry& entry) {
    for (const Known& known : kKnown) {
        if (known.module == module && known.name == name) {
            entry = {known.kind};
            return true;
        }
    }
    if (module != "torch") return false;
    if (dtype_from_storage_name(name, entry.dtype)) {
        entry.kind = PickleGlobal::storage_class;
        return true;
    }
#define _(label, type, number, bytes, storage)              \
    if (name_of(DType::label) == name) {                    \
        entry = {PickleGlobal::dtype_object, DType::label}; \
        return true;                                        \
    }
    WICK_FORALL_DTYPES(_)
#undef _
    return false;
}

std::string_view why_pickle_global_is_refused(std::string_view module, std::string_view name) {
    if (module.substr(0, 5) != "torch") return "";
    for (const Refused& refused : kRefused) {
        if (refused.name == name) return refused.why;
    }
    return "";
}

}  // namespace wick::archive

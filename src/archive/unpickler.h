#pragma once
// The restricted unpickler: pickle bytes to IValues, without ever running anything.
//
// It knows the opcodes of pickle_opcodes.h and the globals of pickle_globals.h, and nothing else. Values come out as
// follows (the other direction: pickler.h):
//   None, bool, int (64 bits), float, complex, str      the same
//   list, tuple, dict, OrderedDict                      List[Any], tuple, Dict[Any, Any], until a type tag says more
//   torch.jit._pickle.build_*list, restore_type_tag     the list or dict with its script type
//   torch.Size                                          List[int]
//   torch.dtype, torch.layout                           int, their number in TorchScript
//   torch.device                                        Device
//   tensors, Parameters                                 Tensor; strides and offset are checked against the storage
//   instances of script classes, enum members           made by the caller's callbacks
// Attributes that Python hangs on dicts (a state dict's _metadata) are dropped; bytes, sets and integers beyond 64 bits
// are refused.
//
// Every read is checked against the record's end, every index against its table. The result has no cycle, is at most
// max_depth containers deep, and walked as a tree has a size in proportion to the pickle, so later code may recurse
// over it. On failure everything that was built is taken down again.

#include <cstdint>
#include <functional>
#include <string>

#include <wick/types/ivalue.h>
#include <wick/types/type.h>

#include "archive/bytes.h"

namespace wick::archive {

/// What a persistent id says about the storage of tensors.
struct StorageKey {
    std::string key;  ///< record number ("0") or an address in legacy files
    DType dtype;
    std::string location;  ///< device it was saved from, "cpu", "cuda:0"
    int64_t numel;         ///< in elements of dtype; not negative, and numel * bytes_of(dtype) fits in an int64
};

struct UnpickleOptions {
    /// Class, enum or other script type behind a qualified name. Without it such names are refused.
    std::function<jit::TypePtr(const std::string& qualified_name)> resolve_type;
    /// Type behind an annotation ("List[str]"). Without it containers keep Any.
    std::function<jit::TypePtr(const std::string& annotation)> parse_type;
    /// Instance of a class from its pickled state (mostly a dict of attributes). Needed when resolve_type gives
    /// classes.
    std::function<IValue(const jit::TypePtr& type, IValue state)> make_object;
    /// The bytes of a storage, called once per key. Without it tensors are refused.
    std::function<IntrusivePtr<Storage>(const StorageKey& key)> read_storage;
    /// Called with every tensor that was rebuilt.
    std::function<void(const Tensor& tensor)> on_tensor;
    int64_t max_depth = 1000;
};

/// Reads one pickle from the beginning of `bytes`; `consumed`, if given, receives its length, otherwise nothing may
/// follow it. `record` names it in errors. Throws ArchiveError.
IValue unpickle(const std::string& record, std::string_view bytes, const UnpickleOptions& options = {},
                size_t* consumed = nullptr);

}  // namespace wick::archive

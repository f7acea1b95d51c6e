#pragma once
// Modules to TorchScript archives, which PyTorch and wick load. Records and their order are PyTorch's: extra files,
// tensors, data.pkl, code with its debug records, constants, version, byteorder. Equal modules give equal bytes, and
// saving what was loaded from a saved archive gives that archive again.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <wick/types/ivalue.h>

namespace wick::jit {

struct SaveOptions {
    /// Written under extra/, in this order.
    std::map<std::string, std::string> extra_files;
    /// The result of an object's __getstate__, for classes that have it and __setstate__. Without it such objects are
    /// refused, but for those of `kept_states`.
    std::function<IValue(const IntrusivePtr<ScriptObject>& object)> get_state;
    /// States that were loaded and never restored (LoadedArchive::pending_states): written back as they are.
    std::vector<std::pair<IntrusivePtr<ScriptObject>, IValue>> kept_states;
};

/// The file appears whole or not at all. Throws CompileError when a method does not compile, OpError for a value that
/// has no pickled form.
void save_archive(const IntrusivePtr<ScriptObject>& module, const std::string& path, const SaveOptions& options = {});
std::string save_archive_to_memory(const IntrusivePtr<ScriptObject>& module, const SaveOptions& options = {});

}  // namespace wick::jit

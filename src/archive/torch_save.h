#pragma once
// Plain torch.save files: state dicts, tuples of inputs, any nest of tensors and plain values. How Python values map to
// IValues is told in unpickler.h; subclasses, functions and whole nn.Modules are refused.

#include <string>

#include <wick/types/ivalue.h>

#include "archive/bytes.h"

namespace wick::archive {

/// Reads the ZIP format (PyTorch 1.6 and later; tensors stay mapped) and the legacy stream before it (tensors are
/// copied). Throws ArchiveError.
IValue load_torch_file(const std::string& path);
IValue load_torch_bytes(const Bytes& file);

/// Writes what torch.load(path, weights_only=True) reads. Lists and dicts become plain ones; throws OpError for a value
/// that torch.load would not take (objects, enums, futures). The file appears whole or not at all.
void save_torch_file(const IValue& value, const std::string& path);
std::string save_torch_bytes(const IValue& value);

}  // namespace wick::archive

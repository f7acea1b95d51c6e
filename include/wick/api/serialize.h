#pragma once
// Files of torch.save, read and written: tensors, lists, dicts and plain values; torch::save and torch::load.

#include <string>
#include <vector>

#include <wick/support/export.h>
#include <wick/types/ivalue.h>

namespace wick {

/// What torch.load(path, weights_only=True) reads. The file appears whole or not at all. OpError for a value that has
/// no form there.
WICK_API void save(const IValue& value, const std::string& path);
/// Throws ArchiveError.
WICK_API IValue load(const std::string& path);

/// As above, for what one knows to be in the file; OpError when it is something else.
inline void load(Tensor& tensor, const std::string& path) { tensor = load(path).to_tensor(); }
inline void load(std::vector<Tensor>& tensors, const std::string& path) { tensors = load(path).to_tensor_vector(); }

}  // namespace wick

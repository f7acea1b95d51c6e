#pragma once
// safetensors files: eight bytes of header length (little-endian), a JSON header
//   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …, "__metadata__": {"key": "text"}}
// and the tensors' bytes, row-major, at offsets counted from the header's end.

#include <map>
#include <string>

#include <wick/tensor/tensor.h>

#include "archive/bytes.h"

namespace wick::archive {

struct Safetensors {
    std::map<std::string, Tensor> tensors;
    std::map<std::string, std::string> metadata;
};

/// Tensors stay in the file's memory, read-only (copied only where the file leaves them misaligned). Throws
/// ArchiveError.
Safetensors load_safetensors(const Bytes& file);
Safetensors load_safetensors(const std::string& path);

/// Equal contents give equal bytes: tensors in falling order of element size, then by name, as the reference
/// implementation lays them out. Throws OpError for a tensor that is not contiguous.
std::string save_safetensors_bytes(const Safetensors& contents);
/// The file appears whole or not at all.
void save_safetensors(const Safetensors& contents, const std::string& path);

}  // namespace wick::archive

#pragma once
// Tensor data between storages and records of an archive.

#include <string>

#include "archive/pickler.h"
#include "archive/unpickler.h"
#include "archive/zip.h"

namespace wick::archive {

/// A reader for UnpickleOptions::read_storage: key "3" is record `folder` + "3". Stored records are mapped, not copied
/// (but where the file leaves them misaligned for their dtype), and read-only until somebody writes. Throws
/// ArchiveError naming the tensor's record when it is missing.
std::function<IntrusivePtr<Storage>(const StorageKey&)> storage_reader(const ZipReader& zip, std::string folder);

/// Throws ArchiveError when the archive says that its tensors are big-endian.
void check_byte_order(const ZipReader& zip);

/// Writes `value` as PyTorch's writers do: the tensors' records (`folder`0, 1, …) and the pickle `name`.pkl; tensors
/// first when `tensors_first`.
void write_pickled(ZipWriter& zip, const std::string& name, const std::string& folder, const IValue& value,
                   Pickler& pickler, bool tensors_first);

}  // namespace wick::archive

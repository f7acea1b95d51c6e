#pragma once
// Storages that take no memory. Whatever reads them finds zeros.

#include <wick/tensor/storage.h>

namespace wick {

/// Bytes that such a storage may have: the address space that all of them share.
inline constexpr int64_t kZeroSpace = int64_t{1} << 44;

/// Of zeros; the first write makes a private copy, as of mapped files. OpError above kZeroSpace.
IntrusivePtr<Storage> zero_storage(int64_t bytes);
/// Of the meta device's tensors: to write to one is an OpError.
IntrusivePtr<Storage> storage_without_elements(int64_t bytes);
bool has_no_elements(const Storage& storage);

}  // namespace wick

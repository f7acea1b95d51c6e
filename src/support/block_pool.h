#pragma once
// Memory for the elements of storages and for what kernels need meanwhile. A large block that is given back waits for
// the next of its size: libc would hand its pages to the kernel, and whoever gets the memory next would fault them in
// again, which costs a network's layers more than a tenth of their time.

#include <cstddef>

namespace wick {

inline constexpr size_t kBlockAlignment = 64;

/// A block of that alignment, or null when there is not enough memory. Its contents are undefined.
void* take_block(size_t bytes);
/// Gives back a block of take_block(bytes).
void give_block(void* block, size_t bytes);
/// The memory of all blocks that wait.
size_t waiting_bytes();

}  // namespace wick

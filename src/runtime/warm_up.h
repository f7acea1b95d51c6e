#pragma once
// What the first call of a process would otherwise find out by itself.

#include <cstddef>

namespace wick {

/// Once per process: learns how many CPUs it may use and which instruction sets they have, enters wick's own code into
/// the process's page tables where the system can (Linux 5.14 and later), and runs a layer of a network. Together these
/// take a fraction of a millisecond, which is little for whoever loads a module and ten times what a small one's calls
/// take.
void warm_up();

/// Reads a small archive into the processor's caches: its weights, which nobody has looked at yet.
void warm_up_archive(const void* bytes, size_t size);

}  // namespace wick

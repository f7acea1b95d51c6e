#pragma once
// What the first call of a process would otherwise find out by itself.

namespace wick {

/// Once per process: learns how many CPUs it may use and which instruction sets they have, and enters wick's own code
/// and constants into the process's page tables where the system can (Linux 5.14 and later). Together these take a
/// fraction of a millisecond, which is little for whoever loads a module and ten times what a small one's calls take.
void warm_up();

}  // namespace wick

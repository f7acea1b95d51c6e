#pragma once
// Every operator family: (name) stands for `void register_<name>(Registry&)`, defined in the family's own file.

#define WICK_FORALL_FAMILIES(_)

namespace wick::jit {

class Registry;

#define _(family) void register_##family(Registry& ops);
WICK_FORALL_FAMILIES(_)
#undef _

}  // namespace wick::jit

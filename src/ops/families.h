#pragma once
// Every operator family: (name) stands for `void register_<name>(Registry&)`, defined in the family's own file.

#define WICK_FORALL_FAMILIES(_) \
    _(activation)               \
    _(binary)                   \
    _(comparison)               \
    _(builtins_convert)         \
    _(builtins_dict)            \
    _(builtins_format)          \
    _(builtins_list)            \
    _(builtins_math)            \
    _(builtins_misc)            \
    _(builtins_number)          \
    _(builtins_string)          \
    _(copy)                     \
    _(factories)                \
    _(joining)                  \
    _(tensor_info)              \
    _(ternary)                  \
    _(unary)                    \
    _(views)

namespace wick::jit {

class Registry;

#define _(family) void register_##family(Registry& ops);
WICK_FORALL_FAMILIES(_)
#undef _

}  // namespace wick::jit

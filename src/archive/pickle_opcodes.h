#pragma once
// The pickle opcodes that wick knows: all that torch.jit.save and torch.save write at protocol 2, and those of
// protocols 3 to 5 that plain values need. Meanings: Python's Lib/pickletools.py.

#include <cstdint>

namespace wick::archive {

// (name, byte)
#define WICK_FORALL_PICKLE_OPCODES(_) \
    _(mark, '(')                      \
    _(stop, '.')                      \
    _(proto, 0x80)                    \
    _(frame, 0x95)                    \
    _(none, 'N')                      \
    _(newtrue, 0x88)                  \
    _(newfalse, 0x89)                 \
    _(binint, 'J')                    \
    _(binint1, 'K')                   \
    _(binint2, 'M')                   \
    _(long1, 0x8a)                    \
    _(binfloat, 'G')                  \
    _(binunicode, 'X')                \
    _(short_binunicode, 0x8c)         \
    _(binunicode8, 0x8d)              \
    _(binstring, 'T')                 \
    _(short_binstring, 'U')           \
    _(empty_list, ']')                \
    _(append, 'a')                    \
    _(appends, 'e')                   \
    _(list, 'l')                      \
    _(empty_dict, '}')                \
    _(setitem, 's')                   \
    _(setitems, 'u')                  \
    _(dict, 'd')                      \
    _(empty_tuple, ')')               \
    _(tuple, 't')                     \
    _(tuple1, 0x85)                   \
    _(tuple2, 0x86)                   \
    _(tuple3, 0x87)                   \
    _(binput, 'q')                    \
    _(long_binput, 'r')               \
    _(memoize, 0x94)                  \
    _(binget, 'h')                    \
    _(long_binget, 'j')               \
    _(global, 'c')                    \
    _(stack_global, 0x93)             \
    _(newobj, 0x81)                   \
    _(reduce, 'R')                    \
    _(build, 'b')                     \
    _(binpersid, 'Q')

enum class PickleOp : uint8_t {
#define _(name, byte) name = byte,
    WICK_FORALL_PICKLE_OPCODES(_)
#undef _
};

}  // namespace wick::archive

#pragma once
// The instructions that a Plan is made of.
//
// A function has registers (one per value of its graph), constants and functions. An operand is a 32-bit number:
//
//   >= 0   register operand/2; odd: this is the value's last use, so the instruction may take it and leaves it empty
//   <  0   constant ~operand
//
// Every instruction has a destination register `a` (the first of several), and `b`, `c` as its row says:
//
//   Value     an operand                   List     operand_lists[b … b+c), operands
//   Number    a plain number               Target   index of an instruction
//   -         not used
//
// Loops check the call's limits at their back edge (LoopNext), calls at entry, operators before the kernel runs;
// straight code between them is finite.

#include <cstdint>
#include <string>

namespace wick::jit {

// (opcode, b, c, extra)
#define WICK_FORALL_OPCODES(_)                                                                 \
    /* Moving values */                                                                        \
    _(Move, Value, None_, "a = b")                                                             \
    _(Drop, List, None_, "empties the registers b")                                            \
    /* Control */                                                                              \
    _(Jump, Target, None_, "goes to b")                                                        \
    _(JumpUnless, Value, Target, "goes to c unless b")                                         \
    _(LoopEnter, Value, Target, "extra = trip limit; a = 0; goes to c unless 0 < limit and b") \
    _(LoopNext, Value, Target, "extra = trip limit; a += 1; goes to c if a < limit and b")     \
    _(Return, Value, None_, "leaves the function with b")                                      \
    _(Raise, List, None_, "throws the exception (message, class name)")                        \
    _(SkipWarned, Target, None_, "goes to b if this call has given warning extra before")      \
    /* Calls */                                                                                \
    _(Operator, List, None_, "extra = operator; a… = operator(b)")                             \
    _(Call, List, None_, "extra = function; a = function(b)")                                  \
    _(CallValue, List, None_, "a = first of b, a function value, called with the rest")        \
    _(CallInterface, List, None_, "extra = name; a = method of the first of b, called with b") \
    _(Fork, List, None_, "extra = plan; a = Future of plan(b)")                                \
    _(Await, List, None_, "extra = plan; a = Await of plan(b)")                                \
    _(Enter, Value, None_, "a = b.__enter__()")                                                \
    _(Exit, Value, None_, "a = b.__exit__(None, None, None)")                                  \
    /* Objects and containers */                                                               \
    _(GetAttr, Value, Number, "a = attribute c of object b")                                   \
    _(SetAttr, List, None_, "extra = slot; attribute of the first of b = the second")          \
    _(CreateObject, Number, None_, "a = object of class types[b]")                             \
    _(Tuple, List, None_, "extra = type; a = tuple of b")                                      \
    _(List, List, None_, "extra = type; a = list of b")                                        \
    _(Dict, List, None_, "extra = type; a = dict of b: key, value, key, …")                    \
    _(TupleUnpack, Value, Number, "a… = the c elements of tuple b")                            \
    _(ListUnpack, Value, Number, "a… = the c elements of list b")                              \
    _(TupleSlice, Value, Number, "extra = end; a = elements [c, end) of tuple b")              \
    _(IsInstance, Value, Number, "a = whether b's type is one of type_lists[c]")               \
    _(ToList, List, None_, "extra = type; a = nested list of tensor b")                        \
    /* Operators on plain numbers that need no call */                                         \
    _(IntAdd, Value, Value, "a = b + c")                                                       \
    _(IntSub, Value, Value, "a = b - c")                                                       \
    _(IntMul, Value, Value, "a = b * c")                                                       \
    _(IntLt, Value, Value, "a = b < c")                                                        \
    _(IntLe, Value, Value, "a = b <= c")                                                       \
    _(IntGt, Value, Value, "a = b > c")                                                        \
    _(IntGe, Value, Value, "a = b >= c")                                                       \
    _(IntEq, Value, Value, "a = b == c")                                                       \
    _(IntNe, Value, Value, "a = b != c")                                                       \
    _(FloatAdd, Value, Value, "a = b + c")                                                     \
    _(FloatSub, Value, Value, "a = b - c")                                                     \
    _(FloatMul, Value, Value, "a = b * c")                                                     \
    _(FloatDiv, Value, Value, "a = b / c")                                                     \
    _(FloatLt, Value, Value, "a = b < c")                                                      \
    _(FloatGt, Value, Value, "a = b > c")                                                      \
    _(Not, Value, None_, "a = not b")                                                          \
    _(IsNone, Value, None_, "a = b is None")                                                   \
    _(IsNotNone, Value, None_, "a = b is not None")                                            \
    _(ListLength, Value, None_, "a = len(b)")                                                  \
    _(ListGet, Value, Value, "a = b[c]")                                                       \
    _(ListSet, List, None_, "first of b [second] = third; a = the list")

enum class Opcode : uint8_t {
#define _(name, b, c, text) name,
    WICK_FORALL_OPCODES(_)
#undef _
};

enum class OperandKind : uint8_t { None_, Value, List, Number, Target };

struct OpcodeInfo {
    const char* name;
    OperandKind b;
    OperandKind c;
    const char* text;
};
const OpcodeInfo& info_of(Opcode opcode);

using Operand = int32_t;

constexpr Operand register_operand(int32_t reg, bool last = false) { return reg * 2 + (last ? 1 : 0); }
constexpr Operand constant_operand(int32_t index) { return ~index; }

struct Instruction {
    Opcode opcode;
    uint32_t a = 0;
    int32_t b = 0;
    int32_t c = 0;      ///< length of a List operand, or the row's own c
    int32_t extra = 0;  ///< index into one of the plan's tables, or an operand, as the row's text says
};

}  // namespace wick::jit

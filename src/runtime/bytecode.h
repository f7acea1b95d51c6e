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
//   Number    a plain number               Target   an instruction: how far it stands from this one
//   -         not used
//
// Loops check the call's limits at their back edge (CountNext, LoopNext, Repeat…), calls at entry, operators before the
// kernel runs; straight code between them is finite. What is counted there are the steps of RunOptions::max_steps.

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/arithmetic.h"

namespace wick::jit {

// Rows of four kinds:
//
//   PLAIN(opcode, b, c, extra, text)
//   UNARY(opcode, operator, type, function)    a = function(b) of the number b
//   BINARY(opcode, operator, type, function)   a = function(b, c) of the numbers b and c
//   TEST(opcode, operator, type, function)     three instructions: opcode: a = function(b, c), a bool;
//                                              JumpUnless<opcode>: goes to extra unless function(b, c);
//                                              RepeatIf<opcode>: the end of a loop, goes to extra if function(b, c)
//
// `operator` is the operator that the instruction stands for when its operands are of `type` (an int where a float is
// meant is converted before), `function` its meaning in arithmetic.h.
#define WICK_FORALL_OPCODES(PLAIN, UNARY, BINARY, TEST)                                                   \
    /* Moving values */                                                                                   \
    PLAIN(Move, Value, None_, None_, "a = b")                                                             \
    PLAIN(Drop, List, None_, None_, "empties the registers b")                                            \
    /* Control */                                                                                         \
    PLAIN(Jump, Target, None_, None_, "goes to b")                                                        \
    PLAIN(JumpUnless, Value, Target, None_, "goes to c unless b")                                         \
    PLAIN(Repeat, Target, None_, None_, "the end of a loop: goes to b")                                   \
    PLAIN(RepeatIf, Value, Target, None_, "the end of a loop: goes to c if b")                            \
    PLAIN(CountEnter, Value, Target, None_, "a = 0; goes to c unless 0 < b")                              \
    PLAIN(CountNext, Value, Target, None_, "a += 1; goes to c if a < b")                                  \
    PLAIN(LoopEnter, Value, Target, Value, "a = 0; goes to c unless 0 < extra and b")                     \
    PLAIN(LoopNext, Value, Target, Value, "a += 1; goes to c if a < extra and b")                         \
    PLAIN(Return, Value, None_, None_, "leaves the function with b")                                      \
    PLAIN(ReturnGroup, List, None_, None_, "leaves a group's body with b, all of them results")           \
    PLAIN(Raise, List, None_, None_, "throws the exception (message, class name)")                        \
    PLAIN(SkipWarned, Target, None_, Number, "goes to b if this call has given warning extra before")     \
    /* Calls */                                                                                           \
    PLAIN(Operator, List, None_, Table, "extra = operator; a… = operator(b)")                             \
    PLAIN(Call, List, None_, Table, "extra = function; a = function(b)")                                  \
    PLAIN(CountCall, None_, None_, None_, "counts a call whose instructions follow")                      \
    PLAIN(CallValue, List, None_, None_, "a = first of b, a function value, called with the rest")        \
    PLAIN(CallInterface, List, None_, Table, "extra = name; a = method of the first of b, called with b") \
    PLAIN(Fork, List, None_, Table, "extra = plan; a = Future of plan(b)")                                \
    PLAIN(Await, List, None_, Table, "extra = plan; a = Await of plan(b)")                                \
    PLAIN(Differentiable, List, None_, Table, "extra = group; a… = group(b)")                             \
    PLAIN(Enter, Value, None_, None_, "a = b.__enter__()")                                                \
    PLAIN(Exit, Value, None_, None_, "a = b.__exit__(None, None, None)")                                  \
    /* Objects and containers */                                                                          \
    PLAIN(GetAttr, Value, Number, None_, "a = attribute c of object b")                                   \
    PLAIN(GetPath, Value, Table, Table, "a = attribute of b by the extra slots from slots[c] on")         \
    PLAIN(SetAttr, Value, Value, Number, "attribute extra of object b = c")                               \
    PLAIN(CreateObject, Table, None_, None_, "a = object of class types[b]")                              \
    PLAIN(Tuple, List, None_, Table, "extra = type; a = tuple of b")                                      \
    PLAIN(List, List, None_, Table, "extra = type; a = list of b")                                        \
    PLAIN(Dict, List, None_, Table, "extra = type; a = dict of b: key, value, key, …")                    \
    PLAIN(TupleUnpack, Value, Number, None_, "a… = the c elements of tuple b")                            \
    PLAIN(ListUnpack, Value, Number, None_, "a… = the c elements of list b")                              \
    PLAIN(TupleSlice, Value, Number, Number, "extra = end; a = elements [c, end) of tuple b")             \
    PLAIN(IsInstance, Value, Number, None_, "a = whether b's type is one of type_lists[c]")               \
    PLAIN(ToList, List, None_, Table, "extra = type; a = nested list of tensor b")                        \
    /* Operators that need no call */                                                                     \
    PLAIN(Not, Value, None_, None_, "a = not b")                                                          \
    PLAIN(IsNone, Value, None_, None_, "a = b is None")                                                   \
    PLAIN(IsNotNone, Value, None_, None_, "a = b is not None")                                            \
    PLAIN(RangeLength, Value, Value, Value, "a = len(range(b, c, extra))")                                \
    PLAIN(RangeItem, Value, Value, Value, "a = c + b * extra")                                            \
    PLAIN(StrConcat, Value, Value, None_, "a = b + c; grows b in place when nobody else holds it")        \
    PLAIN(ListLength, Value, None_, None_, "a = len(b)")                                                  \
    PLAIN(ListGet, Value, Value, None_, "a = b[c]")                                                       \
    PLAIN(ListSet, Value, Value, Value, "b[c] = extra")                                                   \
    PLAIN(ListAppend, Value, Value, None_, "b.append(c)")                                                 \
    PLAIN(DictGet, Value, Value, None_, "a = b[c]")                                                       \
    PLAIN(DictGetOr, Value, Value, Value, "a = b.get(c, extra)")                                          \
    PLAIN(DictContains, Value, Value, None_, "a = c in b")                                                \
    PLAIN(DictSet, Value, Value, Value, "b[c] = extra")                                                   \
    UNARY(IntNeg, "aten::neg", int64_t, Neg)                                                              \
    UNARY(FloatNeg, "aten::neg", double, Neg)                                                             \
    UNARY(IntAbs, "prim::abs", int64_t, Abs)                                                              \
    UNARY(FloatAbs, "prim::abs", double, Abs)                                                             \
    UNARY(IntToFloat, "aten::Float", int64_t, ToFloat)                                                    \
    BINARY(IntAdd, "aten::add", int64_t, Add)                                                             \
    BINARY(IntSub, "aten::sub", int64_t, Sub)                                                             \
    BINARY(IntMul, "aten::mul", int64_t, Mul)                                                             \
    BINARY(IntFloorDiv, "aten::floordiv", int64_t, FloorDiv)                                              \
    BINARY(IntRemainder, "aten::remainder", int64_t, Remainder)                                           \
    BINARY(IntMax, "prim::max", int64_t, Max)                                                             \
    BINARY(IntMin, "prim::min", int64_t, Min)                                                             \
    BINARY(IntAnd, "aten::__and__", int64_t, And)                                                         \
    BINARY(IntOr, "aten::__or__", int64_t, Or)                                                            \
    BINARY(IntXor, "aten::__xor__", int64_t, Xor)                                                         \
    BINARY(IntShiftLeft, "aten::__lshift__", int64_t, ShiftLeft)                                          \
    BINARY(IntShiftRight, "aten::__rshift__", int64_t, ShiftRight)                                        \
    BINARY(FloatAdd, "aten::add", double, Add)                                                            \
    BINARY(FloatSub, "aten::sub", double, Sub)                                                            \
    BINARY(FloatMul, "aten::mul", double, Mul)                                                            \
    BINARY(FloatDiv, "aten::div", double, Div)                                                            \
    BINARY(FloatFloorDiv, "aten::floordiv", double, FloorDiv)                                             \
    BINARY(FloatRemainder, "aten::remainder", double, Remainder)                                          \
    BINARY(FloatPow, "aten::pow", double, Pow)                                                            \
    BINARY(FloatMax, "prim::max", double, Max)                                                            \
    BINARY(FloatMin, "prim::min", double, Min)                                                            \
    TEST(IntLt, "aten::lt", int64_t, Lt)                                                                  \
    TEST(IntLe, "aten::le", int64_t, Le)                                                                  \
    TEST(IntGt, "aten::gt", int64_t, Gt)                                                                  \
    TEST(IntGe, "aten::ge", int64_t, Ge)                                                                  \
    TEST(IntEq, "aten::eq", int64_t, Eq)                                                                  \
    TEST(IntNe, "aten::ne", int64_t, Ne)                                                                  \
    TEST(FloatLt, "aten::lt", double, Lt)                                                                 \
    TEST(FloatLe, "aten::le", double, Le)                                                                 \
    TEST(FloatGt, "aten::gt", double, Gt)                                                                 \
    TEST(FloatGe, "aten::ge", double, Ge)                                                                 \
    TEST(FloatEq, "aten::eq", double, Eq)                                                                 \
    TEST(FloatNe, "aten::ne", double, Ne)                                                                 \
    TEST(StrLt, "aten::lt", std::string_view, Lt)                                                         \
    TEST(StrLe, "aten::le", std::string_view, Le)                                                         \
    TEST(StrGt, "aten::gt", std::string_view, Gt)                                                         \
    TEST(StrGe, "aten::ge", std::string_view, Ge)                                                         \
    TEST(StrEq, "aten::eq", std::string_view, Eq)                                                         \
    TEST(StrNe, "aten::ne", std::string_view, Ne)

enum class Opcode : uint8_t {
#define WICK_PLAIN(name, b, c, extra, text) name,
#define WICK_NUMBER(name, operation, type, function) name,
#define WICK_TEST(name, operation, type, function) name, JumpUnless##name, RepeatIf##name,
    WICK_FORALL_OPCODES(WICK_PLAIN, WICK_NUMBER, WICK_NUMBER, WICK_TEST)
#undef WICK_PLAIN
#undef WICK_NUMBER
#undef WICK_TEST
};

/// The instructions of one test.
constexpr Opcode jump_unless(Opcode test) { return static_cast<Opcode>(static_cast<int>(test) + 1); }
constexpr Opcode repeat_if(Opcode test) { return static_cast<Opcode>(static_cast<int>(test) + 2); }

/// Table: an index into one of the plan's tables, as the row's text says.
enum class OperandKind : uint8_t { None_, Value, List, Number, Target, Table };

struct OpcodeInfo {
    const char* name;
    OperandKind b;
    OperandKind c;
    OperandKind extra;
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
    int32_t c = 0;  ///< length of a List operand, or the row's own c
    int32_t extra = 0;
};

}  // namespace wick::jit

#pragma once
// Which nodes are one instruction on numbers or strings.

#include <optional>

#include "ir/graph.h"
#include "runtime/bytecode.h"

namespace wick::jit {

struct ScalarInstruction {
    Opcode opcode;
    TypeKind operands;  ///< Int, Float or String; an int operand of a Float instruction has to be converted
    bool is_test;       ///< opcode, jump_unless(opcode) and repeat_if(opcode)
};

/// The UNARY, BINARY or TEST instruction of an operator whose operands are numbers or strings by their static types. As
/// in the operators themselves, both operands are brought to one type first, and to floats where ints have no
/// instruction.
std::optional<ScalarInstruction> select_scalar_instruction(const Node& node);

}  // namespace wick::jit

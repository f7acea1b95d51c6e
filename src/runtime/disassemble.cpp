#include <fmt/format.h>

#include "runtime/plan.h"

namespace wick::jit {

const OpcodeInfo& info_of(Opcode opcode) {
    static constexpr OpcodeInfo kTable[] = {
#define _(name, b, c, text) {#name, OperandKind::b, OperandKind::c, text},
        WICK_FORALL_OPCODES(_)
#undef _
    };
    return kTable[static_cast<size_t>(opcode)];
}

static std::string operand_text(Operand operand) {
    if (operand < 0) return fmt::format("k{}", ~operand);
    return fmt::format("r{}{}", operand / 2, operand % 2 ? "!" : "");
}

/// "add.Tensor", "forward", …: what the extra number of a call stands for.
static std::string extra_text(const Plan& plan, const Instruction& in) {
    switch (in.opcode) {
        case Opcode::Operator:
            return " " + plan.operators[in.extra]->operator_name();
        case Opcode::Call:
            return " " + plan.functions[in.extra]->qualified_name();
        case Opcode::CallInterface:
            return " " + plan.names[in.extra];
        case Opcode::Tuple:
        case Opcode::List:
        case Opcode::Dict:
        case Opcode::ToList:
            return plan.types[in.extra] ? " " + plan.types[in.extra]->str() : "";
        case Opcode::CreateObject:
            return " " + plan.types[in.b]->str();
        case Opcode::LoopEnter:
        case Opcode::LoopNext:
            return " limit " + operand_text(in.extra);
        case Opcode::TupleSlice:
        case Opcode::SetAttr:
            return fmt::format(" {}", in.extra);
        default:
            return "";
    }
}

std::string Plan::disassemble() const {
    std::string out = fmt::format("{}: {} inputs, {} registers\n", function_name, inputs, registers);
    for (size_t i = 0; i < code.size(); ++i) {
        const Instruction& in = code[i];
        const OpcodeInfo& info = info_of(in.opcode);
        out += fmt::format("{:4} {} r{}", i, info.name, in.a);
        const auto add = [&](OperandKind kind, int32_t value) {
            switch (kind) {
                case OperandKind::None_:
                    break;
                case OperandKind::Value:
                    out += " " + operand_text(value);
                    break;
                case OperandKind::Number:
                    out += fmt::format(" {}", value);
                    break;
                case OperandKind::Target:
                    out += fmt::format(" ->{}", value);
                    break;
                case OperandKind::List:
                    out += " (";
                    for (int32_t k = 0; k < in.c; ++k)
                        out += (k > 0 ? ", " : "") + operand_text(operand_lists[in.b + k]);
                    out += ")";
                    break;
            }
        };
        add(info.b, in.b);
        if (info.b != OperandKind::List) add(info.c, in.c);
        out += extra_text(*this, in) + "\n";
    }
    for (const auto& plan : plans) out += plan->disassemble();
    return out;
}

}  // namespace wick::jit

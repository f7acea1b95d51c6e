#include <fmt/format.h>

#include "runtime/plan.h"

namespace wick::jit {

const OpcodeInfo& info_of(Opcode opcode) {
    using enum OperandKind;
    static constexpr OpcodeInfo kTable[] = {
#define WICK_PLAIN(name, b, c, extra, text) {#name, b, c, extra, text},
#define WICK_UNARY(name, operation, type, function) {#name, Value, None_, None_, "a = " #function "(b)"},
#define WICK_BINARY(name, operation, type, function) {#name, Value, Value, None_, "a = " #function "(b, c)"},
#define WICK_TEST(name, operation, type, function)                                              \
    {#name, Value, Value, None_, "a = " #function "(b, c)"},                                    \
        {"JumpUnless" #name, Value, Value, Target, "goes to extra unless " #function "(b, c)"}, \
        {"RepeatIf" #name, Value, Value, Target, "the end of a loop: goes to extra if " #function "(b, c)"},
        WICK_FORALL_OPCODES(WICK_PLAIN, WICK_UNARY, WICK_BINARY, WICK_TEST)
#undef WICK_PLAIN
#undef WICK_UNARY
#undef WICK_BINARY
#undef WICK_TEST
    };
    return kTable[static_cast<size_t>(opcode)];
}

static std::string operand_text(Operand operand) {
    if (operand < 0) return fmt::format("k{}", ~operand);
    return fmt::format("r{}{}", operand / 2, operand % 2 ? "!" : "");
}

/// "add.Tensor", "forward", …: the entry of a table that the instruction names.
static std::string table_text(const Plan& plan, const Instruction& in) {
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
        case Opcode::GetPath: {
            std::string path;
            for (int32_t i = 0; i < in.extra; ++i)
                path += (i == 0 ? " " : ".") + std::to_string(plan.slots[static_cast<size_t>(in.c + i)]);
            return path;
        }
        case Opcode::CreateObject:
            return " " + plan.types[in.b]->str();
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
                case OperandKind::Table:
                    break;
                case OperandKind::Value:
                    out += " " + operand_text(value);
                    break;
                case OperandKind::Number:
                    out += fmt::format(" {}", value);
                    break;
                case OperandKind::Target:
                    out += fmt::format(" ->{}", static_cast<int64_t>(i) + value);
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
        add(info.extra, in.extra);
        out += table_text(*this, in) + "\n";
    }
    for (const auto& plan : plans) out += plan->disassemble();
    return out;
}

}  // namespace wick::jit

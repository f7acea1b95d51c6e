#include "runtime/select_opcode.h"

#include <unordered_map>

namespace wick::jit {
namespace {

struct Row {
    ScalarInstruction instruction;
    size_t inputs;
    TypeKind result;
};

template <class T>
constexpr TypeKind kind_of() {
    if (std::is_same_v<T, std::string_view>) return TypeKind::String;
    return std::is_same_v<T, bool> ? TypeKind::Bool : std::is_same_v<T, double> ? TypeKind::Float : TypeKind::Int;
}

/// The rows of an operator.
struct Rows {
    std::optional<Row> ints;
    std::optional<Row> floats;
    std::optional<Row> strings;
    std::optional<Row>& of(TypeKind kind) {
        return kind == TypeKind::Int ? ints : kind == TypeKind::Float ? floats : strings;
    }
};
using Table = std::unordered_map<std::string_view, Rows>;

const Table& table() {
    static const Table table = [] {
        using namespace arithmetic;
        Table rows;
        const auto add = [&](std::string_view name, Row row) { rows[name].of(row.instruction.operands) = row; };
#define WICK_PLAIN(name, b, c, extra, text)
#define WICK_UNARY(name, operation, type, function) \
    add(operation, {{Opcode::name, kind_of<type>(), false}, 1, kind_of<std::invoke_result_t<function, type>>()});
#define WICK_BINARY(name, operation, type, function) \
    add(operation, {{Opcode::name, kind_of<type>(), false}, 2, kind_of<std::invoke_result_t<function, type, type>>()});
#define WICK_TEST(name, operation, type, function) \
    add(operation, {{Opcode::name, kind_of<type>(), true}, 2, TypeKind::Bool});
        WICK_FORALL_OPCODES(WICK_PLAIN, WICK_UNARY, WICK_BINARY, WICK_TEST)
#undef WICK_PLAIN
#undef WICK_UNARY
#undef WICK_BINARY
#undef WICK_TEST
        return rows;
    }();
    return table;
}

}  // namespace

std::optional<ScalarInstruction> select_scalar_instruction(const Node& node) {
    if (!node.op || node.outputs.size() != 1 || node.inputs.empty() || node.inputs.size() > 2) return {};
    size_t ints = 0;
    size_t floats = 0;
    for (const Value* input : node.inputs) {
        const TypeKind kind = input->type->kind();
        if (kind != TypeKind::Int && kind != TypeKind::Float && kind != TypeKind::String) return {};
        ints += kind == TypeKind::Int;
        floats += kind == TypeKind::Float;
    }
    if (ints + floats != 0 && ints + floats != node.inputs.size()) return {};
    const auto found = table().find(node.kind.str());
    if (found == table().end()) return {};
    const Rows& rows = found->second;
    const std::optional<Row>& row = ints + floats == 0                                      ? rows.strings
                                    : floats > 0 || (!rows.ints && node.inputs.size() == 2) ? rows.floats
                                                                                            : rows.ints;
    if (!row || row->inputs != node.inputs.size()) return {};
    const TypeKind result = node.output()->type->kind();
    if (result != row->result && result != TypeKind::Number) return {};
    return row->instruction;
}

}  // namespace wick::jit

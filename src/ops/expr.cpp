#include "ops/expr.h"

#include <wick/support/array_ref.h>
#include <wick/support/check.h>

namespace wick::ops {

bool ExprGraph::is_flag(int16_t node) const {
    const ExprNode& n = nodes[node];
    if (n.kind == ExprNode::Kind::apply) return info(n.primitive).result == 'F';
    return n.kind == ExprNode::Kind::input && input_is_flag(n.input);
}

bool ExprGraph::input_is_flag(int16_t input) const {
    bool used = false;
    for (const ExprNode& node : nodes) {
        if (node.kind != ExprNode::Kind::apply) continue;
        const std::string_view kinds = info(node.primitive).operands;
        for (size_t k = 0; k < kinds.size(); ++k) {
            const ExprNode& operand = nodes[node.operands[k]];
            if (operand.kind != ExprNode::Kind::input || operand.input != input) continue;
            if (kinds[k] != 'F') return false;
            used = true;
        }
    }
    return used;
}

static std::string text_of(const Scalar& value) {
    return value.is_integral() ? fmt::format("{}", value.to_int()) : fmt::format("{}", value.to_double());
}

std::string ExprGraph::str() const {
    std::string text;
    for (size_t i = 0; i < nodes.size(); ++i) {
        const ExprNode& node = nodes[i];
        text += fmt::format("%{} = ", i);
        if (node.kind == ExprNode::Kind::input) text += fmt::format("input[{}]\n", node.input);
        if (node.kind == ExprNode::Kind::constant) text += text_of(node.constant) + "\n";
        if (node.kind != ExprNode::Kind::apply) continue;
        text += fmt::format("{}(", info(node.primitive).name);
        for (size_t k = 0; k < info(node.primitive).operands.size(); ++k)
            text += fmt::format("{}%{}", k ? ", " : "", node.operands[k]);
        text += ")\n";
    }
    return text + fmt::format("return %{}\n", result);
}

int16_t ExprRecorder::add(ExprNode node) {
    auto same = [&](const ExprNode& other) {
        if (other.kind != node.kind || other.primitive != node.primitive || other.input != node.input) return false;
        if (!std::equal(other.operands, other.operands + 3, node.operands)) return false;
        return node.kind != ExprNode::Kind::constant ||
               (other.constant.dtype() == node.constant.dtype() && text_of(other.constant) == text_of(node.constant));
    };
    for (size_t i = 0; i < graph_.nodes.size(); ++i)
        if (same(graph_.nodes[i])) return static_cast<int16_t>(i);
    graph_.nodes.push_back(node);
    return static_cast<int16_t>(graph_.nodes.size() - 1);
}

int16_t ExprRecorder::input(int16_t position) {
    ExprNode node{ExprNode::Kind::input};
    node.input = position;
    return add(node);
}

int16_t ExprRecorder::constant(const Scalar& value) {
    ExprNode node{ExprNode::Kind::constant};
    node.constant = value;
    return add(node);
}

int16_t ExprRecorder::apply(Primitive primitive, std::span<const int16_t> operands) {
    WICK_ASSERT(operands.size() == info(primitive).operands.size());
    ExprNode node{ExprNode::Kind::apply};
    node.primitive = primitive;
    std::copy(operands.begin(), operands.end(), node.operands);
    return add(node);
}

ExprGraph ExprRecorder::finish(int16_t result) && {
    graph_.result = result;
    // Operands stand before their users, so whatever was recorded later is not needed.
    graph_.nodes.resize(static_cast<size_t>(result) + 1);
    return std::move(graph_);
}

static Expr apply_to(Primitive primitive, std::initializer_list<const Expr*> operands) {
    ExprRecorder* recorder = nullptr;
    for (const Expr* operand : operands)
        if (!recorder) recorder = operand->recorder();
    WICK_ASSERT(recorder);
    SmallVector<int16_t, 3> nodes;
    for (const Expr* operand : operands) nodes.push_back(operand->node_in(*recorder));
    return Expr(recorder, recorder->apply(primitive, {nodes.data(), nodes.size()}));
}

Expr apply(Primitive primitive, const Expr& a) { return apply_to(primitive, {&a}); }
Expr apply(Primitive primitive, const Expr& a, const Expr& b) { return apply_to(primitive, {&a, &b}); }
Expr apply(Primitive primitive, const Expr& a, const Expr& b, const Expr& c) {
    return apply_to(primitive, {&a, &b, &c});
}

}  // namespace wick::ops

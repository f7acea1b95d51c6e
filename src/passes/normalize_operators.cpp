#include "passes/normalize_operators.h"

#include <fmt/format.h>
#include <string_view>
#include <unordered_map>

namespace wick::jit {

namespace {

/// Names without "aten::"; each stands for its in-place form, too.
const std::unordered_map<std::string_view, std::string_view>& aliases() {
    static const std::unordered_map<std::string_view, std::string_view> map = {
        {"absolute", "abs"},       {"arccos", "acos"},        {"arccosh", "acosh"},    {"arcsin", "asin"},
        {"arcsinh", "asinh"},      {"arctan", "atan"},        {"arctanh", "atanh"},    {"clip", "clamp"},
        {"degrees", "rad2deg"},    {"divide", "div"},         {"fix", "trunc"},        {"ger", "outer"},
        {"greater", "gt"},         {"greater_equal", "ge"},   {"less", "lt"},          {"less_equal", "le"},
        {"linalg_det", "det"},     {"moveaxis", "movedim"},   {"multiply", "mul"},     {"negative", "neg"},
        {"not_equal", "ne"},       {"radians", "deg2rad"},    {"row_stack", "vstack"}, {"subtract", "sub"},
        {"swapaxes", "transpose"}, {"swapdims", "transpose"}, {"true_divide", "div"},
    };
    return map;
}

/// The operator that a node should call instead, or null.
const Operator* normal_form(const Node* node) {
    // Some names are operators on numbers as well; only those on tensors are aliases.
    if (!node->op || node->kind.ns() != "aten" || node->inputs.empty() || !node->input(0)->type->is(TypeKind::Tensor))
        return nullptr;
    std::string_view name = node->kind.unqualified();
    const bool in_place = name.ends_with('_');
    if (in_place) name.remove_suffix(1);
    const auto alias = aliases().find(name);
    if (alias == aliases().end()) return nullptr;
    const std::string& overload = node->op->schema.overload;
    return Registry::instance().find_overload(
        fmt::format("aten::{}{}{}{}", alias->second, in_place ? "_" : "", overload.empty() ? "" : ".", overload));
}

bool normalize(Graph& graph, Block* block) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= normalize(graph, inner);
        const Operator* op = normal_form(node);
        if (!op) continue;
        Node* replacement = graph.create(Symbol::from(op->schema.name), node->inputs, 0);
        replacement->op = op;
        replacement->range = node->range;
        replacement->insert_before(node);
        for (Value* output : node->outputs) {
            Value* renamed = replacement->add_output(output->type);
            renamed->copy_metadata(output);
            output->replace_all_uses_with(renamed);
        }
        node->destroy();
        changed = true;
    }
    return changed;
}

}  // namespace

bool normalize_operators(Graph& graph) { return normalize(graph, graph.block()); }

}  // namespace wick::jit

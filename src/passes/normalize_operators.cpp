#include "passes/normalize_operators.h"

#include <fmt/format.h>
#include <string_view>
#include <unordered_map>

namespace wick::jit {

namespace {

/// Names without "aten::"; each stands for its in-place form, too.
const std::unordered_map<std::string_view, std::string_view>& aliases() {
    static const std::unordered_map<std::string_view, std::string_view> map = {
        {"absolute", "abs"},
        {"adjoint", "mH"},
        {"arccos", "acos"},
        {"arccosh", "acosh"},
        {"arcsin", "asin"},
        {"arcsinh", "asinh"},
        {"arctan", "atan"},
        {"arctan2", "atan2"},
        {"arctanh", "atanh"},
        {"clip", "clamp"},
        {"concat", "cat"},
        {"concatenate", "cat"},
        {"det", "linalg_det"},
        {"divide", "div"},
        {"fix", "trunc"},
        {"ger", "outer"},
        {"greater", "gt"},
        {"greater_equal", "ge"},
        {"inverse", "linalg_inv"},
        {"less", "lt"},
        {"less_equal", "le"},
        {"linalg_matmul", "matmul"},
        {"matrix_exp", "linalg_matrix_exp"},
        {"matrix_power", "linalg_matrix_power"},
        {"moveaxis", "movedim"},
        {"multiply", "mul"},
        {"negative", "neg"},
        {"not_equal", "ne"},
        {"orgqr", "linalg_householder_product"},
        {"row_stack", "vstack"},
        {"special_digamma", "digamma"},
        {"special_erf", "erf"},
        {"special_erfc", "erfc"},
        {"special_erfinv", "erfinv"},
        {"special_exp2", "exp2"},
        {"special_expit", "sigmoid"},
        {"special_expm1", "expm1"},
        {"special_gammainc", "igamma"},
        {"special_gammaincc", "igammac"},
        {"special_gammaln", "lgamma"},
        {"special_i0", "i0"},
        {"special_log1p", "log1p"},
        {"special_log_softmax", "log_softmax"},
        {"special_logit", "logit"},
        {"special_logsumexp", "logsumexp"},
        {"special_multigammaln", "mvlgamma"},
        {"special_polygamma", "polygamma"},
        {"special_psi", "digamma"},
        {"special_round", "round"},
        {"special_sinc", "sinc"},
        {"special_softmax", "softmax"},
        {"special_xlogy", "xlogy"},
        {"subtract", "sub"},
        {"swapaxes", "transpose"},
        {"swapdims", "transpose"},
        {"true_divide", "div"},
    };
    return map;
}

/// The call that a node stands for; no kind when it stands for itself.
struct NormalForm {
    Symbol kind;
    std::vector<Value*> inputs;
};

NormalForm normal_form(const Node* node) {
    if (!node->op || node->kind.ns() != "aten") return {};
    std::string_view name = node->kind.unqualified();
    const std::vector<Value*>& inputs = node->inputs;
    if (name == "rsub" && node->op->overload == "Tensor")
        return {Symbol::from("aten::sub"), {inputs[1], inputs[0], inputs[2]}};
    if (name == "__is__" || name == "__isnot__") {
        if (!inputs[0]->type->is(TypeKind::Bool) || !inputs[1]->type->is(TypeKind::Bool)) return {};
        return {Symbol::from(name == "__is__" ? "aten::eq" : "aten::ne"), inputs};
    }
    const bool in_place = name.ends_with('_');
    if (in_place) name.remove_suffix(1);
    const auto alias = aliases().find(name);
    if (alias == aliases().end()) return {};
    return {Symbol::from(fmt::format("aten::{}{}", alias->second, in_place ? "_" : "")), inputs};
}

bool normalize(Graph& graph, Block* block) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= normalize(graph, inner);
        NormalForm form = normal_form(node);
        if (form.kind == Symbol()) continue;
        Node* replacement = graph.create(form.kind, std::move(form.inputs), 0);
        replacement->op = match_operator(*replacement);
        if (!replacement->op) {
            replacement->destroy();
            continue;
        }
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

#include "passes/group_differentiable.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "ops/autocast.h"

namespace wick::jit {
namespace {

bool is_tensor(const Value* value) { return value->type->is(TypeKind::Tensor); }

bool is_plain(const Type& type) {
    if (type.is(TypeKind::Optional)) return is_plain(*type.contained(0));
    return type.is(TypeKind::Int) || type.is(TypeKind::Float) || type.is(TypeKind::Bool) || type.is(TypeKind::None) ||
           type.is(TypeKind::Number);
}

/// Numbers, and lists of them.
bool is_plain_or_list(const Type& type) {
    return is_plain(type) || (type.is(TypeKind::List) && is_plain(*type.contained(0)));
}

/// What groups cannot see through: writes to tensors, and autocast, which changes the dtypes that formulas are for.
bool rules_out_groups(const Block* block) {
    for (const Node* node : block->nodes()) {
        for (const Block* inner : node->blocks)
            if (rules_out_groups(inner)) return true;
        if (node->op && node->op->schema().is_mutable() && !node->inputs.empty() && is_tensor(node->input(0)))
            return true;
        if (node->kind == sym::prim_Enter && is_autocast(*node->input(0)->type)) return true;
    }
    return false;
}

bool has_derivative(const Operator& op) {
    return op.differentiation == Differentiation::formulas && op.decomposition.empty() &&
           (op.pointwise || op.is_view || !op.derivatives.empty());
}

bool differentiates(const Node* node) {
    return node->op && has_derivative(*node->op) && std::ranges::any_of(node->outputs, is_tensor);
}

bool may_stand_in_group(const Node* node) {
    if (!node->blocks.empty()) return false;
    if (node->kind == sym::prim_Constant) return is_plain_or_list(*node->output()->type);
    if (node->kind == sym::prim_ListConstruct) return is_plain_or_list(*node->output()->type);
    const Operator* op = node->op;
    if (!op || op->has_side_effects || op->is_out_variant || op->schema().is_mutable()) return false;
    const bool known = std::ranges::all_of(
        node->outputs, [](const Value* output) { return is_tensor(output) || is_plain_or_list(*output->type); });
    if (!known) return false;
    if (std::ranges::any_of(node->outputs, is_tensor))
        return has_derivative(*op) || op->differentiation == Differentiation::none;
    // Shapes and arithmetic on them.
    return op->composite.empty() && std::ranges::all_of(node->inputs, [](const Value* input) {
               return is_tensor(input) || is_plain_or_list(*input->type);
           });
}

class Grouper {
 public:
    explicit Grouper(Graph& graph) : graph_(graph) {}

    bool group_in(Block* block) {
        bool changed = false;
        std::vector<Node*> run;
        for (Node* node : block->nodes()) {
            if (may_stand_in_group(node)) {
                run.push_back(node);
            } else if (node->kind == sym::prim_GetAttr && !run.empty() && !stands_in(node->input(0)->node, run)) {
                node->move_before(run.front());
            } else {
                changed |= make_group(run);
                run.clear();
                for (Block* inner : node->blocks) changed |= group_in(inner);
            }
        }
        return make_group(run) || changed;
    }

 private:
    static bool stands_in(const Node* node, const std::vector<Node*>& run) {
        return std::ranges::find(run, node) != run.end();
    }

    /// Nodes at the ends that do not help a backward pass stay outside.
    static void trim(std::vector<Node*>& run) {
        while (!run.empty() && !differentiates(run.back())) run.pop_back();
        const auto first = std::ranges::find_if(run, differentiates);
        std::vector<Node*> kept;
        for (auto at = run.begin(); at != run.end(); ++at)
            if (at >= first || (*at)->kind == sym::prim_Constant || (*at)->kind == sym::prim_ListConstruct)
                kept.push_back(*at);
        run = std::move(kept);
    }

    bool make_group(std::vector<Node*> run) {
        trim(run);
        if (std::ranges::count_if(run, differentiates) < 2) return false;
        const std::unordered_set<const Node*> inside(run.begin(), run.end());
        // Constants are copied, so that what stands behind may go on using them.
        auto subgraph = std::make_shared<Graph>();
        std::unordered_map<const Value*, Value*> copies;
        Node* group = graph_.create(sym::prim_DifferentiableGraph, {}, 0);
        const auto copy_of = [&](Value* value) {
            Value*& copy = copies[value];
            if (!copy) {
                copy = subgraph->add_input()->copy_metadata(value);
                group->add_input(value);
            }
            return copy;
        };
        for (const Node* node : run) {
            Node* copy = subgraph->insert(subgraph->create_clone(node, copy_of));
            for (size_t i = 0; i < node->outputs.size(); ++i) copies[node->output(i)] = copy->output(i);
        }
        group->insert_after(run.back());
        group->range = run.back()->range;
        for (Node* node : run) {
            if (node->kind == sym::prim_Constant || node->kind == sym::prim_ListConstruct) continue;
            for (Value* output : node->outputs) {
                const bool escapes =
                    std::ranges::any_of(output->uses, [&](const Use& use) { return !inside.contains(use.user); });
                if (!escapes) continue;
                subgraph->register_output(copies.at(output));
                Value* result = group->add_output()->copy_metadata(output);
                const std::vector<Use> uses = output->uses;
                for (const Use& use : uses)
                    if (!inside.contains(use.user)) use.user->replace_input(use.index, result);
            }
        }
        group->set_attr(sym::attr_subgraph, std::move(subgraph));
        for (auto at = run.rbegin(); at != run.rend(); ++at) {
            const bool unused =
                std::ranges::all_of((*at)->outputs, [](const Value* value) { return value->uses.empty(); });
            if (unused) (*at)->destroy();
        }
        return true;
    }

    Graph& graph_;
};

}  // namespace

bool group_differentiable(Graph& graph) {
    return !rules_out_groups(graph.block()) && Grouper(graph).group_in(graph.block());
}

}  // namespace wick::jit

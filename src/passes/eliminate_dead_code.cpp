#include "passes/eliminate_dead_code.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "passes/alias_sets.h"

namespace wick::jit {

namespace {

class DeadCode {
 public:
    explicit DeadCode(const Graph& graph) : aliases_(graph) {}

    bool run(Block* block) {
        mark_block(block);
        return sweep(block);
    }

 private:
    bool has_effects(const Node* node) {
        const auto [known, added] = effects_.try_emplace(node, false);
        if (!added) return known->second;
        bool effects = node->has_side_effects() || std::ranges::any_of(aliases_.written_by(node), [&](auto set) {
                           return aliases_.is_everywhere(set);
                       });
        for (const Block* block : node->blocks) {
            if (effects) break;
            for (const Node* inner : block->nodes()) {
                if ((effects = has_effects(inner))) break;
            }
        }
        return effects_[node] = effects;
    }

    /// True when something was marked that was not before.
    bool mark(const Node* node) {
        if (!marked_.insert(node).second) return false;
        for (const Value* input : node->inputs) set_live(input);
        // What holds a live node is live.
        for (const Node* owner = node->block ? node->block->owner : nullptr; owner; owner = owner->block->owner)
            mark(owner);
        return true;
    }

    bool mark_block(const Block* block) {
        bool changed = false;
        for (const Node* node : block->nodes()) {
            if (has_effects(node)) changed |= mark(node);
        }
        changed |= mark_results(block);
        for (const Node* node = block->return_node->prev; node != block->param_node; node = node->prev) {
            if (node->kind == sym::prim_Loop) {
                while (mark_block(node->blocks[0])) changed = true;
            } else {
                for (const Block* inner : node->blocks) changed |= mark_block(inner);
            }
            if (std::ranges::any_of(node->outputs, [&](const Value* v) { return live_.contains(v); }) ||
                std::ranges::any_of(aliases_.written_by(node), [&](auto set) { return live_sets_.contains(set); })) {
                changed |= mark(node);
            }
        }
        return changed;
    }

    /// A block's results are live as far as the node's outputs are, or the next turn of the loop reads them.
    bool mark_results(const Block* block) {
        const Node* owner = block->owner;
        if (!owner || (owner->kind != sym::prim_If && owner->kind != sym::prim_Loop)) return mark(block->return_node);
        const size_t before = live_.size();
        if (owner->kind == sym::prim_If) {
            for (size_t i = 0; i < owner->outputs.size(); ++i) {
                if (live_.contains(owner->outputs[i])) set_live(block->outputs()[i]);
            }
        } else {
            set_live(block->outputs()[0]);
            for (size_t i = 0; i < owner->outputs.size(); ++i) {
                if (live_.contains(owner->outputs[i]) || !block->inputs()[i + 1]->uses.empty())
                    set_live(block->outputs()[i + 1]);
            }
        }
        return live_.size() != before;
    }

    bool sweep(Block* block) {
        bool changed = false;
        for (Node* node = block->return_node->prev; node != block->param_node;) {
            Node* before = node->prev;
            changed |= remove_dead_outputs(node);
            for (Block* inner : node->blocks) changed |= sweep(inner);
            const bool used = std::any_of(node->outputs.begin(), node->outputs.end(),
                                          [](const Value* v) { return !v->uses.empty(); });
            if (!marked_.contains(node) && !used) {
                node->destroy();
                changed = true;
            }
            node = before;
        }
        return changed;
    }

    static bool remove_dead_outputs(Node* node) {
        const size_t before = node->outputs.size();
        if (node->kind == sym::prim_If) {
            for (size_t i = node->outputs.size(); i-- > 0;) {
                if (!node->outputs[i]->uses.empty()) continue;
                node->erase_output(i);
                for (Block* block : node->blocks) block->erase_output(i);
            }
        } else if (node->kind == sym::prim_Loop) {
            Block* body = node->blocks[0];
            for (size_t i = node->outputs.size(); i-- > 0;) {
                if (!node->outputs[i]->uses.empty() || !body->inputs()[i + 1]->uses.empty()) continue;
                node->erase_output(i);
                node->remove_input(i + 2);
                body->erase_input(i + 1);
                body->erase_output(i + 1);
            }
        }
        return node->outputs.size() != before;
    }

    void set_live(const Value* value) {
        if (live_.insert(value).second) aliases_.add_reachable(value, live_sets_);
    }

    const AliasSets aliases_;
    std::unordered_set<const Node*> marked_;
    std::unordered_set<const Value*> live_;
    std::unordered_set<AliasSets::Set> live_sets_;  ///< memory that something live reads
    std::unordered_map<const Node*, bool> effects_;
};

}  // namespace

bool eliminate_dead_code(Graph& graph) { return DeadCode(graph).run(graph.block()); }

}  // namespace wick::jit

#include "archive/source_inlining.h"

#include "ir/remote_call.h"

namespace wick::jit {

namespace {

bool may_inline(const Value& value) {
    const Node& node = *value.node;
    if (node.outputs.size() != 1 || !node.blocks.empty() || value.uses.size() != 1) return false;
    const Use& use = value.uses[0];
    // A name was written by the user and stays, but for a value that is only returned.
    if (value.has_name() && use.user->kind != sym::prim_Return) return false;
    // The initial values of a loop are statements before its condition and trip count.
    if (use.user->kind == sym::prim_Loop && use.index >= 2) return false;
    // A forked function may run its captures' expressions elsewhere and more than once.
    if (use.user->kind == sym::prim_fork || use.user->kind == sym::prim_awaitable) return false;
    if (is_remote_call(use.user->kind)) return false;
    // `if isinstance(…):` would refine types once more when read again; the casts are already there.
    return node.kind != sym::prim_isinstance;
}

class Scan {
 public:
    void block(const Block& block) {
        statement(block.return_node);
        for (const Node* node = block.return_node->prev; node != block.param_node; node = node->prev) statement(node);
    }

    std::unordered_set<const Node*> take() { return std::move(inlined_); }

 private:
    /// One node whose inputs are being matched; `expected` is the node that the next input must come from.
    struct Frame {
        const Node* node;
        size_t remaining;
        const Node* expected;
    };

    static const Node* previous(const Node* node) {
        do {
            node = node->prev;
        } while (node->kind == sym::prim_Constant);
        return node;
    }

    /// Expressions may be as deep as the program is long, so the tree is walked with a stack of its own.
    void statement(const Node* statement) {
        if (inlined_.contains(statement)) return;
        for (const Block* nested : statement->blocks) block(*nested);
        std::vector<Frame> stack{{statement, statement->inputs.size(), previous(statement)}};
        while (true) {
            Frame& top = stack.back();
            if (top.remaining == 0) {
                const Frame done = top;
                stack.pop_back();
                if (stack.empty()) return;
                inlined_.insert(done.node);
                stack.back().expected = done.expected;
                continue;
            }
            const Value* input = top.node->inputs[--top.remaining];
            if (input->node->kind == sym::prim_Constant) {
                inlined_.insert(input->node);
            } else if (input->node == top.expected && may_inline(*input)) {
                stack.push_back({input->node, input->node->inputs.size(), previous(input->node)});
            }
        }
    }

    std::unordered_set<const Node*> inlined_;
};

}  // namespace

std::unordered_set<const Node*> inlined_nodes(const Block& body) {
    Scan scan;
    scan.block(body);
    return scan.take();
}

}  // namespace wick::jit

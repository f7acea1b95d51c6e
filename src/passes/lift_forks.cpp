#include "passes/lift_forks.h"

#include <unordered_map>

#include <wick/support/error.h>

#include "passes/pipeline.h"

namespace wick::jit {

namespace {

/// prim::forkClosure → prim::fork, prim::awaitableClosure → prim::awaitable.
Symbol lifted_kind(Symbol kind) {
    static const Symbol fork_closure = Symbol::from("prim::forkClosure");
    static const Symbol awaitable_closure = Symbol::from("prim::awaitableClosure");
    static const Symbol awaitable = Symbol::from("prim::awaitable");
    if (kind == fork_closure) return sym::prim_fork;
    return kind == awaitable_closure ? awaitable : Symbol();
}

void lift(Graph& graph, Node* node, Symbol kind) {
    Node* closure = node->input(0)->node;
    if (closure->kind != sym::prim_Closure || closure->blocks.size() != 1)
        throw CompileError(node->range, "Cannot fork this value");
    if (!closure->blocks[0]->inputs().empty()) throw CompileError(node->range, "Cannot fork lambda with parameters");
    auto subgraph = std::make_shared<Graph>();
    Node* fork = graph.create(kind)->insert_after(node);
    fork->range = node->range;
    std::unordered_map<const Value*, Value*> captured;
    subgraph->block()->clone_from(closure->blocks[0], [&](Value* outer) {
        const auto [place, added] = captured.try_emplace(outer, nullptr);
        if (added) {
            fork->add_input(outer);
            place->second = subgraph->add_input("", outer->type);
            place->second->copy_metadata(outer);
        }
        return place->second;
    });
    fork->output()->copy_metadata(node->output());
    node->output()->replace_all_uses_with(fork->output());
    node->destroy();
    clean_up(*subgraph);
    fork->set_attr(sym::attr_subgraph, std::move(subgraph));
}

bool lift(Graph& graph, Block* block) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        if (const Symbol kind = lifted_kind(node->kind); kind != Symbol()) {
            lift(graph, node, kind);
            changed = true;
        } else if (node->kind != sym::prim_Closure) {
            for (Block* inner : node->blocks) changed |= lift(graph, inner);
        }
    }
    return changed;
}

void remove_closures(Block* block) {
    for (Node* node : block->nodes()) {
        if (node->kind == sym::prim_Closure && node->output()->uses.empty()) {
            node->destroy();
        } else {
            for (Block* inner : node->blocks) remove_closures(inner);
        }
    }
}

}  // namespace

bool lift_forks(Graph& graph) {
    const bool changed = lift(graph, graph.block());
    remove_closures(graph.block());
    return changed;
}

}  // namespace wick::jit

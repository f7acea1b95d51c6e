#include "passes/lift_forks.h"

#include <unordered_map>

#include <wick/support/error.h>

#include "passes/pipeline.h"

namespace wick::jit {

namespace {

TypePtr tuple_of(const std::vector<Value*>& values) {
    std::vector<TypePtr> types;
    for (const Value* value : values) types.push_back(value->type);
    return tuple_type(std::move(types));
}

/// Takes the closure's block out into a graph whose only input, "context", is the tuple of the values that the block
/// uses from outside. What was the closure's value becomes the pair (closure, context).
void lift_closure(Node* closure) {
    Graph& graph = *closure->graph;
    Node* context = graph.create(sym::prim_TupleConstruct)->insert_after(closure);
    auto subgraph = std::make_shared<Graph>();
    Node* unpack = subgraph->insert_node(sym::prim_TupleUnpack, {subgraph->add_input("context")}, 0);
    std::unordered_map<const Value*, Value*> inside;
    subgraph->block()->clone_from(closure->blocks[0], [&](Value* outer) {
        const auto [place, added] = inside.try_emplace(outer, nullptr);
        if (added) {
            context->add_input(outer);
            place->second = unpack->add_output()->copy_metadata(outer);
        }
        return place->second;
    });
    context->output()->set_type(tuple_of(context->inputs));
    subgraph->inputs()[0]->set_type(context->output()->type);
    Node* pair = graph.create(sym::prim_TupleConstruct)->insert_after(context);
    closure->output()->replace_all_uses_with(pair->output());
    pair->add_input(closure->output());
    pair->add_input(context->output());
    pair->output()->set_type(tuple_of(pair->inputs));
    closure->erase_block(0);
    clean_up(*subgraph);
    closure->set_attr(sym::attr_subgraph, std::move(subgraph));
}

void lift_closures(Block* block) {
    for (Node* node : block->nodes()) {
        if (node->kind == sym::prim_Closure) {
            lift_closure(node);
        } else {
            for (Block* inner : node->blocks) lift_closures(inner);
        }
    }
}

/// prim::forkClosure → prim::fork, prim::awaitableClosure → prim::awaitable.
Symbol lifted_kind(Symbol kind) {
    static const Symbol fork_closure = Symbol::from("prim::forkClosure");
    static const Symbol awaitable_closure = Symbol::from("prim::awaitableClosure");
    if (kind == fork_closure) return sym::prim_fork;
    return kind == awaitable_closure ? sym::prim_awaitable : Symbol();
}

/// The graph of a lifted closure with an input for each value of its context.
std::shared_ptr<Graph> with_inputs(const Graph& closure, const std::vector<Value*>& context) {
    std::shared_ptr<Graph> graph = closure.copy();
    Block* block = graph->block();
    Value* packed = block->inputs()[0];
    Node* unpack = packed->uses.empty() ? nullptr : packed->uses[0].user;
    for (size_t i = 0; i < context.size(); ++i) {
        Value* input = block->insert_input(i)->copy_metadata(context[i]);
        unpack->output(i)->replace_all_uses_with(input);
    }
    if (unpack) unpack->destroy();
    block->erase_input(context.size());
    clean_up(*graph);
    return graph;
}

void lift_fork(Graph& graph, Node* node, Symbol kind) {
    const Node* pair = node->input(0)->node;
    if (pair->kind != sym::prim_TupleConstruct || pair->inputs.size() != 2 ||
        pair->input(0)->node->kind != sym::prim_Closure)
        throw CompileError(node->range, "Cannot fork this value");
    const auto& closure = *pair->input(0)->node->attr<std::shared_ptr<Graph>>(sym::attr_subgraph);
    if (closure.inputs().size() != 1) throw CompileError(node->range, "Cannot fork lambda with parameters");
    const std::vector<Value*>& context = pair->input(1)->node->inputs;
    Node* fork = graph.create(kind)->insert_after(node);
    fork->range = node->range;
    for (Value* value : context) fork->add_input(value);
    fork->set_attr(sym::attr_subgraph, with_inputs(closure, context));
    fork->output()->copy_metadata(node->output());
    node->output()->replace_all_uses_with(fork->output());
    node->destroy();
}

bool lift_forks(Graph& graph, Block* block) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        if (const Symbol kind = lifted_kind(node->kind); kind != Symbol()) {
            lift_fork(graph, node, kind);
            changed = true;
        } else {
            for (Block* inner : node->blocks) changed |= lift_forks(graph, inner);
        }
    }
    return changed;
}

}  // namespace

bool lift_forks(Graph& graph) {
    lift_closures(graph.block());
    return lift_forks(graph, graph.block());
}

}  // namespace wick::jit

#include "frontend/convert_to_ssa.h"

#include <limits>
#include <map>
#include <set>
#include <string>

#include "frontend/environment.h"
#include "frontend/exit_transforms.h"

namespace wick::jit {

namespace {

const std::string& variable_name(const Node* node) { return node->name_attr(); }

/// What the variables of a block and of those around it stand for.
template <class T>
struct Scope {
    Scope* parent;
    std::map<std::string, T> names;

    const T* find(const std::string& name) const {
        for (const Scope* scope = this; scope; scope = scope->parent) {
            if (const auto known = scope->names.find(name); known != scope->names.end()) return &known->second;
        }
        return nullptr;
    }
};

/// Gives branches and loops the values that their bodies assign: inputs, outputs, and loads and stores at the borders.
class CarryVariables {
 public:
    explicit CarryVariables(Graph& graph) : graph_(graph) {}

    using Types = Scope<TypePtr>;

    Types run(Block* block, Types* parent) {
        Types types{parent, {}};
        for (Node* node : block->nodes()) {
            if (node->kind == sym::prim_If) {
                branches(node, types);
            } else if (node->kind == sym::prim_Loop) {
                loop(node, types);
            } else if (node->kind == sym::prim_Closure || node->kind == sym::prim_ComprehensionScope) {
                for (Block* inner : node->blocks) run(inner, &types);
            } else if (node->kind == sym::prim_Store) {
                types.names[variable_name(node)] = node->input(0)->type;
            }
        }
        return types;
    }

 private:
    void branches(Node* node, Types& outer) {
        Block* blocks[] = {node->blocks[0], node->blocks[1]};
        const Types types[] = {run(blocks[0], &outer), run(blocks[1], &outer)};
        std::set<std::string> assigned;
        for (int i : {0, 1}) {
            for (const auto& [name, type] : types[i].names) {
                if (types[1 - i].find(name)) assigned.insert(name);
            }
        }
        for (const std::string& name : assigned) {
            const TypePtr then = *types[0].find(name);
            const TypePtr otherwise = *types[1].find(name);
            add_block_output(blocks[0], then, name);
            add_block_output(blocks[1], otherwise, name);
            // A Union where there is nothing else in common; the emitter has forbidden later use where nobody declared
            // it.
            add_node_output(node, unify_types(then, otherwise, true), name, outer);
        }
    }

    void loop(Node* node, Types& outer) {
        Block* body = node->blocks[0];
        const Types types = run(body, &outer);
        for (const auto& [name, type] : types.names) {
            const TypePtr* before = outer.find(name);
            // Local to the body.
            if (!before) continue;
            const TypePtr entry = *before;
            const TypePtr joined = unify_types(entry, type, true);
            node->add_input(create_load(graph_, name, entry)->insert_before(node)->output());
            Value* carried = body->add_input(name, joined);
            create_store(graph_, name, carried)->insert_after(body->param_node);
            add_block_output(body, type, name);
            add_node_output(node, joined, name, outer);
        }
    }

    void add_block_output(Block* block, const TypePtr& type, const std::string& name) {
        block->register_output(block->append(create_load(graph_, name, type))->output());
    }

    void add_node_output(Node* node, const TypePtr& type, const std::string& name, Types& outer) {
        Value* output = node->add_output(type);
        if (is_meaningful_name(name)) output->set_name(name);
        create_store(graph_, name, output)->insert_after(node);
        outer.names[name] = type;
    }

    Graph& graph_;
};

void move_nodes_before(Block* from, Node* place) {
    for (Node* node : from->nodes()) node->move_before(place);
}

/// A copy of the block's nodes before `place`; returns the copy of its only output.
Value* copy_before(Graph& graph, const Block* block, Node* place) {
    Node* holder = graph.create(sym::prim_If, 0)->insert_before(place);
    Block* copy = holder->add_block();
    copy->clone_from(block, [](Value* value) { return value; });
    move_nodes_before(copy, place);
    Value* output = copy->outputs()[0];
    copy->return_node->remove_all_inputs();
    holder->destroy();
    return output;
}

/// Replaces `break` and `continue` by loop continuations.
class ContinueLoops {
 public:
    explicit ContinueLoops(Graph& graph) : graph_(graph) {}

    void run(Block* block) {
        {
            InsertPoint at(graph_, block->param_node->next);
            false_ = graph_.insert_constant(IValue(false));
        }
        visit(block);
    }

 private:
    void visit(Block* block) {
        for (Node* node : block->nodes()) {
            if (node->kind == sym::prim_If) {
                visit(node->blocks[0]);
                visit(node->blocks[1]);
            } else if (node->kind == sym::prim_Closure) {
                ContinueLoops(graph_).run(node->blocks[0]);
            } else if (node->kind == sym::prim_Loop) {
                Node* outer = std::exchange(loop_, node);
                visit(node->blocks[0]);
                loop_ = outer;
            } else if (node->kind == sym::prim_ContinueStmt) {
                Node* exit = graph_.create(loop_continuation(), 0)->insert_after(node);
                exit->add_input(copy_before(graph_, loop_->blocks[1], node));
                carry(exit);
                node->destroy();
            } else if (node->kind == sym::prim_BreakStmt) {
                Node* exit = graph_.create(loop_continuation(), 0)->insert_after(node);
                exit->add_input(false_);
                carry(exit);
                node->destroy();
            }
        }
    }

    void carry(Node* exit) {
        for (Value* output : loop_->blocks[0]->outputs()) {
            Node* load = graph_.create_clone(output->node, [](Value* value) { return value; });
            exit->add_input(load->insert_before(exit)->output());
        }
    }

    Graph& graph_;
    Value* false_ = nullptr;
    Node* loop_ = nullptr;
};

/// The condition block of a loop: a copy before the loop gives the first condition, its nodes at the body's end the
/// next.
void inline_loop_conditions(Graph& graph, Block* block) {
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) inline_loop_conditions(graph, inner);
        // The loop of a text that was copied here has its final form already.
        if (node->kind != sym::prim_Loop || node->blocks.size() == 1) continue;
        Block* body = node->blocks[0];
        Block* condition = node->blocks[1];
        node->insert_input(1, copy_before(graph, condition, node));
        Value* next = condition->outputs()[0];
        move_nodes_before(condition, body->return_node);
        body->insert_output(0, next);
        node->erase_block(1);
    }
}

using Values = Scope<Value*>;

void erase_loads_and_stores(Block* block, Values* parent) {
    Values values{parent, {}};
    for (Node* node : block->nodes()) {
        if (node->kind == sym::prim_Store) {
            values.names[variable_name(node)] = node->input(0);
            node->destroy();
        } else if (node->kind == sym::prim_Load) {
            Value* const* known = values.find(variable_name(node));
            WICK_ASSERT(known);
            node->output()->replace_all_uses_with(*known);
            node->destroy();
        } else if (node->kind == sym::prim_ComprehensionScope) {
            erase_loads_and_stores(node->blocks[0], &values);
            move_nodes_before(node->blocks[0], node);
            node->destroy();
        } else {
            for (Block* inner : node->blocks) erase_loads_and_stores(inner, &values);
        }
    }
}

void canonicalize(Graph& graph, Node* node) {
    Block* body = node->blocks[0];
    const IValue* trips = constant_value(node->input(0));
    const IValue* next = constant_value(body->outputs()[0]);
    const bool counts = !trips || !trips->is_int() || trips->to_int() != std::numeric_limits<int64_t>::max();
    const bool tests = !next || !next->to_bool();
    if (!counts || !tests) return;

    Value* max_trips = node->input(0);
    Value* zero;
    Value* one;
    {
        InsertPoint at(graph, node);
        zero = graph.insert_constant(IValue(int64_t(0)));
        one = graph.insert_constant(IValue(int64_t(1)));
        Value* condition = graph.insert_op("aten::gt.int", {max_trips, zero});
        node->replace_input(0, graph.insert_constant(IValue(std::numeric_limits<int64_t>::max())));
        const IValue* first = constant_value(node->input(1));
        if (!first || !first->to_bool()) condition = graph.insert_op("aten::__and__.bool", {condition, node->input(1)});
        node->replace_input(1, condition);
    }
    node->add_output(int_type());
    node->add_input(zero);
    InsertPoint at(graph, body);
    Value* trip = body->add_input("", int_type());
    body->inputs()[0]->set_name("");
    body->inputs()[0]->replace_all_uses_with(trip);
    Value* next_trip = graph.insert_op("aten::add.int", {trip, one});
    body->register_output(next_trip);
    Value* more = graph.insert_op("aten::lt.int", {next_trip, max_trips});
    body->replace_output(0, graph.insert_op("aten::__and__.bool", {more, body->outputs()[0]}));
}

void canonicalize(Graph& graph, Block* block) {
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) canonicalize(graph, inner);
        if (node->kind == sym::prim_Loop) canonicalize(graph, node);
    }
}

}  // namespace

void convert_to_ssa(Graph& graph) {
    CarryVariables(graph).run(graph.block(), nullptr);
    ContinueLoops(graph).run(graph.block());
    inline_loop_conditions(graph, graph.block());
    erase_loads_and_stores(graph.block(), nullptr);
    transform_exits(graph);
}

void canonicalize_modified_loops(Graph& graph) { canonicalize(graph, graph.block()); }

}  // namespace wick::jit

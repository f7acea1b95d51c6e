#include "frontend/convert_to_ssa.h"

#include <map>
#include <memory>
#include <set>
#include <string>

#include <wick/support/check.h>

#include "frontend/environment.h"
#include "frontend/exit_transforms.h"

namespace wick::jit {
namespace {

/// Scopes of names, as blocks nest.
template <class T>
struct Scope {
    explicit Scope(Scope* parent) : parent(parent) {}
    Scope* parent;
    std::map<std::string, T> names;

    const T* find(const std::string& name) const {
        for (const Scope* scope = this; scope; scope = scope->parent) {
            if (const auto found = scope->names.find(name); found != scope->names.end()) return &found->second;
        }
        return nullptr;
    }
};

/// Lets assignments leave the blocks of branches and loops: a Load at the block's end gives a block output, a Store after
/// the node takes the node's output.
class CarryVariables {
   public:
    explicit CarryVariables(Graph& graph) : graph_(graph) {}

    Scope<TypePtr> run(Block* block, Scope<TypePtr>* parent) {
        Scope<TypePtr> scope(parent);
        for (Node* node : block->nodes()) {
            if (node->kind == sym::prim_If) {
                carry_out_of_if(node, scope);
            } else if (node->kind == sym::prim_Loop) {
                carry_through_loop(node, scope);
            } else if (node->kind == sym::prim_Closure) {
                run(node->blocks[0], &scope);
            } else if (node->kind == sym::prim_Store) {
                scope.names[node->name_attr()] = node->input(0)->type;
            }
        }
        return scope;
    }

   private:
    void add_block_output(Block* block, const TypePtr& type, const std::string& name) {
        Node* load = create_load(graph_, name, type);
        block->append(load);
        block->register_output(load->output());
    }
    void add_block_input(Block* block, const TypePtr& type, const std::string& name) {
        Value* input = block->add_input(is_meaningful_name(name) ? name : "", type);
        block->prepend(create_store(graph_, name, input));
    }
    void add_node_input(Node* node, const TypePtr& type, const std::string& name) {
        Node* load = create_load(graph_, name, type);
        load->insert_before(node);
        node->add_input(load->output());
    }
    void add_node_output(Node* node, const TypePtr& type, const std::string& name, Scope<TypePtr>& scope) {
        Value* output = node->add_output(type);
        if (is_meaningful_name(name)) output->set_name(name);
        create_store(graph_, name, output)->insert_after(node);
        scope.names[name] = type;
    }

    void carry_out_of_if(Node* node, Scope<TypePtr>& scope) {
        const Scope<TypePtr> sides[2] = {run(node->blocks[0], &scope), run(node->blocks[1], &scope)};
        std::set<std::string> joined;
        for (int side = 0; side < 2; ++side) {
            for (const auto& [name, type] : sides[side].names) {
                if (sides[1 - side].find(name)) joined.insert(name);
            }
        }
        for (const std::string& name : joined) {
            const TypePtr types[2] = {*sides[0].find(name), *sides[1].find(name)};
            const TypePtr unified = unify_types(types[0], types[1], true);
            for (int side = 0; side < 2; ++side) add_block_output(node->blocks[side], types[side], name);
            add_node_output(node, unified, name, scope);
        }
    }

    void carry_through_loop(Node* node, Scope<TypePtr>& scope) {
        Block* body = node->blocks[0];
        const Scope<TypePtr> inside = run(body, &scope);
        for (const auto& [name, type] : inside.names) {
            const TypePtr* outer = scope.find(name);
            if (!outer) continue;
            // The loop may not be entered: outside, the variable keeps its type.
            const TypePtr before = *outer;
            const TypePtr unified = unify_types(before, type, true);
            add_node_input(node, before, name);
            add_block_input(body, unified, name);
            add_block_output(body, type, name);
            add_node_output(node, unified, name, scope);
        }
    }

    Graph& graph_;
};

void move_contents_before(Block* block, Node* place) {
    for (Node* node : block->nodes()) node->move_before(place);
}

/// `break` and `continue` become prim::LoopContinuation: the next condition, then what each carried variable has at that point.
class LoopContinuations {
   public:
    explicit LoopContinuations(Graph& graph) : graph_(graph) {}
    void run(Block* block, Node* loop) {
        for (Node* node : block->nodes()) {
            if (node->kind == sym::prim_BreakStmt || node->kind == sym::prim_ContinueStmt) {
                replace(node, loop);
            } else if (node->kind == sym::prim_Loop) {
                run(node->blocks[0], node);
            } else if (node->kind == sym::prim_Closure) {
                run(node->blocks[0], nullptr);
            } else {
                for (Block* inner : node->blocks) run(inner, loop);
            }
        }
    }

   private:
    void replace(Node* statement, Node* loop) {
        Node* exit = graph_.create(Symbol::from("prim::LoopContinuation"), 0);
        exit->insert_after(statement);
        InsertPoint at(graph_, exit);
        if (statement->kind == sym::prim_ContinueStmt) {
            // The condition is evaluated anew, here.
            Block* condition = exit->add_block();
            condition->clone_from(loop->blocks[1], [](Value* value) { return value; });
            move_contents_before(condition, exit);
            exit->add_input(condition->outputs()[0]);
            exit->erase_block(0);
        } else {
            exit->add_input(graph_.insert_constant(false));
        }
        for (Value* carried : loop->blocks[0]->outputs()) {
            WICK_ASSERT(carried->node->kind == sym::prim_Load);
            exit->add_input(graph_.insert(create_load(graph_, carried->node->name_attr(), carried->type))->output());
        }
        statement->destroy();
    }

    Graph& graph_;
};

/// The condition block goes before the loop and, a second time, to the end of its body.
void inline_loop_conditions(Block* block) {
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) inline_loop_conditions(inner);
        if (node->kind != sym::prim_Loop || node->blocks.size() != 2) continue;
        Block* body = node->blocks[0];
        Block* condition = node->blocks[1];
        Block* first = node->add_block();
        first->clone_from(condition, [](Value* value) { return value; });
        move_contents_before(first, node);
        node->insert_input(1, first->outputs()[0]);
        node->erase_block(2);
        Value* again = condition->outputs()[0];
        move_contents_before(condition, body->return_node);
        body->insert_output(0, again);
        node->erase_block(1);
    }
}

void erase_loads_and_stores(Block* block, Scope<Value*>* parent) {
    Scope<Value*> scope(parent);
    for (Node* node : block->nodes()) {
        if (node->kind == sym::prim_Store) {
            scope.names[node->name_attr()] = node->input(0);
            node->destroy();
        } else if (node->kind == sym::prim_Load) {
            Value* const* value = scope.find(node->name_attr());
            WICK_ASSERT(value);
            node->output()->replace_all_uses_with(*value);
            node->destroy();
        } else {
            for (Block* inner : node->blocks) erase_loads_and_stores(inner, &scope);
        }
    }
}

}  // namespace

void convert_to_ssa(Graph& graph) {
    CarryVariables(graph).run(graph.block(), nullptr);
    LoopContinuations(graph).run(graph.block(), nullptr);
    inline_loop_conditions(graph.block());
    erase_loads_and_stores(graph.block(), nullptr);
    transform_exits(graph);
}

}  // namespace wick::jit

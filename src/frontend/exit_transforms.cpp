#include "frontend/exit_transforms.h"

#include <vector>

#include <wick/support/check.h>

namespace wick::jit {
namespace {

/// Exits of one kind (returns, or continuations of loops) in one graph.
class ExitTransformer {
   public:
    ExitTransformer(Graph& graph, Symbol exit_kind) : graph_(graph), exit_kind_(exit_kind) {
        InsertPoint at(graph, graph.block()->param_node->next);
        yes_ = graph.insert_constant(true);
        no_ = graph.insert_constant(false);
        throws_ = uninitialized(bool_type());
    }

    void run() { transform(graph_.block()); }

   private:
    /// Whether a block has exited: a flag (yes_, no_ and throws_ are known at compile time) and the values it exits with.
    struct Exit {
        Value* flag;
        std::vector<Value*> values;
    };
    enum class Status { will, might, wont, throws };

    Exit wont() const { return {no_, {}}; }
    Status status(const Exit& exit) const {
        if (exit.flag == yes_) return Status::will;
        if (exit.flag == no_) return Status::wont;
        if (exit.flag == throws_) return Status::throws;
        return Status::might;
    }

    Value* uninitialized(const TypePtr& type) { return graph_.insert_node(sym::prim_Uninitialized, {})->output()->set_type(type); }

    std::vector<Value*> uninitialized_like(const std::vector<Value*>& values) {
        // At the top, so that every place they are used in sees them.
        InsertPoint at(graph_, throws_->node->next);
        std::vector<Value*> out;
        for (const Value* value : values) out.push_back(uninitialized(value->type));
        return out;
    }

    static void add_if_outputs(Node* node, const std::vector<Value*>& then, const std::vector<Value*>& otherwise) {
        WICK_ASSERT(then.size() == otherwise.size());
        for (size_t i = 0; i < then.size(); ++i) {
            node->blocks[0]->register_output(then[i]);
            node->blocks[1]->register_output(otherwise[i]);
            node->add_output(unify_types(then[i]->type, otherwise[i]->type, true));
        }
    }

    static void replace_outputs(Block* block, const std::vector<Value*>& outputs) {
        const std::vector<Value*> copy = outputs;
        block->return_node->remove_all_inputs();
        for (Value* output : copy) block->register_output(output);
    }

    static std::vector<Value*> last_outputs(const Node* node, size_t count) { return {node->outputs.end() - count, node->outputs.end()}; }

    Exit transform_loop(Node* node) {
        Block* body = node->blocks[0];
        const Exit inside = transform(body);
        // The loop may not be entered, so an exception inside says nothing about what follows.
        if (status(inside) == Status::wont || status(inside) == Status::throws) return wont();

        InsertPoint at(graph_, body);
        Node* stop = graph_.insert_node(sym::prim_If, {inside.flag}, 0);
        stop->add_block()->register_output(no_);
        stop->add_block()->register_output(body->outputs()[0]);
        body->replace_output(0, stop->add_output(bool_type()));

        node->add_input(no_);
        body->add_input("", bool_type());
        body->register_output(inside.flag);
        Value* flag = node->add_output(bool_type());
        const std::vector<Value*> start = uninitialized_like(inside.values);
        for (size_t i = 0; i < inside.values.size(); ++i) {
            node->add_input(start[i]);
            body->add_input("", inside.values[i]->type);
            body->register_output(inside.values[i]);
            node->add_output(inside.values[i]->type);
        }
        return {flag, last_outputs(node, inside.values.size())};
    }

    Exit transform_if(Node* node) {
        Exit sides[2] = {transform(node->blocks[0]), transform(node->blocks[1])};
        const Status states[2] = {status(sides[0]), status(sides[1])};
        // A branch that throws takes no part in what follows.
        Status both = Status::might;
        if (states[0] == Status::throws) {
            both = states[1];
        } else if (states[1] == Status::throws || states[0] == states[1]) {
            both = states[0];
        }
        if (both == Status::throws) return {throws_, {}};
        if (both == Status::wont) return wont();
        for (int side = 0; side < 2; ++side) {
            if (states[side] == Status::wont || states[side] == Status::throws) sides[side].values = uninitialized_like(sides[1 - side].values);
        }
        Value* flag = yes_;
        if (both == Status::might) {
            add_if_outputs(node, {sides[0].flag}, {sides[1].flag});
            flag = node->outputs.back();
        }
        add_if_outputs(node, sides[0].values, sides[1].values);
        return {flag, last_outputs(node, sides[0].values.size())};
    }

    /// The nodes from `first` on run only when `exit` has not happened.
    Exit guard_rest(Block* block, const Exit& exit, Node* first) {
        Node* guard = graph_.create(sym::prim_If, {exit.flag}, 0);
        guard->insert_before(first);
        Block* exited = guard->add_block();
        Block* rest = guard->add_block();
        while (guard->next != block->return_node) guard->next->move_before(rest->return_node);
        const std::vector<Value*> unused = uninitialized_like(block->outputs());
        add_if_outputs(guard, unused, std::vector<Value*>(block->outputs()));
        replace_outputs(block, guard->outputs);
        exited->append(graph_.create(exit_kind_, exit.values, 0));
        return transform_if(guard);
    }

    void delete_rest(Block* block, Node* first) {
        // From the end, so that each is unused but by values that will never be read.
        for (Node* node = block->return_node->prev; node != first->prev;) {
            Node* before = node->prev;
            for (Value* output : node->outputs) {
                if (!output->uses.empty()) output->replace_all_uses_with(uninitialized_like({output})[0]);
            }
            node->destroy();
            node = before;
        }
    }

    bool is_target(const Block* block) const {
        if (exit_kind_ == sym::prim_ReturnStmt) return !block->owner || block->owner->kind == sym::prim_Closure;
        return block->owner && block->owner->kind == sym::prim_Loop;
    }

    Exit transform(Block* block) {
        Exit exit = wont();
        for (Node* node = block->param_node->next; node != block->return_node;) {
            Node* following = node->next;
            if (node->kind == sym::prim_RaiseException) {
                exit = {throws_, {}};
            } else if (node->kind == exit_kind_) {
                exit = {yes_, node->inputs};
                node->destroy();
            } else if (node->kind == sym::prim_If) {
                exit = transform_if(node);
            } else if (node->kind == sym::prim_Loop) {
                exit = transform_loop(node);
            } else if (node->kind == sym::prim_Closure) {
                transform(node->blocks[0]);
            }
            const Status now = status(exit);
            if (now == Status::will || now == Status::throws) {
                if (following != block->return_node) delete_rest(block, following);
                break;
            }
            if (now == Status::might) {
                if (following != block->return_node) exit = guard_rest(block, exit, following);
                break;
            }
            node = following;
        }
        if (!is_target(block)) return exit;
        if (status(exit) == Status::might) {
            Node* choice = graph_.create(sym::prim_If, {exit.flag}, 0);
            choice->insert_before(block->return_node);
            choice->add_block();
            choice->add_block();
            add_if_outputs(choice, exit.values, std::vector<Value*>(block->outputs()));
            replace_outputs(block, choice->outputs);
        } else if (status(exit) == Status::will) {
            replace_outputs(block, exit.values);
        }
        return wont();
    }

    Graph& graph_;
    const Symbol exit_kind_;
    Value* yes_;
    Value* no_;
    Value* throws_;
};

/// The side of `node`'s branches that makes its output `index` the constant `wanted`; both sides must be constants.
bool constant_outputs(const Node* node, size_t index, bool values[2]) {
    for (int side = 0; side < 2; ++side) {
        const Value* output = node->blocks[side]->outputs()[index];
        const IValue* constant = constant_value(output);
        if (output->node->kind == sym::prim_Uninitialized) return false;
        if (!constant || !constant->is_bool()) return false;
        values[side] = constant->to_bool();
    }
    return true;
}

/// `first` decides by constants which way `second` goes: its branches move into those of `first`.
bool merge_ifs(Node* first, Node* second) {
    if (first->kind != sym::prim_If || second->kind != sym::prim_If) return false;
    Value* flag = second->input(0);
    bool values[2];
    if (flag->node != first || !constant_outputs(first, flag->offset, values)) return false;
    for (int side = 0; side < 2; ++side) {
        Block* into = first->blocks[side];
        const Block* from = second->blocks[values[side] ? 0 : 1];
        // Values of `first` are seen from inside its own branch as what that branch gives.
        Node* scratch = first->graph->create(sym::prim_If, 0);
        scratch->insert_before(into->return_node);
        Block* copy = scratch->add_block();
        copy->clone_from(from, [&](Value* value) { return value->node == first ? into->outputs()[value->offset] : value; });
        for (Node* node : copy->nodes()) node->move_before(scratch);
        const std::vector<Value*> outputs = copy->outputs();
        copy->return_node->remove_all_inputs();
        scratch->destroy();
        for (Value* output : outputs) into->register_output(output);
    }
    for (Value* output : second->outputs) output->replace_all_uses_with(first->add_output(output->type)->copy_metadata(output));
    second->destroy();
    // What only the second branch asked for is gone now.
    for (size_t i = first->outputs.size(); i-- > 0;) {
        if (!first->outputs[i]->uses.empty()) continue;
        first->erase_output(i);
        for (Block* block : first->blocks) block->erase_output(i);
    }
    return true;
}

void merge_consecutive_ifs(Block* block) {
    for (Node* node = block->param_node->next; node != block->return_node;) {
        for (Block* inner : node->blocks) merge_consecutive_ifs(inner);
        if (node->next != block->return_node && merge_ifs(node, node->next)) continue;
        node = node->next;
    }
}

}  // namespace

void transform_exits(Graph& graph) {
    ExitTransformer(graph, Symbol::from("prim::LoopContinuation")).run();
    ExitTransformer(graph, sym::prim_ReturnStmt).run();
    merge_consecutive_ifs(graph.block());
}

}  // namespace wick::jit

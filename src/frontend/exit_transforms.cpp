#include "frontend/exit_transforms.h"

#include <string>
#include <utility>

namespace wick::jit {

namespace {

const Symbol& with_block() {
    static const Symbol symbol = Symbol::from("prim::With");
    return symbol;
}

enum class Status { will, might, wont, throws };

/// Whether an exit was taken (the value decides at run time) and what it carries to its target.
struct Exit {
    Value* exited;
    std::vector<Value*> values;
};

void append_outputs(Block* block, const std::vector<Value*>& values) {
    for (Value* value : values) block->register_output(value);
}

void replace_outputs(Block* block, std::vector<Value*> values) {
    block->return_node->remove_all_inputs();
    append_outputs(block, values);
}

class ExitTransformer {
 public:
    ExitTransformer(Graph& graph, Symbol exit_kind) : graph_(graph), exit_kind_(exit_kind) {
        InsertPoint at(graph, graph.block()->param_node->next);
        true_ = graph.insert_constant(IValue(true));
        false_ = graph.insert_constant(IValue(false));
        // Never read: control never comes back from a raise.
        throws_ = uninitialized(bool_type());
    }

    void run() { transform(graph_.block()); }

 private:
    Status status(const Exit& exit) const {
        if (exit.exited == true_) return Status::will;
        if (exit.exited == false_) return Status::wont;
        return exit.exited == throws_ ? Status::throws : Status::might;
    }

    Exit wont() const { return {false_, {}}; }

    /// A value for what is not set, at the graph's start: one per type object, as in PyTorch, where variables with
    /// annotations of their own (`a: Optional[Tensor], b: Optional[Tensor]`) have one each, and mentions of enums too.
    Value* uninitialized(const TypePtr& type, const std::string& variable = "", const Node* mention = nullptr) {
        const std::string of = type->contained().empty() ? "" : variable;
        for (const Unset& known : uninitialized_) {
            if (known.type.get() == type.get() && known.variable == of && known.mention == mention) return known.value;
        }
        Node* node = graph_.create(sym::prim_Uninitialized)->insert_after(graph_.block()->param_node);
        node->output()->set_type(type);
        uninitialized_.push_back({type, of, mention, node->output()});
        return node->output();
    }

    std::vector<Value*> uninitialized_like(const std::vector<Value*>& values) {
        std::vector<Value*> matching;
        for (const Value* value : values) matching.push_back(uninitialized(value->type, "", mention_of(value)));
        return matching;
    }

    /// The constant `Class.MEMBER` from which a value has its type; of what branches give, the second decides.
    const Node* mention_of(const Value* value) const {
        if (!value->type->is(TypeKind::Enum)) return nullptr;
        while (value->node->kind == sym::prim_If) value = value->node->blocks[1]->outputs()[value->offset];
        for (const Unset& unset : uninitialized_) {
            if (unset.value == value) return unset.mention;
        }
        return value->node->kind == sym::prim_Constant ? value->node : nullptr;
    }

    void add_branch_outputs(Node* node, const std::vector<Value*>& then, const std::vector<Value*>& otherwise) {
        append_outputs(node->blocks[0], then);
        append_outputs(node->blocks[1], otherwise);
        for (size_t i = 0; i < then.size(); ++i) node->add_output(unify_types(then[i]->type, otherwise[i]->type, true));
    }

    static std::vector<Value*> last_outputs(const Node* node, size_t count) {
        return {node->outputs.end() - static_cast<std::ptrdiff_t>(count), node->outputs.end()};
    }

    bool is_target(const Block* block) const {
        if (exit_kind_ == sym::prim_ReturnStmt) return !block->owner || block->owner->kind == sym::prim_Closure;
        return block->owner && block->owner->kind == sym::prim_Loop;
    }

    Exit transform(Block* block) {
        Exit exit = wont();
        for (Node* node = block->param_node->next; node != block->return_node;) {
            Node* following = node->next;
            exit = transform_node(node, exit);
            const Status now = status(exit);
            if (now == Status::will || now == Status::throws) {
                destroy_from(following, block);
                break;
            }
            if (now == Status::might) {
                if (following != block->return_node) exit = guard(block, following, exit);
                break;
            }
            node = following;
        }
        if (!is_target(block)) return exit;
        if (status(exit) == Status::might) {
            Node* choice = graph_.create(sym::prim_If, 0)->insert_before(block->return_node);
            choice->add_block();
            choice->add_block();
            choice->add_input(exit.exited);
            add_branch_outputs(choice, exit.values, block->outputs());
            replace_outputs(block, choice->outputs);
        } else if (status(exit) == Status::will) {
            replace_outputs(block, exit.values);
        }
        return wont();
    }

    Exit transform_node(Node* node, const Exit& before) {
        if (node->kind == sym::prim_RaiseException) return {throws_, {}};
        if (node->kind == exit_kind_) {
            Exit exit{true_, node->inputs};
            node->destroy();
            return exit;
        }
        if (node->kind == sym::prim_If) return transform_branches(node);
        if (node->kind == sym::prim_Loop) return transform_loop(node);
        if (node->kind == with_block()) return transform(node->blocks[0]);
        if (node->kind == sym::prim_Closure) transform(node->blocks[0]);
        return before;
    }

    Exit transform_branches(Node* node) {
        Exit exits[] = {transform(node->blocks[0]), transform(node->blocks[1])};
        const Status statuses[] = {status(exits[0]), status(exits[1])};
        const Status joined = join(statuses[0], statuses[1]);
        if (joined == Status::throws) return {throws_, {}};
        if (joined == Status::wont) return wont();

        for (int i : {0, 1}) {
            if (statuses[i] == Status::wont || statuses[i] == Status::throws) {
                exits[i].values = uninitialized_like(exits[1 - i].values);
                break;
            }
        }
        Value* exited = true_;
        if (joined == Status::might) {
            add_branch_outputs(node, {exits[0].exited}, {exits[1].exited});
            exited = node->outputs.back();
        }
        add_branch_outputs(node, exits[0].values, exits[1].values);
        return {exited, last_outputs(node, exits[0].values.size())};
    }

    static Status join(Status then, Status otherwise) {
        if (then == Status::throws) return otherwise;
        if (otherwise == Status::throws || then == otherwise) return then;
        return Status::might;
    }

    /// An exit that leaves the loop ends it and travels on as carried values.
    Exit transform_loop(Node* node) {
        Block* body = node->blocks[0];
        const Exit exit = transform(body);
        // The body may never run, so its raise says nothing about what follows.
        if (status(exit) == Status::wont || status(exit) == Status::throws) return wont();

        Node* choice = graph_.create(sym::prim_If, 0)->insert_before(body->return_node);
        choice->add_input(exit.exited);
        choice->add_block()->register_output(false_);
        choice->add_block()->register_output(body->outputs()[0]);
        body->replace_output(0, choice->add_output(bool_type()));

        node->add_input(false_);
        body->add_input("", bool_type());
        body->register_output(exit.exited);
        Value* exited = node->add_output(bool_type());
        for (Value* value : exit.values) {
            const TypePtr type = value->type;
            node->add_input(uninitialized(type));
            node->add_output(type);
            body->add_input("", type);
            body->register_output(value);
        }
        return {exited, last_outputs(node, exit.values.size())};
    }

    /// Moves the rest of the block into the else-branch of `if exited`.
    Exit guard(Block* block, Node* from, const Exit& exit) {
        Node* choice = graph_.create(sym::prim_If, 0)->insert_before(from);
        choice->add_input(exit.exited);
        Block* taken = choice->add_block();
        Block* rest = choice->add_block();
        for (Node* node = from; node != block->return_node;) {
            Node* following = node->next;
            node->move_before(rest->return_node);
            node = following;
        }
        const std::vector<Value*> outputs = block->outputs();
        // Once exited, only the exit's own values are read.
        append_outputs(taken, uninitialized_like(outputs));
        append_outputs(rest, outputs);
        for (const Value* output : outputs) choice->add_output(output->type);
        replace_outputs(block, choice->outputs);
        graph_.create(exit_kind_, exit.values, 0)->insert_before(taken->return_node);
        return transform_branches(choice);
    }

    /// Nothing behind an exit is reached; what is still mentioned of it (block outputs) becomes uninitialized.
    void destroy_from(Node* first, Block* block) {
        if (first == block->return_node) return;
        for (Node* node = block->return_node->prev;;) {
            Node* before = node->prev;
            const bool last = node == first;
            const std::string variable =
                node->kind == sym::prim_Uninitialized && node->find(sym::attr_name) ? node->name_attr() : "";
            for (Value* output : node->outputs) {
                if (!output->uses.empty()) output->replace_all_uses_with(uninitialized(output->type, variable));
            }
            node->destroy();
            if (last) return;
            node = before;
        }
    }

    Graph& graph_;
    const Symbol exit_kind_;
    Value* true_;
    Value* false_;
    Value* throws_;
    struct Unset {
        TypePtr type;
        std::string variable;
        const Node* mention;
        Value* value;
    };
    std::vector<Unset> uninitialized_;
};

/// `if a: return 1` / `return 2` leaves two ifs, the second of which tests a constant output of the first: one if is
/// enough.
bool merge_with_next(Node* first) {
    Node* second = first->next;
    if (first->kind != sym::prim_If || second->kind != sym::prim_If || second->input(0)->node != first) return false;
    const size_t tested = second->input(0)->offset;
    bool values[2];
    for (size_t i : {0, 1}) {
        const IValue* value = constant_value(first->blocks[i]->outputs()[tested]);
        if (!value || !value->is_bool()) return false;
        values[i] = value->to_bool();
    }
    // Equal values make the second if disappear by itself.
    if (values[0] == values[1]) return false;
    for (size_t i : {0, 1}) {
        Block* into = first->blocks[i];
        into->clone_from(second->blocks[values[i] ? 0 : 1],
                         [&](Value* value) { return value->node == first ? into->outputs()[value->offset] : value; });
    }
    for (Value* output : second->outputs) {
        Value* merged = first->add_output(output->type);
        merged->copy_metadata(output);
        output->replace_all_uses_with(merged);
    }
    second->destroy();
    return true;
}

void merge_consecutive_branches(Block* block) {
    for (Node* node = block->param_node->next; node != block->return_node;) {
        for (Block* inner : node->blocks) merge_consecutive_branches(inner);
        if (!merge_with_next(node)) node = node->next;
    }
}

void find_contexts(Block* block, std::vector<Node*>& open, std::vector<std::pair<Node*, Node*>>& pairs) {
    for (Node* node : block->nodes()) {
        if (node->kind == sym::prim_Enter) {
            open.push_back(node);
        } else if (node->kind == sym::prim_Exit) {
            WICK_ASSERT(!open.empty() && open.back()->input(0) == node->input(0));
            pairs.emplace_back(open.back(), node);
            open.pop_back();
        }
        for (Block* inner : node->blocks) find_contexts(inner, open, pairs);
    }
}

/// prim::Enter … prim::Exit becomes prim::Enter and a prim::With of two blocks (the body, the exit), so that an early
/// exit of the body does not skip the prim::Exit.
void wrap_contexts(Graph& graph) {
    std::vector<Node*> open;
    std::vector<std::pair<Node*, Node*>> pairs;
    find_contexts(graph.block(), open, pairs);
    for (const auto& [enter, exit] : pairs) {
        Node* with = graph.create(with_block(), 0);
        Block* body = with->add_block();
        Block* last = with->add_block();
        for (Node* node = enter->next; node != exit;) {
            Node* following = node->next;
            node->move_before(body->return_node);
            node = following;
        }
        exit->move_before(last->return_node);
        with->insert_after(enter);
    }
}

void unwrap_contexts(Block* block) {
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) unwrap_contexts(inner);
        if (node->kind != with_block()) continue;
        for (Block* inner : node->blocks) {
            for (Node* moved : inner->nodes()) moved->move_before(node);
        }
        node->destroy();
    }
}

}  // namespace

void transform_exits(Graph& graph) {
    wrap_contexts(graph);
    ExitTransformer(graph, loop_continuation()).run();
    ExitTransformer(graph, sym::prim_ReturnStmt).run();
    merge_consecutive_branches(graph.block());
    unwrap_contexts(graph.block());
}

}  // namespace wick::jit

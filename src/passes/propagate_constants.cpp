#include "passes/propagate_constants.h"

#include <algorithm>

#include <wick/support/error.h>
#include <wick/support/memory_meter.h>

#include "ops/sparse_call.h"
#include "passes/constants.h"
#include "passes/eliminate_dead_code.h"

namespace wick::jit {

namespace {

bool all_constant(const Node* node) {
    return std::all_of(node->inputs.begin(), node->inputs.end(), [](const Value* input) {
        return input->node->kind == sym::prim_Constant && constant_value(input);
    });
}

bool all_immutable(const std::vector<Value*>& values) {
    return std::all_of(values.begin(), values.end(), [](const Value* value) { return is_immutable(*value->type); });
}

bool is_instance(const IValue& value, const std::vector<TypePtr>& types) {
    const TypePtr type = value.type();
    return std::any_of(types.begin(), types.end(), [&](const TypePtr& other) { return type->is_subtype_of(other); });
}

/// The prim:: forms that no operator implements; nothing for one that has no value at compile time.
std::optional<std::vector<IValue>> evaluate_form(const Node* node, const std::vector<IValue>& inputs) {
    switch (SymbolId(node->kind.id())) {
        case SymbolId::prim_TupleConstruct: {
            const auto* type = node->output()->type->cast<TupleType>();
            const bool is_named = type && !type->field_names().empty();
            return {{IValue(make_tuple(inputs, is_named ? node->output()->type : TypePtr()))}};
        }
        case SymbolId::prim_TupleUnpack:
            return inputs[0].to_tuple().elements;
        case SymbolId::prim_TupleIndex: {
            const std::vector<IValue>& elements = inputs[0].to_tuple().elements;
            const auto size = static_cast<int64_t>(elements.size());
            const int64_t at = inputs[1].to_int() < 0 ? inputs[1].to_int() + size : inputs[1].to_int();
            if (at < 0 || at >= size) return std::nullopt;
            return {{elements[static_cast<size_t>(at)]}};
        }
        case SymbolId::prim_isinstance: {
            const auto& types = node->attr<std::vector<TypePtr>>(sym::attr_types);
            return {{IValue(is_instance(inputs[0], types))}};
        }
        case SymbolId::prim_unchecked_cast:
            return inputs;
        case SymbolId::prim_EnumName:
            return {{IValue(inputs[0].to_enum().name())}};
        case SymbolId::prim_EnumValue:
            return {{inputs[0].to_enum().value()}};
        default:
            return std::nullopt;
    }
}

class ConstantPropagation {
 public:
    explicit ConstantPropagation(Graph& graph) : graph_(graph) {}

    bool run(Block* block) {
        for (Node* node : block->nodes()) visit(node);
        return changed_;
    }

 private:
    void visit(Node* node) {
        if (node->kind == sym::prim_If) {
            if (all_constant(node)) {
                inline_branch(node, constant_value(node->input(0))->to_bool() ? 0 : 1);
            } else {
                for (Block* inner : node->blocks) run(inner);
                remove_equal_outputs(node);
            }
        } else if (node->kind == sym::prim_Loop) {
            if (never_runs(node)) {
                for (size_t i = 0; i < node->outputs.size(); ++i)
                    node->outputs[i]->replace_all_uses_with(node->input(i + 2));
                node->destroy();
                changed_ = true;
            } else {
                run(node->blocks[0]);
                remove_unchanged_carries(node);
            }
        } else if (is_foldable(node)) {
            fold(node);
        } else {
            for (Block* inner : node->blocks) run(inner);
        }
    }

    static bool is_foldable(const Node* node) {
        // An operator without inputs asks about the state of the process, which may change but for one.
        if (node->op && node->inputs.empty() && node->op->name != "aten::is_scripting") return false;
        return all_constant(node) && node->kind != sym::prim_Constant && node->kind != sym::prim_Uninitialized &&
               node->blocks.empty() && !node->outputs.empty() && all_immutable(node->inputs) &&
               all_immutable(node->outputs) && !node->has_side_effects() && !node->is_nondeterministic();
    }

    void fold(Node* node) {
        const auto values = evaluate_constant_node(node);
        if (!values) return;
        InsertPoint at(graph_, node);
        for (size_t i = 0; i < values->size(); ++i) {
            Value* output = node->outputs[i];
            // None keeps the optional type that it has here.
            Value* constant = graph_.insert_constant((*values)[i], (*values)[i].is_none() ? output->type : TypePtr());
            output->replace_all_uses_with(constant);
        }
        changed_ = true;
    }

    void inline_branch(Node* node, size_t which) {
        Block* taken = node->blocks[which];
        run(taken);
        for (Node* inner : taken->nodes()) inner->move_before(node);
        for (size_t i = 0; i < node->outputs.size(); ++i) node->outputs[i]->replace_all_uses_with(taken->outputs()[i]);
        node->destroy();
        changed_ = true;
    }

    void remove_equal_outputs(Node* node) {
        Block* then = node->blocks[0];
        Block* otherwise = node->blocks[1];
        InsertPoint at(graph_, node);
        for (size_t i = 0; i < node->outputs.size();) {
            Value* a = then->outputs()[i];
            Value* b = otherwise->outputs()[i];
            Value* same = a == b ? a : nullptr;
            if (!same && a->node->kind == sym::prim_Constant && b->node->kind == sym::prim_Constant &&
                constant_value(a) && same_constant(a->node, b->node)) {
                same = graph_.insert_constant(*constant_value(a), a->type);
            }
            if (!same) {
                ++i;
                continue;
            }
            node->outputs[i]->replace_all_uses_with(same);
            node->erase_output(i);
            then->erase_output(i);
            otherwise->erase_output(i);
            changed_ = true;
        }
    }

    static bool never_runs(const Node* node) {
        const IValue* trips = constant_value(node->input(0));
        const IValue* condition = constant_value(node->input(1));
        return (trips && trips->to_int() <= 0) || (condition && !condition->to_bool());
    }

    void remove_unchanged_carries(Node* node) {
        Block* body = node->blocks[0];
        for (size_t i = node->outputs.size(); i-- > 0;) {
            if (body->inputs()[i + 1] != body->outputs()[i + 1]) continue;
            Value* initial = node->input(i + 2);
            node->outputs[i]->replace_all_uses_with(initial);
            body->inputs()[i + 1]->replace_all_uses_with(initial);
            node->erase_output(i);
            node->remove_input(i + 2);
            body->erase_output(i + 1);
            body->erase_input(i + 1);
            changed_ = true;
        }
    }

    Graph& graph_;
    bool changed_ = false;
};

}  // namespace

/// Compiling a hostile file must not take the memory that running it would: longer strings are left to the run.
constexpr int64_t kMaxFoldedBytes = 4096;

std::optional<std::vector<IValue>> evaluate_constant_node(const Node* node) {
    std::vector<IValue> inputs;
    for (const Value* input : node->inputs) {
        const IValue* value = constant_value(input);
        if (!value) return std::nullopt;
        inputs.push_back(*value);
    }
    try {
        if (!node->op) return evaluate_form(node, inputs);
        if (!node->op->composite.empty() || !node->op->kernel || node->op->schema().is_vararg) return std::nullopt;
        std::vector<IValue*> slots;
        for (IValue& input : inputs) slots.push_back(&input);
        const Args args{slots.data(), slots.size()};
        if (is_sparse_call(*node->op, args)) return std::nullopt;
        std::vector<IValue> results(node->outputs.size());
        const auto meter = make_intrusive<MemoryMeter>(kMaxFoldedBytes);
        MemoryMeterGuard guard(meter.get());
        node->op->kernel(*node->op, args, results.data());
        return results;
    } catch (const Error&) {
        // It fails when it runs, and then with the right message.
        return std::nullopt;
    }
}

bool propagate_constants(Graph& graph) {
    const bool changed = ConstantPropagation(graph).run(graph.block());
    if (changed) eliminate_dead_code(graph);
    return changed;
}

}  // namespace wick::jit

#include <algorithm>
#include <iterator>
#include <limits>

#include "runtime/plan_compiler.h"

namespace wick::jit {
namespace {

bool is_true(const Value* value) {
    const IValue* constant = constant_value(value);
    return constant && constant->is_bool() && constant->to_bool();
}

/// Short-circuit `and` and `or`: the result when the condition decides alone is the condition, or a constant.
bool is_and(const Node* node) {
    const Value* other = node->blocks[1]->outputs()[0];
    const IValue* constant = constant_value(other);
    return other == node->input(0) || (constant && constant->is_bool() && !constant->to_bool());
}
bool is_or(const Node* node) {
    const Value* other = node->blocks[0]->outputs()[0];
    return other == node->input(0) || is_true(other);
}

/// A loop with a condition and nothing else: no limit, no counter.
bool is_while(const Node* loop) {
    const IValue* limit = constant_value(loop->input(0));
    return limit && limit->is_int() && limit->to_int() == std::numeric_limits<int64_t>::max() &&
           loop->blocks[0]->inputs()[0]->uses.empty();
}
/// A loop with a limit and nothing else.
bool is_counted(const Node* loop) { return is_true(loop->input(1)) && is_true(loop->blocks[0]->outputs()[0]); }

}  // namespace

// Conditions
// ----------------------------------------------------------------------------------------------------------------

bool PlanCompiler::is_condition(const Node* node) {
    if (node->outputs.size() != 1 || node->output()->uses.size() != 1 || !node->output()->type->is(TypeKind::Bool))
        return false;
    const bool is_branch = node->kind == sym::prim_If && (is_and(node) || is_or(node));
    if (!is_branch) {
        const auto scalar = select_scalar_instruction(*node);
        if (!scalar || !scalar->is_test) return false;
    }
    const auto [user, index] = node->output()->uses[0];
    const Node* next = node->next;
    while (next->kind == sym::prim_Constant) next = next->next;
    if (user != next) return false;
    if (user->kind == sym::prim_If) return index == 0;
    if (user->kind == sym::prim_Loop) {
        // It is asked for when the initial values have moved into the carried registers.
        std::vector<const Value*> replaced;
        for (const Value* output : user->outputs) replaced.push_back(replaced_by(output));
        return index == 1 && is_while(user) && !reads_any_of(node, replaced) && !reads_any_of(node, taken(user));
    }
    if (user != node->block->return_node || index != 0 || !node->block->owner) return false;
    const Node* owner = node->block->owner;
    if (owner->kind == sym::prim_If) return conditions_.count(owner->outputs.empty() ? nullptr : owner->output()) > 0;
    // The condition of the next turn is asked for when the carried values have moved.
    return owner->kind == sym::prim_Loop && is_while(owner) &&
           !reads_any_of(node, {node->block->inputs().begin(), node->block->inputs().end()}) &&
           !reads_any_of(node, taken(user));
}

std::vector<const Value*> PlanCompiler::taken(const Node* node) {
    std::vector<const Value*> values;
    std::copy_if(node->inputs.begin(), node->inputs.end(), std::back_inserter(values),
                 [](const Value* value) { return !is_plain(value); });
    return values;
}

bool PlanCompiler::reads_any_of(const Node* node, const std::vector<const Value*>& values) {
    std::unordered_map<const Value*, const Node*> read;
    note_uses(node, node, read);
    return std::any_of(values.begin(), values.end(), [&](const Value* value) { return read.count(value) > 0; });
}

void PlanCompiler::jump_unless(const Value* value, std::vector<size_t>& if_false) {
    if (conditions_.count(value) == 0) {
        if (!is_true(value)) if_false.push_back(emit(Opcode::JumpUnless, 0, operand(value)));
        return;
    }
    const Node* node = value->node;
    place(node);
    if (node->kind != sym::prim_If) {
        const ScalarInstruction test = *select_scalar_instruction(*node);
        const auto [b, c] = jump_operands(node, test);
        if_false.push_back(emit(wick::jit::jump_unless(test.opcode), 0, b, c));
    } else if (is_and(node)) {
        jump_unless(node->input(0), if_false);
        jump_unless_result(node->blocks[0], if_false);
    } else {
        std::vector<size_t> ask_other;
        jump_unless(node->input(0), ask_other);
        const size_t go_on = emit(Opcode::Jump, 0);
        land_here(ask_other);
        jump_unless_result(node->blocks[1], if_false);
        set_target(go_on, here());
    }
}

void PlanCompiler::jump_unless_result(const Block* block, std::vector<size_t>& if_false) {
    const ValueSet* outer = dying_;
    emit_block(block, {});
    jump_unless(block->outputs()[0], if_false);
    leave_block(outer);
}

void PlanCompiler::repeat_if(const Value* value, Operand operand, int32_t start) {
    std::vector<size_t> if_false;
    size_t back;
    if (conditions_.count(value) > 0 && value->node->kind != sym::prim_If) {
        place(value->node);
        const ScalarInstruction test = *select_scalar_instruction(*value->node);
        const auto [b, c] = jump_operands(value->node, test);
        back = emit(wick::jit::repeat_if(test.opcode), 0, b, c);
    } else if (conditions_.count(value) > 0 || is_true(value)) {
        jump_unless(value, if_false);
        back = emit(Opcode::Repeat, 0);
    } else {
        back = emit(Opcode::RepeatIf, 0, operand);
    }
    set_target(back, start);
    land_here(if_false);
}

// Branches and loops
// ----------------------------------------------------------------------------------------------------------------

void PlanCompiler::emit_if(const Node* node) {
    const ValueSet* outer = dying_;
    const ValueSet dying = *outer;
    for (size_t i = 0; i < node->outputs.size(); ++i) {
        const Value* output = node->output(i);
        const uint32_t reg = define(output);
        for (const Block* branch : node->blocks) want(branch, i, reg, output, replaced_by(output));
    }
    std::vector<size_t> otherwise;
    jump_unless(node->input(0), otherwise);
    emit_branch(node, node->blocks[0], dying);
    const size_t skip = emit(Opcode::Jump, 0);
    land_here(otherwise);
    emit_branch(node, node->blocks[1], dying);
    set_target(skip, here());
    if (here() == static_cast<int32_t>(skip) + 1) {
        // Nothing to skip.
        plan_.code.pop_back();
        plan_.place_of.pop_back();
        land_here(otherwise);
    }
    dying_ = outer;
}

void PlanCompiler::emit_branch(const Node* node, const Block* block, const ValueSet& dying) {
    emit_block(block, dying);
    place(node);
    std::vector<Operand> results = inputs(block->return_node);
    std::vector<uint32_t> targets;
    for (const Value* output : node->outputs) targets.push_back(reg(output));
    move_all(std::move(results), targets);
    leave_block(&dying);
}

void PlanCompiler::emit_loop(const Node* node) {
    const ValueSet* outer = dying_;
    const ValueSet dying = *outer;
    const Block* body = node->blocks[0];

    // What the body uses lives until the loop ends; the rest may move into the carried registers.
    std::unordered_map<const Value*, const Node*> used_in_body;
    for (const Node* inner : body->nodes()) note_uses(inner, node, used_in_body);
    note_uses(body->return_node, node, used_in_body);
    ValueSet movable;
    std::vector<const Value*> dead_after;
    for (const Value* value : dying) {
        if (used_in_body.count(value))
            dead_after.push_back(value);
        else
            movable.insert(value);
    }
    dying_ = &movable;
    const std::vector<Operand> initial = inputs(node, 2);
    const uint32_t counter = is_while(node) ? 0 : define(body->inputs()[0]);
    std::vector<uint32_t> carried;
    for (size_t i = 0; i < node->outputs.size(); ++i) {
        carried.push_back(define(node->output(i)));
        define_in(body->inputs()[i + 1], carried[i]);
        want(body, i + 1, carried[i], node->output(i), body->inputs()[i + 1]);
    }
    for (size_t i = 0; i < carried.size(); ++i) move(carried[i], initial[i]);

    const bool counts = is_counted(node);
    const Operand limit = operand(node->input(0));
    std::vector<size_t> exits;
    if (is_while(node))
        jump_unless(node->input(1), exits);
    else if (counts)
        exits.push_back(emit(Opcode::CountEnter, counter, limit));
    else
        exits.push_back(emit(Opcode::LoopEnter, counter, operand(node->input(1)), 0, limit));
    const int32_t start = here();
    emit_block(body, {});
    place(node);
    std::vector<Operand> results = inputs(body->return_node, 1);
    const Value* again = body->outputs()[0];
    Operand condition = 0;
    if (!is_true(again) && conditions_.count(again) == 0) {
        condition = operand(again);
        // Another carried value may move into its register.
        const auto at = std::find(carried.begin(), carried.end(), static_cast<uint32_t>(condition) / 2);
        if (condition >= 0 && at != carried.end() && body->outputs()[at - carried.begin() + 1] != again) {
            const uint32_t copy = plan_.registers++;
            emit(Opcode::Move, copy, condition);
            condition = register_operand(static_cast<int32_t>(copy));
        }
    }
    move_all(std::move(results), carried);
    leave_block(outer);
    if (is_while(node))
        repeat_if(again, condition, start);
    else if (counts)
        set_target(emit(Opcode::CountNext, counter, limit), start);
    else
        set_target(emit(Opcode::LoopNext, counter, is_true(again) ? operand(again) : condition, 0, limit), start);
    land_here(exits);
    drop(dead_after);
}

void PlanCompiler::move_all(std::vector<Operand> sources, const std::vector<uint32_t>& targets) {
    // A source that is overwritten before it is read goes through a register of its own.
    for (size_t i = 0; i < sources.size(); ++i) {
        if (sources[i] < 0 || static_cast<uint32_t>(sources[i]) / 2 == targets[i]) continue;
        if (std::find(targets.begin(), targets.begin() + i, static_cast<uint32_t>(sources[i]) / 2) ==
            targets.begin() + i)
            continue;
        const uint32_t copy = plan_.registers++;
        // Not taken from its register: the same value may stay there as a result of its own.
        emit(Opcode::Move, copy, sources[i] & ~1);
        sources[i] = register_operand(static_cast<int32_t>(copy), true);
    }
    for (size_t i = 0; i < sources.size(); ++i) move(targets[i], sources[i]);
}

}  // namespace wick::jit

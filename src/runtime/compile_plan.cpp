#include <algorithm>

#include "runtime/carried_values.h"
#include "runtime/plan_compiler.h"

namespace wick::jit {

bool is_plain(const Value* value) {
    switch (value->type->kind()) {
        case TypeKind::Int:
        case TypeKind::Float:
        case TypeKind::Bool:
        case TypeKind::None:
        case TypeKind::Device:
            return true;
        default:
            return false;
    }
}

void PlanCompiler::compile(const Graph& graph) {
    for (const Value* input : graph.inputs()) define(input);
    plan_.inputs = plan_.registers;
    emit_block(graph.block(), {});
    const std::vector<Value*>& outputs = graph.outputs();
    place(graph.block()->return_node);
    if (plan_.is_group) {
        const std::vector<Operand> results = inputs(graph.block()->return_node);
        emit(Opcode::ReturnGroup, 0, list(results), index32(results.size()));
        return;
    }
    Operand result = constant(IValue());
    if (outputs.size() == 1) {
        result = last_operand(outputs[0]);
    } else if (outputs.size() > 1) {
        const uint32_t tuple = plan_.registers++;
        std::vector<Operand> elements;
        for (const Value* output : outputs) elements.push_back(operand(output));
        emit(Opcode::Tuple, tuple, list(elements), static_cast<int32_t>(elements.size()), type(TypePtr()));
        result = register_operand(static_cast<int32_t>(tuple), true);
    }
    emit(Opcode::Return, 0, result);
    plan_.result_type = outputs.size() == 1 ? outputs[0]->type
                        : outputs.empty()   ? none_type()
                                            : simple_type(TypeKind::AnyTuple);
}

size_t PlanCompiler::emit(Opcode opcode, uint32_t a, int32_t b, int32_t c, int32_t extra) {
    plan_.code.push_back({opcode, a, b, c, extra});
    plan_.place_of.push_back(static_cast<uint32_t>(plan_.places.size() - 1));
    return plan_.code.size() - 1;
}

void PlanCompiler::place(const Node* node) {
    node_ = node;
    plan_.places.push_back({node->range, node->inlined_from});
    // The first node of a call that was inlined: it counts as calls do.
    if (node->inlined_from && begun_.insert(node->inlined_from.get()).second) emit(Opcode::CountCall, 0);
}

// Values
// ----------------------------------------------------------------------------------------------------------------

uint32_t PlanCompiler::define(const Value* value) {
    const auto wanted = wanted_.find(value);
    if (wanted != wanted_.end()) return define_in(value, wanted->second.reg);
    return define_in(value, plan_.registers++);
}

uint32_t PlanCompiler::define_outputs(const Node* node, size_t count) {
    if (node->outputs.size() == 1 && count <= 1) return define(node->output());
    const uint32_t first = plan_.registers;
    for (const Value* output : node->outputs) define_in(output, plan_.registers++);
    if (node->outputs.size() < count) plan_.registers += static_cast<uint32_t>(count - node->outputs.size());
    return first;
}

void PlanCompiler::want(const Block* block, size_t index, uint32_t reg, const Value* target, const Value* old) {
    const Value* result = block->outputs()[index];
    const Node* node = result->node;
    if (node->block != block || !writes_at_its_end(node)) return;
    if (!is_plain(result) || result->type->kind() != target->type->kind()) return;
    if (std::count(block->outputs().begin(), block->outputs().end(), result) != 1) return;
    if (old && !may_replace(old, node, result->offset)) return;
    wanted_[result] = {reg, old};
}

bool PlanCompiler::writes_at_its_end(const Node* node) {
    return node->kind == sym::prim_If || node->kind == sym::prim_Loop || select_scalar_instruction(*node);
}

const Value* PlanCompiler::replaced_by(const Value* value) const {
    const auto wanted = wanted_.find(value);
    return wanted == wanted_.end() ? nullptr : wanted->second.old;
}

Operand PlanCompiler::last_operand(const Value* value) const {
    const Operand o = operand(value);
    return o >= 0 && is_dying(value) ? o | 1 : o;
}

std::vector<Operand> PlanCompiler::inputs(const Node* node, size_t from) const {
    std::vector<Operand> result;
    for (size_t i = from; i < node->inputs.size(); ++i) {
        const Value* value = node->inputs[i];
        const bool last = std::find(node->inputs.begin() + i + 1, node->inputs.end(), value) == node->inputs.end();
        result.push_back(last ? last_operand(value) : operand(value));
    }
    return result;
}

void PlanCompiler::drop(std::vector<const Value*> values) {
    std::vector<Operand> operands;
    // In register order, so that the same graph always gives the same plan.
    for (const Value* value : values) {
        if (operand(value) >= 0) operands.push_back(operand(value));
    }
    std::sort(operands.begin(), operands.end());
    if (!operands.empty()) emit(Opcode::Drop, 0, list(operands), static_cast<int32_t>(operands.size()));
}

// Lifetimes
// ----------------------------------------------------------------------------------------------------------------

void PlanCompiler::note_uses(const Node* node, const Node* top, std::unordered_map<const Value*, const Node*>& last) {
    for (const Value* value : node->inputs) last[value] = top;
    for (const Block* block : node->blocks) {
        for (const Node* inner : block->nodes()) note_uses(inner, top, last);
        note_uses(block->return_node, top, last);
    }
}

void PlanCompiler::emit_block(const Block* block, const ValueSet& inherited) {
    std::unordered_map<const Value*, const Node*> last;
    find_steps(block);
    for (const Node* node : block->nodes()) {
        note_uses(node, node, last);
        if (node->kind == sym::prim_GetAttr && !is_step(node)) last[path_base(node, [](const Node*) {})] = node;
    }
    note_uses(block->return_node, block->return_node, last);

    std::unordered_map<const Node*, ValueSet> dies_at;
    std::vector<const Value*> unused;
    const auto track = [&](const Value* value) {
        if (is_plain(value)) return;
        const auto found = last.find(value);
        if (found == last.end())
            unused.push_back(value);
        else
            dies_at[found->second].insert(value);
    };
    for (const Value* value : inherited) track(value);
    for (const Value* value : block->inputs()) track(value);
    place(block->param_node);
    drop(std::exchange(unused, {}));

    for (const Node* node : block->nodes()) {
        place(node);
        for (const Value* output : node->outputs) track(output);
        const ValueSet& dying = dies_at[node];
        dying_ = &dying;
        if (dying.empty() && is_condition(node))
            conditions_.insert(node->output());
        else
            emit_node(node);
        place(node);
        drop(std::exchange(unused, {}));
    }
    dying_at_return_.push_back(std::move(dies_at[block->return_node]));
    dying_ = &dying_at_return_.back();
}

// Paths of attributes
// ----------------------------------------------------------------------------------------------------------------

void PlanCompiler::find_steps(const Block* block) {
    constexpr int kMaxDepth = 16;
    std::unordered_map<const Node*, size_t> run_of;
    size_t runs = 0;
    for (const Node* node : block->nodes()) {
        if (node->kind == sym::prim_GetAttr)
            run_of[node] = runs;
        else if (node->kind != sym::prim_Constant)
            ++runs;
    }
    for (const Node* node : block->nodes()) {
        const auto run = run_of.find(node);
        if (run == run_of.end() || node->output()->uses.empty()) continue;
        const auto in_run = [&](const Use& use) {
            const auto other = run_of.find(use.user);
            return other != run_of.end() && other->second == run->second;
        };
        const auto before = step_depth_.find(node->input(0)->node);
        const int depth = before == step_depth_.end() ? 0 : before->second + 1;
        if (depth < kMaxDepth && std::ranges::all_of(node->output()->uses, in_run)) step_depth_[node] = depth;
    }
}

IntrusivePtr<Plan> compile_plan(const Graph& graph, std::string function_name, bool is_group) {
    auto plan = make_intrusive<Plan>();
    plan->function_name = std::move(function_name);
    plan->is_group = is_group;
    PlanCompiler(*plan).compile(graph);
    return plan;
}

}  // namespace wick::jit

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <wick/support/check.h>

#include "ops/recording.h"
#include "ops/script_call.h"
#include "passes/eliminate_dead_code.h"
#include "passes/forward_attributes.h"
#include "passes/fuse_layers.h"
#include "passes/group_differentiable.h"
#include "passes/inline_calls.h"
#include "passes/lower_tuples.h"
#include "passes/propagate_constants.h"
#include "passes/simplify_forms.h"
#include "runtime/carried_values.h"
#include "runtime/plan.h"
#include "runtime/select_opcode.h"

namespace wick::jit {
namespace {

/// Operators that have an opcode of their own, besides those on numbers and strings (select_opcode.h). {} stands for
/// the type of a dict's keys.
struct DirectOperator {
    std::string_view name;
    Opcode opcode;
};
constexpr DirectOperator kDirect[] = {
    {"aten::__not__", Opcode::Not},
    {"aten::__range_length", Opcode::RangeLength},
    {"aten::__derive_index", Opcode::RangeItem},
    {"aten::add.str", Opcode::StrConcat},
    {"aten::len.t", Opcode::ListLength},
    {"aten::__getitem__.t", Opcode::ListGet},
    {"aten::_set_item.t", Opcode::ListSet},
    {"aten::append.t", Opcode::ListAppend},
    {"aten::__getitem__.Dict_{}", Opcode::DictGet},
    {"aten::get.default_{}", Opcode::DictGetOr},
    {"aten::__contains__.{}", Opcode::DictContains},
    {"aten::_set_item.{}", Opcode::DictSet},
};

const std::unordered_map<const Operator*, Opcode>& direct_operators() {
    static const auto table = [] {
        std::unordered_map<const Operator*, Opcode> map;
        for (const auto& [name, opcode] : kDirect) {
            for (const char* key : {"str", "int", "bool", "float", "complex", "Tensor"}) {
                const Operator* op = Registry::instance().find_overload(fmt::format(fmt::runtime(name), key));
                WICK_ASSERT(op);
                map.emplace(op, opcode);
            }
        }
        return map;
    }();
    return table;
}

/// Values whose register may simply go stale: nothing is held by them.
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

bool is_true(const Value* value) {
    const IValue* constant = constant_value(value);
    return constant && constant->is_bool() && constant->to_bool();
}

bool is_one(const Value* value) {
    const IValue* constant = constant_value(value);
    return constant && constant->is_int() && constant->to_int() == 1;
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

using ValueSet = std::unordered_set<const Value*>;

class PlanCompiler {
 public:
    explicit PlanCompiler(Plan& plan) : plan_(plan) {}

    void compile(const Graph& graph) {
        for (const Value* input : graph.inputs()) define(input);
        plan_.inputs = plan_.registers;
        emit_block(graph.block(), {});
        const std::vector<Value*>& outputs = graph.outputs();
        place(graph.block()->return_node);
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

 private:
    // Tables ---------------------------------------------------------------------------------------------------------

    int32_t index32(size_t n) {
        WICK_CHECK(n < (size_t{1} << 29), "a function is too large to be compiled");
        return static_cast<int32_t>(n);
    }
    template <class T>
    int32_t append(std::vector<T>& table, T entry) {
        table.push_back(std::move(entry));
        return index32(table.size() - 1);
    }
    int32_t list(const std::vector<Operand>& operands) {
        const int32_t start = index32(plan_.operand_lists.size());
        plan_.operand_lists.insert(plan_.operand_lists.end(), operands.begin(), operands.end());
        return start;
    }
    int32_t type(TypePtr t) { return append(plan_.types, std::move(t)); }
    Operand constant(IValue value) { return constant_operand(append(plan_.constants, std::move(value))); }

    size_t emit(Opcode opcode, uint32_t a, int32_t b = 0, int32_t c = 0, int32_t extra = 0) {
        plan_.code.push_back({opcode, a, b, c, extra});
        plan_.place_of.push_back(static_cast<uint32_t>(plan_.places.size() - 1));
        return plan_.code.size() - 1;
    }
    void place(const Node* node) {
        node_ = node;
        plan_.places.push_back({node->range, node->inlined_from});
        // The first node of a call that was inlined: it counts as calls do.
        if (node->inlined_from && begun_.insert(node->inlined_from.get()).second) emit(Opcode::CountCall, 0);
    }
    /// Where a jump goes to, as the distance from it.
    static int32_t& target_of(Instruction& jump) {
        const OpcodeInfo& info = info_of(jump.opcode);
        return info.b == OperandKind::Target ? jump.b : info.c == OperandKind::Target ? jump.c : jump.extra;
    }
    void set_target(size_t jump, int32_t target) { target_of(plan_.code[jump]) = target - static_cast<int32_t>(jump); }
    void land_here(const std::vector<size_t>& jumps) {
        for (const size_t jump : jumps) set_target(jump, here());
    }
    int32_t here() const { return static_cast<int32_t>(plan_.code.size()); }

    // Values ---------------------------------------------------------------------------------------------------------

    uint32_t define(const Value* value) {
        const auto wanted = wanted_.find(value);
        if (wanted != wanted_.end()) return define_in(value, wanted->second.reg);
        return define_in(value, plan_.registers++);
    }
    uint32_t define_in(const Value* value, uint32_t reg) {
        operands_[value] = register_operand(index32(reg));
        return reg;
    }
    /// Registers of a node's outputs, one after the other, at least `count` of them.
    uint32_t define_outputs(const Node* node, size_t count = 0) {
        if (node->outputs.size() == 1 && count <= 1) return define(node->output());
        const uint32_t first = plan_.registers;
        for (const Value* output : node->outputs) define_in(output, plan_.registers++);
        if (node->outputs.size() < count) plan_.registers += static_cast<uint32_t>(count - node->outputs.size());
        return first;
    }
    /// For outputs that nobody uses and no instruction makes.
    void define_nothing(const Node* node) {
        for (const Value* output : node->outputs) operands_[output] = constant(IValue());
    }
    /// Lets output `index` of the block be computed in register `reg` straight away, where the block's own node makes
    /// it and the register's present value (`old`, or none) is not needed any more.
    void want(const Block* block, size_t index, uint32_t reg, const Value* target, const Value* old) {
        const Value* result = block->outputs()[index];
        const Node* node = result->node;
        if (node->block != block || !writes_at_its_end(node)) return;
        if (!is_plain(result) || result->type->kind() != target->type->kind()) return;
        if (std::count(block->outputs().begin(), block->outputs().end(), result) != 1) return;
        if (old && !may_replace(old, node, result->offset)) return;
        wanted_[result] = {reg, old};
    }
    static bool writes_at_its_end(const Node* node) {
        return node->kind == sym::prim_If || node->kind == sym::prim_Loop || select_scalar_instruction(*node);
    }
    /// What `wanted` says of a value's register: the value that is in it before.
    const Value* replaced_by(const Value* value) const {
        const auto wanted = wanted_.find(value);
        return wanted == wanted_.end() ? nullptr : wanted->second.old;
    }
    Operand operand(const Value* value) const {
        const auto found = operands_.find(value);
        WICK_ASSERT(found != operands_.end());
        return found->second;
    }
    uint32_t reg(const Value* value) const { return static_cast<uint32_t>(operand(value)) / 2; }
    bool is_dying(const Value* value) const { return dying_ && dying_->count(value) > 0; }
    /// The value as an operand of the current node that uses it nowhere else.
    Operand last_operand(const Value* value) const {
        const Operand o = operand(value);
        return o >= 0 && is_dying(value) ? o | 1 : o;
    }
    /// The node's inputs from `from` on; each dying one is marked where it stands last.
    std::vector<Operand> inputs(const Node* node, size_t from = 0) const {
        std::vector<Operand> result;
        for (size_t i = from; i < node->inputs.size(); ++i) {
            const Value* value = node->inputs[i];
            const bool last = std::find(node->inputs.begin() + i + 1, node->inputs.end(), value) == node->inputs.end();
            result.push_back(last ? last_operand(value) : operand(value));
        }
        return result;
    }

    void drop(std::vector<const Value*> values) {
        std::vector<Operand> operands;
        // In register order, so that the same graph always gives the same plan.
        for (const Value* value : values) {
            if (operand(value) >= 0) operands.push_back(operand(value));
        }
        std::sort(operands.begin(), operands.end());
        if (!operands.empty()) emit(Opcode::Drop, 0, list(operands), static_cast<int32_t>(operands.size()));
    }

    // Lifetimes ------------------------------------------------------------------------------------------------------

    /// Notes for every value used in `node` or its blocks that `top` is the last node of the current block to use it.
    static void note_uses(const Node* node, const Node* top, std::unordered_map<const Value*, const Node*>& last) {
        for (const Value* value : node->inputs) last[value] = top;
        for (const Block* block : node->blocks) {
            for (const Node* inner : block->nodes()) note_uses(inner, top, last);
            note_uses(block->return_node, top, last);
        }
    }

    /// Emits a block's nodes. `inherited`: values from outside that nobody needs after this block. On return, the
    /// values that die in the block's outputs are in dying_.
    void emit_block(const Block* block, const ValueSet& inherited) {
        std::unordered_map<const Value*, const Node*> last;
        for (const Node* node : block->nodes()) note_uses(node, node, last);
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
    /// Ends what emit_block began, after the block's outputs were read.
    void leave_block(const ValueSet* outer) {
        dying_at_return_.pop_back();
        dying_ = outer;
    }

    // Nodes ----------------------------------------------------------------------------------------------------------

    [[noreturn]] void fail(const std::string& message) const { throw CompileError(node_->range, message); }

    void emit_node(const Node* node) {
        const Symbol kind = node->kind;
        if (kind == sym::prim_Constant) return emit_constant(node);
        if (kind == sym::prim_If) return emit_if(node);
        if (kind == sym::prim_Loop) return emit_loop(node);
        if (kind == sym::prim_GetAttr) {
            const Operand object = last_operand(node->input(0));
            emit(Opcode::GetAttr, define_outputs(node), object, slot_of(node));
        } else if (kind == sym::prim_SetAttr) {
            const std::vector<Operand> operands = inputs(node);
            emit(Opcode::SetAttr, 0, operands[0], operands[1], slot_of(node));
        } else if (kind == sym::prim_CallMethod) {
            emit_method_call(node);
        } else if (kind == sym::prim_CallFunction) {
            emit_function_call(node);
        } else if (kind == sym::prim_CreateObject) {
            if (!node->output()->type->is(TypeKind::Class)) fail("prim::CreateObject needs a class type");
            emit(Opcode::CreateObject, define_outputs(node), type(node->output()->type));
        } else if (kind == sym::prim_TupleConstruct) {
            const auto* tuple = node->output()->type->cast<TupleType>();
            emit_list(Opcode::Tuple, node, type(tuple && !tuple->name().empty() ? node->output()->type : TypePtr()));
        } else if (kind == sym::prim_ListConstruct) {
            const bool typed = node->output()->type->is(TypeKind::List);
            emit_list(Opcode::List, node, type(typed ? node->output()->type->contained(0) : any_type()));
        } else if (kind == sym::prim_DictConstruct) {
            if (!node->output()->type->is(TypeKind::Dict) || node->inputs.size() % 2 != 0)
                fail("malformed prim::DictConstruct");
            emit_list(Opcode::Dict, node, type(node->output()->type));
        } else if (kind == sym::prim_TupleUnpack || kind == sym::prim_ListUnpack) {
            const Operand from = last_operand(node->input(0));
            emit(kind == sym::prim_TupleUnpack ? Opcode::TupleUnpack : Opcode::ListUnpack, define_outputs(node), from,
                 index32(node->outputs.size()));
        } else if (kind == sym::prim_TupleSlice) {
            const Operand from = last_operand(node->input(0));
            const auto bound = [&](Symbol name) {
                return index32(static_cast<size_t>(node->attr<IValue>(name).to_int()));
            };
            emit(Opcode::TupleSlice, define_outputs(node), from, bound(sym::attr_beg), bound(sym::attr_end));
        } else if (kind == sym::prim_isinstance) {
            const Operand value = last_operand(node->input(0));
            emit(Opcode::IsInstance, define_outputs(node), value,
                 append(plan_.type_lists, node->attr<std::vector<TypePtr>>(sym::attr_types)));
        } else if (kind == sym::prim_unchecked_cast) {
            const Operand value = last_operand(node->input(0));
            emit(Opcode::Move, define_outputs(node), value);
        } else if (kind == sym::prim_Uninitialized) {
            operands_[node->output()] = constant(IValue());
        } else if (kind == sym::prim_RaiseException) {
            emit_list(Opcode::Raise, node, 0);
        } else if (kind == sym::prim_fork) {
            emit_fork(node, Opcode::Fork, "<forked function>");
        } else if (kind == sym::prim_awaitable) {
            emit_fork(node, Opcode::Await, "<awaitable function>");
        } else if (kind == sym::prim_DifferentiableGraph) {
            emit_list(
                Opcode::Differentiable, node,
                append(plan_.groups, make_differentiable(node->attr<std::shared_ptr<Graph>>(sym::attr_subgraph))));
        } else if (kind == sym::prim_Enter || kind == sym::prim_Exit) {
            const Operand object = last_operand(node->input(0));
            emit(kind == sym::prim_Enter ? Opcode::Enter : Opcode::Exit, define_outputs(node, 1), object);
        } else if (kind == sym::prim_tolist) {
            emit_list(Opcode::ToList, node, type(node->output()->type));
        } else {
            emit_operator(node);
        }
    }

    void emit_list(Opcode opcode, const Node* node, int32_t extra) {
        const std::vector<Operand> operands = inputs(node);
        emit(opcode, define_outputs(node, 1), list(operands), index32(operands.size()), extra);
    }

    void emit_constant(const Node* node) {
        IValue value;
        if (const AttributeValue* attribute = node->find(sym::attr_value)) {
            if (const auto* plain = std::get_if<IValue>(attribute))
                value = *plain;
            else if (const auto* function = std::get_if<IntrusivePtr<Function>>(attribute))
                value = *function;
            else
                fail("a constant of this kind cannot be run");
        } else if (node->output()->type->is(TypeKind::Function)) {
            fail("a function constant without its function cannot be run");
        }
        operands_[node->output()] = constant(std::move(value));
    }

    int32_t slot_of(const Node* node) {
        const TypePtr& object = node->input(0)->type;
        const auto* type = object->cast<ClassType>();
        if (!type) fail(fmt::format("attributes of a {} cannot be accessed", object->str()));
        const int64_t slot = type->find_attribute(node->name_attr());
        if (slot < 0) fail(fmt::format("{} has no attribute '{}'", type->name(), node->name_attr()));
        return index32(static_cast<size_t>(slot));
    }

    void emit_method_call(const Node* node) {
        const TypePtr& object = node->input(0)->type;
        if (const auto* type = object->cast<ClassType>()) {
            Function* method = type->find_method(node->name_attr());
            if (!method) fail(fmt::format("{} has no method '{}'", type->name(), node->name_attr()));
            emit_list(Opcode::Call, node, append(plan_.functions, method));
        } else if (object->is(TypeKind::Interface)) {
            emit_list(Opcode::CallInterface, node, append(plan_.names, node->name_attr()));
        } else {
            fail(fmt::format("methods of a {} cannot be called", object->str()));
        }
    }

    void emit_function_call(const Node* node) {
        const Operand callee = operand(node->input(0));
        if (callee >= 0 || !plan_.constants[~callee].is_function()) return emit_list(Opcode::CallValue, node, 0);
        const std::vector<Operand> operands = inputs(node, 1);
        emit(Opcode::Call, define_outputs(node, 1), list(operands), index32(operands.size()),
             append(plan_.functions, &plan_.constants[~callee].to_function()));
    }

    void emit_fork(const Node* node, Opcode opcode, std::string name) {
        const auto& graph = node->attr<std::shared_ptr<Graph>>(sym::attr_subgraph);
        if (graph->inputs().size() != node->inputs.size())
            fail(fmt::format("{} does not match its subgraph", node->kind.str()));
        emit_list(opcode, node, append(plan_.plans, compile_plan(*graph, std::move(name))));
    }

    const Operator* operator_of(const Node* node) const {
        if (node->op) return node->op;
        const auto& overloads = Registry::instance().find(node->kind.str());
        if (overloads.size() == 1) return overloads[0];
        fail(fmt::format("unknown operator {}", node->kind.str()));
    }

    static bool is_none(const Value* value) { return value->type->is(TypeKind::None); }

    void emit_operator(const Node* node) {
        const Operator* op = operator_of(node);
        const Schema& schema = op->schema();
        if (node->inputs.size() != schema.arguments.size() && !schema.is_vararg)
            fail(fmt::format("{} takes {} arguments, got {}", schema.operator_name(), schema.arguments.size(),
                             node->inputs.size()));
        if (schema.returns.size() < node->outputs.size() && !schema.is_varret)
            fail(fmt::format("{} returns {} values, {} are used", schema.operator_name(), schema.returns.size(),
                             node->outputs.size()));
        // `x is None` where the None is known.
        if ((node->kind == sym::aten_is || node->kind == sym::aten_isnot) && is_none(node->input(1)) &&
            !is_none(node->input(0))) {
            const Operand value = last_operand(node->input(0));
            emit(node->kind == sym::aten_is ? Opcode::IsNone : Opcode::IsNotNone, define_outputs(node), value);
            return;
        }
        if (const auto scalar = select_scalar_instruction(*node)) {
            const auto [b, c] = scalar_operands(node, *scalar, inputs(node));
            emit_scalar(node, scalar->opcode, b, c);
            return;
        }
        if (node->kind == sym::aten_derive_index && is_one(node->input(2))) {
            // By far the most loops step by 1.
            emit(Opcode::IntAdd, define_outputs(node, 1), operand(node->input(1)), operand(node->input(0)));
            return;
        }
        const auto direct = direct_operators().find(op);
        if (direct != direct_operators().end()) return emit_direct(node, direct->second);
        const std::vector<Operand> operands = inputs(node);
        if (!op->composite.empty()) {
            emit(Opcode::Call, define_outputs(node, 1), list(operands), index32(operands.size()),
                 append(plan_.functions, &composite_function(*op)));
            unpack_results(node);
            return;
        }
        if (!op->kernel) fail(fmt::format("operator {} has no kernel", schema.operator_name()));
        const AttributeValue* warn_id = node->kind == sym::aten_warn ? node->find(sym::attr_warn_id) : nullptr;
        const size_t skip =
            warn_id ? emit(Opcode::SkipWarned, 0, 0, 0, static_cast<int32_t>(std::get<IValue>(*warn_id).to_int())) : 0;
        const size_t results = std::max<size_t>(std::max(node->outputs.size(), schema.returns.size()), 1);
        emit(Opcode::Operator, define_outputs(node, results), list(operands), index32(operands.size()),
             append(plan_.operators, op));
        if (warn_id) set_target(skip, here());
    }

    /// The operands of an instruction on numbers or strings, converted to its type; c is 0 if there is one only.
    std::pair<Operand, Operand> scalar_operands(const Node* node, const ScalarInstruction& scalar,
                                                std::vector<Operand> operands) {
        operands.resize(2);
        for (size_t i = 0; i < node->inputs.size(); ++i) {
            const Value* input = node->input(i);
            if (scalar.operands != TypeKind::Float || !input->type->is(TypeKind::Int)) continue;
            if (const IValue* known = constant_value(input); known && known->is_int()) {
                operands[i] = constant(static_cast<double>(known->to_int()));
            } else {
                const uint32_t converted = plan_.registers++;
                emit(Opcode::IntToFloat, converted, operands[i]);
                operands[i] = register_operand(index32(converted));
            }
        }
        return {operands[0], operands[1]};
    }
    /// Division and remainder by a power of two, which round towards minus infinity, are a shift and a mask.
    void emit_scalar(const Node* node, Opcode opcode, Operand b, Operand c) {
        const bool divides = opcode == Opcode::IntFloorDiv || opcode == Opcode::IntRemainder;
        const IValue* divisor = divides ? constant_value(node->input(1)) : nullptr;
        const uint64_t power = divisor && divisor->is_int() && divisor->to_int() > 0 ? divisor->to_int() : 0;
        if (std::has_single_bit(power)) {
            const bool shifts = opcode == Opcode::IntFloorDiv;
            opcode = shifts ? Opcode::IntShiftRight : Opcode::IntAnd;
            c = constant(static_cast<int64_t>(shifts ? std::countr_zero(power) : power - 1));
        }
        emit(opcode, define_outputs(node), b, c);
    }
    /// Of a test that jumps: it leaves its operands where they are.
    std::pair<Operand, Operand> jump_operands(const Node* node, const ScalarInstruction& test) {
        std::vector<Operand> operands;
        for (const Value* input : node->inputs) operands.push_back(operand(input));
        return scalar_operands(node, test, std::move(operands));
    }

    void emit_direct(const Node* node, Opcode opcode) {
        std::vector<Operand> operands = inputs(node);
        operands.resize(3);
        if (opcode != Opcode::ListSet && opcode != Opcode::ListAppend && opcode != Opcode::DictSet) {
            emit(opcode, define_outputs(node, 1), operands[0], operands[1], operands[2]);
            return;
        }
        // What changes a list gives the list, which hardly anybody uses.
        const bool is_used = !node->outputs.empty() && !node->output()->uses.empty();
        const Operand list = operands[0];
        if (is_used) operands[0] &= ~1;
        emit(opcode, 0, operands[0], operands[1], operands[2]);
        if (is_used)
            emit(Opcode::Move, define_outputs(node, 1), list);
        else
            define_nothing(node);
    }

    /// A composite with several results returns a tuple where a kernel fills several registers.
    void unpack_results(const Node* node) {
        if (node->outputs.size() < 2) return;
        const uint32_t tuple = plan_.registers++;
        plan_.code.back().a = tuple;
        emit(Opcode::TupleUnpack, reg(node->outputs[0]), register_operand(static_cast<int32_t>(tuple), true),
             index32(node->outputs.size()));
    }

    // Conditions -----------------------------------------------------------------------------------------------------
    //
    // A test that only the following branch or loop asks for is not computed as a value: it becomes jumps there, and so
    // does an `and` or `or` of tests.

    /// Whether the node is left to the one that asks for its result (jump_unless, repeat_if).
    bool is_condition(const Node* node) {
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
        if (owner->kind == sym::prim_If)
            return conditions_.count(owner->outputs.empty() ? nullptr : owner->output()) > 0;
        // The condition of the next turn is asked for when the carried values have moved.
        return owner->kind == sym::prim_Loop && is_while(owner) &&
               !reads_any_of(node, {node->block->inputs().begin(), node->block->inputs().end()}) &&
               !reads_any_of(node, taken(user));
    }
    /// The inputs that may be moved out of their registers.
    static std::vector<const Value*> taken(const Node* node) {
        std::vector<const Value*> values;
        std::copy_if(node->inputs.begin(), node->inputs.end(), std::back_inserter(values),
                     [](const Value* value) { return !is_plain(value); });
        return values;
    }
    /// Whether the node or its blocks read one of the values.
    static bool reads_any_of(const Node* node, const std::vector<const Value*>& values) {
        std::unordered_map<const Value*, const Node*> read;
        note_uses(node, node, read);
        return std::any_of(values.begin(), values.end(), [&](const Value* value) { return read.count(value) > 0; });
    }

    /// Code that goes on if the value is true, and jumps if it is false: the jumps are added to `if_false`.
    void jump_unless(const Value* value, std::vector<size_t>& if_false) {
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
    void jump_unless_result(const Block* block, std::vector<size_t>& if_false) {
        const ValueSet* outer = dying_;
        emit_block(block, {});
        jump_unless(block->outputs()[0], if_false);
        leave_block(outer);
    }

    /// The end of a loop: goes back to `start` if the value is true.
    void repeat_if(const Value* value, Operand operand, int32_t start) {
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

    // Control flow ---------------------------------------------------------------------------------------------------

    void emit_if(const Node* node) {
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

    void emit_branch(const Node* node, const Block* block, const ValueSet& dying) {
        emit_block(block, dying);
        place(node);
        std::vector<Operand> results = inputs(block->return_node);
        std::vector<uint32_t> targets;
        for (const Value* output : node->outputs) targets.push_back(reg(output));
        move_all(std::move(results), targets);
        leave_block(&dying);
    }

    /// The loop-carried values live in the registers of the body's inputs, which are also those of the node's outputs.
    void emit_loop(const Node* node) {
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

    void move(uint32_t target, Operand source) {
        if (source < 0 || static_cast<uint32_t>(source) / 2 != target) emit(Opcode::Move, target, source);
    }

    /// Moves the sources into the targets as if at once.
    void move_all(std::vector<Operand> sources, const std::vector<uint32_t>& targets) {
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

    Plan& plan_;
    const Node* node_ = nullptr;
    std::unordered_map<const Value*, Operand> operands_;
    const ValueSet* dying_ = nullptr;
    std::vector<ValueSet> dying_at_return_;
    std::unordered_set<const void*> begun_;  ///< inlined calls, by what their nodes have in common
    ValueSet conditions_;                    ///< what is not computed as a value
    struct Wanted {
        uint32_t reg;
        const Value* old;
    };
    std::unordered_map<const Value*, Wanted> wanted_;  ///< values that have a register before they are computed
};

}  // namespace

IntrusivePtr<Plan> compile_plan(const Graph& graph, std::string function_name) {
    auto plan = make_intrusive<Plan>();
    plan->function_name = std::move(function_name);
    PlanCompiler(*plan).compile(graph);
    return plan;
}

IntrusivePtr<RefCounted> make_plan(Function& function) {
    std::shared_ptr<Graph> graph = function.graph();
    const auto own = [&] {
        if (graph == function.graph()) graph = graph->copy();
        return graph.get();
    };
    const bool is_whole = is_small_whole(*graph);
    if (is_whole || has_small_calls(*graph)) {
        inline_calls(*own(), is_whole ? Inlining::all : Inlining::small);
        // Branches that a caller's constants decide, and what they come to.
        if (is_whole) {
            simplify_forms(*graph);
            propagate_constants(*graph);
        }
        // Tuples that were only made to be returned, objects that were only made to be read.
        lower_simple_tuples(*graph);
        forward_attributes(*graph);
    }
    if (can_fuse_layers(*graph)) fuse_layers(*own());
    return compile_plan(*graph, function.name());
}

IntrusivePtr<RefCounted> make_recording_plan(Function& function) {
    const std::shared_ptr<Graph> graph = function.graph()->copy();
    inline_calls(*graph, Inlining::all);
    lower_simple_tuples(*graph);
    // Branches that a caller's constants decide.
    propagate_constants(*graph);
    eliminate_dead_code(*graph);
    if (!group_differentiable(*graph)) return IntrusivePtr<RefCounted>(const_cast<Plan*>(&plan_of(function)));
    return compile_plan(*graph, function.name());
}

}  // namespace wick::jit

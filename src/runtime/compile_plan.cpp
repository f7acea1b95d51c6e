#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <wick/support/check.h>

#include "ops/script_call.h"
#include "runtime/plan.h"

namespace wick::jit {
namespace {

/// Operators that have an opcode of their own.
struct DirectOperator {
    std::string_view name;
    Opcode opcode;
};
constexpr DirectOperator kDirect[] = {
    {"aten::add.int", Opcode::IntAdd},      {"aten::sub.int", Opcode::IntSub},
    {"aten::mul.int", Opcode::IntMul},      {"aten::lt.int", Opcode::IntLt},
    {"aten::le.int", Opcode::IntLe},        {"aten::gt.int", Opcode::IntGt},
    {"aten::ge.int", Opcode::IntGe},        {"aten::eq.int", Opcode::IntEq},
    {"aten::ne.int", Opcode::IntNe},        {"aten::add.float", Opcode::FloatAdd},
    {"aten::sub.float", Opcode::FloatSub},  {"aten::mul.float", Opcode::FloatMul},
    {"aten::div.float", Opcode::FloatDiv},  {"aten::lt.float", Opcode::FloatLt},
    {"aten::gt.float", Opcode::FloatGt},    {"aten::__not__", Opcode::Not},
    {"aten::len.t", Opcode::ListLength},    {"aten::__getitem__.t", Opcode::ListGet},
    {"aten::_set_item.t", Opcode::ListSet},
};

const std::unordered_map<const Operator*, Opcode>& direct_operators() {
    static const auto table = [] {
        std::unordered_map<const Operator*, Opcode> map;
        for (const auto& [name, opcode] : kDirect) {
            const Operator* op = Registry::instance().find_overload(name);
            WICK_ASSERT(op);
            map.emplace(op, opcode);
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
    }
    int32_t here() const { return static_cast<int32_t>(plan_.code.size()); }

    // Values ---------------------------------------------------------------------------------------------------------

    uint32_t define(const Value* value) {
        const uint32_t reg = plan_.registers++;
        index32(plan_.registers);
        operands_[value] = register_operand(static_cast<int32_t>(reg));
        return reg;
    }
    /// Registers of a node's outputs, one after the other, at least `count` of them.
    uint32_t define_outputs(const Node* node, size_t count = 0) {
        const uint32_t first = plan_.registers;
        for (const Value* output : node->outputs) define(output);
        if (node->outputs.size() < count) plan_.registers += static_cast<uint32_t>(count - node->outputs.size());
        return first;
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
            emit_list(Opcode::SetAttr, node, slot_of(node));
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
        const auto direct = direct_operators().find(op);
        if (direct != direct_operators().end() && node->outputs.size() <= 1) {
            const std::vector<Operand> operands = inputs(node);
            const uint32_t result = define_outputs(node, 1);
            if (info_of(direct->second).b == OperandKind::List)
                emit(direct->second, result, list(operands), index32(operands.size()));
            else
                emit(direct->second, result, operands[0], operands.size() > 1 ? operands[1] : 0);
            return;
        }
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
        if (warn_id) plan_.code[skip].b = here();
    }

    /// A composite with several results returns a tuple where a kernel fills several registers.
    void unpack_results(const Node* node) {
        if (node->outputs.size() < 2) return;
        const uint32_t tuple = plan_.registers++;
        plan_.code.back().a = tuple;
        emit(Opcode::TupleUnpack, reg(node->outputs[0]), register_operand(static_cast<int32_t>(tuple), true),
             index32(node->outputs.size()));
    }

    // Control flow ---------------------------------------------------------------------------------------------------

    void emit_if(const Node* node) {
        const ValueSet* outer = dying_;
        const ValueSet dying = *outer;
        const Operand condition = operand(node->input(0));
        for (const Value* output : node->outputs) define(output);
        const size_t branch = emit(Opcode::JumpUnless, 0, condition);
        emit_branch(node, node->blocks[0], dying);
        const size_t skip = emit(Opcode::Jump, 0);
        plan_.code[branch].c = here();
        emit_branch(node, node->blocks[1], dying);
        plan_.code[skip].b = here();
        dying_ = outer;
    }

    void emit_branch(const Node* node, const Block* block, const ValueSet& dying) {
        emit_block(block, dying);
        place(node);
        const std::vector<Operand> results = inputs(block->return_node);
        for (size_t i = 0; i < results.size(); ++i) emit(Opcode::Move, reg(node->outputs[i]), results[i]);
        leave_block(&dying);
    }

    /// The loop-carried values live in the registers of the body's inputs, which are also those of the node's outputs.
    void emit_loop(const Node* node) {
        const ValueSet* outer = dying_;
        const ValueSet dying = *outer;
        const Block* body = node->blocks[0];
        const Operand limit = operand(node->input(0));
        const Operand condition = operand(node->input(1));

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
        const uint32_t counter = define(body->inputs()[0]);
        for (size_t i = 1; i < body->inputs().size(); ++i) {
            const uint32_t carried = define(body->inputs()[i]);
            operands_[node->outputs[i - 1]] = register_operand(static_cast<int32_t>(carried));
            emit(Opcode::Move, carried, initial[i - 1]);
        }
        const size_t enter = emit(Opcode::LoopEnter, counter, condition, 0, limit);
        const int32_t start = here();
        emit_block(body, {});
        place(node);
        const Operand again = emit_carry(body);
        leave_block(outer);
        emit(Opcode::LoopNext, counter, again, start, limit);
        plan_.code[enter].c = here();
        drop(dead_after);
    }

    /// Moves the body's results into the carried registers as if at once; returns the operand of the condition.
    Operand emit_carry(const Block* body) {
        std::vector<Operand> sources = inputs(body->return_node);
        std::vector<uint32_t> targets;
        for (size_t i = 1; i < body->inputs().size(); ++i) targets.push_back(reg(body->inputs()[i]));
        const auto is_target = [&](Operand source) {
            return source >= 0 &&
                   std::find(targets.begin(), targets.end(), static_cast<uint32_t>(source) / 2) != targets.end();
        };
        // A source that is overwritten before it is read goes through a register of its own.
        for (size_t i = 0; i < sources.size(); ++i) {
            const bool stays = i > 0 && sources[i] >= 0 && static_cast<uint32_t>(sources[i]) / 2 == targets[i - 1];
            if (stays || !is_target(sources[i])) continue;
            const uint32_t copy = plan_.registers++;
            // Not taken from its register: the same value may stay there as a result of its own.
            emit(Opcode::Move, copy, sources[i] & ~1);
            sources[i] = register_operand(static_cast<int32_t>(copy), true);
        }
        for (size_t i = 1; i < sources.size(); ++i) {
            if (sources[i] < 0 || static_cast<uint32_t>(sources[i]) / 2 != targets[i - 1])
                emit(Opcode::Move, targets[i - 1], sources[i]);
        }
        return sources[0];
    }

    Plan& plan_;
    const Node* node_ = nullptr;
    std::unordered_map<const Value*, Operand> operands_;
    const ValueSet* dying_ = nullptr;
    std::vector<ValueSet> dying_at_return_;
};

}  // namespace

IntrusivePtr<Plan> compile_plan(const Graph& graph, std::string function_name) {
    auto plan = make_intrusive<Plan>();
    plan->function_name = std::move(function_name);
    PlanCompiler(*plan).compile(graph);
    return plan;
}

const Plan& plan_of(Function& function) {
    return static_cast<const Plan&>(
        *function.plan([&]() -> IntrusivePtr<RefCounted> { return compile_plan(*function.graph(), function.name()); }));
}

}  // namespace wick::jit

#include <algorithm>
#include <bit>

#include <wick/support/check.h>

#include "ir/foreign_call.h"
#include "ops/recording.h"
#include "ops/script_call.h"
#include "runtime/plan_compiler.h"

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

bool is_one(const Value* value) {
    const IValue* constant = constant_value(value);
    return constant && constant->is_int() && constant->to_int() == 1;
}

bool is_none(const Value* value) { return value->type->is(TypeKind::None); }

}  // namespace

void PlanCompiler::emit_node(const Node* node) {
    const Symbol kind = node->kind;
    if (kind == sym::prim_Constant) return emit_constant(node);
    if (kind == sym::prim_If) return emit_if(node);
    if (kind == sym::prim_Loop) return emit_loop(node);
    if (kind == sym::prim_GetAttr) {
        if (!is_step(node)) emit_attribute(node);
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
        const auto bound = [&](Symbol name) { return index32(static_cast<size_t>(node->attr<IValue>(name).to_int())); };
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
        emit_list(Opcode::Differentiable, node,
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

void PlanCompiler::emit_list(Opcode opcode, const Node* node, int32_t extra) {
    const std::vector<Operand> operands = inputs(node);
    emit(opcode, define_outputs(node, 1), list(operands), index32(operands.size()), extra);
}

void PlanCompiler::emit_constant(const Node* node) {
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

void PlanCompiler::emit_attribute(const Node* node) {
    std::vector<int32_t> path;
    const Value* base = path_base(node, [&](const Node* step) { path.push_back(slot_of(step)); });
    const Operand object = last_operand(base);
    const uint32_t target = define_outputs(node);
    if (path.size() == 1) {
        emit(Opcode::GetAttr, target, object, path[0]);
        return;
    }
    const int32_t start = index32(plan_.slots.size());
    plan_.slots.insert(plan_.slots.end(), path.rbegin(), path.rend());
    emit(Opcode::GetPath, target, object, start, index32(path.size()));
}

int32_t PlanCompiler::slot_of(const Node* node) {
    const TypePtr& object = node->input(0)->type;
    const auto* type = object->cast<ClassType>();
    if (!type) fail(fmt::format("attributes of a {} cannot be accessed", object->str()));
    const int64_t slot = type->find_attribute(node->name_attr());
    if (slot < 0) fail(fmt::format("{} has no attribute '{}'", type->name(), node->name_attr()));
    return index32(static_cast<size_t>(slot));
}

void PlanCompiler::emit_method_call(const Node* node) {
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

void PlanCompiler::emit_function_call(const Node* node) {
    const Operand callee = operand(node->input(0));
    if (callee >= 0 || !plan_.constants[~callee].is_function()) return emit_list(Opcode::CallValue, node, 0);
    const std::vector<Operand> operands = inputs(node, 1);
    emit(Opcode::Call, define_outputs(node, 1), list(operands), index32(operands.size()),
         append(plan_.functions, &plan_.constants[~callee].to_function()));
}

void PlanCompiler::emit_fork(const Node* node, Opcode opcode, std::string name) {
    const auto& graph = node->attr<std::shared_ptr<Graph>>(sym::attr_subgraph);
    if (graph->inputs().size() != node->inputs.size())
        fail(fmt::format("{} does not match its subgraph", node->kind.str()));
    emit_list(opcode, node, append(plan_.plans, compile_plan(*graph, std::move(name))));
}

const Operator* PlanCompiler::operator_of(const Node* node) const {
    if (node->op) return node->op;
    const auto& overloads = Registry::instance().find(node->kind.str());
    if (overloads.size() == 1) return overloads[0];
    fail(fmt::format("unknown operator {}", node->kind.str()));
}

void PlanCompiler::emit_operator(const Node* node) {
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
    std::vector<Operand> operands = inputs(node);
    if (is_foreign_call(node->kind))
        operands.insert(operands.begin(), constant(node->attr<IValue>(foreign_function_attribute())));
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

std::pair<Operand, Operand> PlanCompiler::scalar_operands(const Node* node, const ScalarInstruction& scalar,
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

void PlanCompiler::emit_scalar(const Node* node, Opcode opcode, Operand b, Operand c) {
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

std::pair<Operand, Operand> PlanCompiler::jump_operands(const Node* node, const ScalarInstruction& test) {
    std::vector<Operand> operands;
    for (const Value* input : node->inputs) operands.push_back(operand(input));
    return scalar_operands(node, test, std::move(operands));
}

void PlanCompiler::emit_direct(const Node* node, Opcode opcode) {
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

void PlanCompiler::unpack_results(const Node* node) {
    if (node->outputs.size() < 2) return;
    const uint32_t tuple = plan_.registers++;
    plan_.code.back().a = tuple;
    emit(Opcode::TupleUnpack, reg(node->outputs[0]), register_operand(static_cast<int32_t>(tuple), true),
         index32(node->outputs.size()));
}

}  // namespace wick::jit

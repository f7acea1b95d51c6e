#include "program/operation.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <wick/support/error.h>

#include "frontend/emitter.h"
#include "frontend/operator_values.h"
#include "frontend/parser.h"
#include "ops/op_errors.h"
#include "ops/registry.h"
#include "runtime/interpreter.h"

namespace wick::jit {

namespace {

struct OperatorNames : Resolver {
    SugaredPtr resolve_value(const std::string& name, Graph& graph, const SourceRange&) override {
        if (name == "torch") return std::make_shared<OperatorNamespace>("aten");
        if (name == "ops") return std::make_shared<OpsNamespace>();
        return nullptr;
    }
    TypePtr resolve_type(const std::string&, const SourceRange&) override { return {}; }
};

Schema signature_of(const std::vector<std::string>& names, const std::vector<TypePtr>& types) {
    Schema schema;
    for (size_t i = 0; i < names.size(); ++i) {
        Argument argument;
        argument.name = names[i];
        argument.type = types[i];
        schema.arguments.push_back(std::move(argument));
    }
    return schema;
}

}  // namespace

Operation::Operation(const std::string& expression, const std::vector<std::string>& names,
                     const std::vector<TypePtr>& types) {
    std::string text = "def eager(";
    for (const std::string& name : names) text += name + ", ";
    text += "):\n    return " + expression + "\n";
    const auto ast = parse(std::make_shared<Source>(std::move(text), "<operation>"));
    function_ = make_intrusive<Function>("eager", [&](Function& self) {
        OperatorNames resolver;
        emit_function(self, *ast::as<ast::FunctionDef>(ast->body.at(0)), signature_of(names, types), resolver);
    });
    function_->ensure_defined();
    find_operator();
}

bool Operation::find_input(const Value* value, Input& input) const {
    const auto& operands = function_->graph()->inputs();
    if (const auto operand = std::ranges::find(operands, value); operand != operands.end()) {
        input.operand = static_cast<int>(operand - operands.begin());
        return true;
    }
    if (value->node->kind == sym::prim_ListConstruct) {
        input.list_of = value->type->contained(0);
        for (const Value* element : value->node->inputs) {
            if (!find_input(element, input.elements.emplace_back())) return false;
        }
        return true;
    }
    const IValue* constant = constant_value(value);
    if (constant) input.constant = *constant;
    return constant;
}

namespace {

/// Programs make an int of a bool that is given for a number.
bool makes_int_of_bool(const Node* node) {
    static const Symbol to_int = Symbol::from("aten::Int");
    return node->kind == to_int && node->input(0)->type->is(TypeKind::Bool);
}

}  // namespace

void Operation::find_operator() {
    const Graph& graph = *function_->graph();
    const Node* only = nullptr;
    const Node* tuple = nullptr;
    for (const Node* node : graph.block()->nodes()) {
        if (node->kind == sym::prim_Constant || node->kind == sym::prim_ListConstruct || makes_int_of_bool(node))
            continue;
        if (node->kind == sym::prim_TupleConstruct && only && !tuple) {
            tuple = node;
        } else if (node->op && node->op->composite.empty() && !only) {
            only = node;
        } else {
            return;
        }
    }
    const std::vector<Value*>& results = graph.outputs();
    if (!only || results.size() != 1) return;
    if (tuple ? results[0] != tuple->outputs[0] || tuple->inputs != only->outputs : results != only->outputs) return;
    for (size_t i = 0; i < only->inputs.size(); ++i) {
        const Value* input = only->input(i);
        // To an operator it is the number that it is: with a tensor of bools it gives bools.
        if (makes_int_of_bool(input->node) && only->op->schema().arguments[i].type->is(TypeKind::Number))
            input = input->node->input(0);
        if (!find_input(input, inputs_.emplace_back())) return;
        lists_ += inputs_.back().list_of ? 1 : 0;
    }
    operator_ = only->op;
    if (tuple && !tuple->outputs[0]->type->expect<TupleType>().field_names().empty())
        named_result_ = tuple->outputs[0]->type;
}

IValue Operation::value_of(const Input& input, const IValue* operands) {
    if (input.operand >= 0) return operands[input.operand];
    if (!input.list_of) return input.constant;
    std::vector<IValue> elements;
    elements.reserve(input.elements.size());
    for (const Input& element : input.elements) elements.push_back(value_of(element, operands));
    return IValue(make_list(input.list_of, std::move(elements)));
}

Operation::~Operation() { IntrusivePtr<ListObject>::adopt(spare_list_); }

IntrusivePtr<ListObject> Operation::list_of(const Input& input, const IValue* operands) const {
    auto list = IntrusivePtr<ListObject>::adopt(lists_ == 1 ? spare_list_.exchange(nullptr) : nullptr);
    if (!list) list = make_list(input.list_of);
    list->items.clear();
    for (const Input& element : input.elements) list->items.push_back(value_of(element, operands));
    return list;
}

void Operation::keep_list(IValue& value) const {
    IntrusivePtr<ListObject> list(&value.to_list());
    value = IValue();
    if (list->use_count() == 1 && !list->is_shared())
        IntrusivePtr<ListObject>::adopt(spare_list_.exchange(list.detach()));
}

bool Operation::is_brief(const IValue* operands) const {
    constexpr int64_t kFew = 64;
    if (!operator_ || !(operator_->pointwise || operator_->is_view)) return false;
    const size_t count = function_->graph()->inputs().size();
    return std::all_of(operands, operands + count, [](const IValue& operand) {
        return operand.is_tensor() ? operand.tensor_ref().numel() <= kFew : !operand.is_list();
    });
}

IValue Operation::call(IValue* operands) const {
    try {
        if (operator_) return call_operator(operands);
        const size_t count = function_->graph()->inputs().size();
        return run(*function_, {std::make_move_iterator(operands), std::make_move_iterator(operands + count)});
    } catch (const ScriptError& error) {
        throw_operators_error(error);
    }
}

IValue Operation::call_operator(IValue* operands) const {
    const SharedCall call;
    std::array<IValue*, 16> few;
    std::vector<IValue*> many(inputs_.size() > few.size() ? inputs_.size() : 0);
    IValue** const slots = many.empty() ? few.data() : many.data();
    SmallVector<IValue, 2> lists;
    lists.reserve(lists_);  // so that none moves
    for (size_t i = 0; i < inputs_.size(); ++i) {
        const Input& input = inputs_[i];
        slots[i] = input.operand >= 0 ? &operands[input.operand]
                   : input.list_of    ? &lists.emplace_back(list_of(input, operands))
                                      : const_cast<IValue*>(&input.constant);
    }
    const Args arguments{slots, inputs_.size()};
    const size_t count = operator_->schema().returns.size();
    if (count < 2) {
        IValue result;
        operator_->call(arguments, &result);
        if (lists_ == 1) keep_list(lists[0]);
        return result;
    }
    std::vector<IValue> results(count);
    operator_->call(arguments, results.data());
    return IValue(make_tuple(std::move(results), named_result_));
}

}  // namespace wick::jit

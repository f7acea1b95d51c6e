#include "autograd/formula.h"

#include <algorithm>
#include <memory>

#include <wick/support/check.h>

#include "frontend/emitter.h"
#include "ir/graph.h"

namespace wick::autograd {

using namespace jit;

namespace {

std::string result_name(const Schema& schema, size_t i) {
    if (!schema.returns[i].name.empty()) return schema.returns[i].name;
    return schema.returns.size() == 1 ? "result" : fmt::format("result{}", i);
}

std::string grad_name(const Schema& schema, size_t i) {
    if (is_tensor_list(schema.returns[i].type)) return "grads";
    if (schema.returns.size() == 1) return "grad";
    return schema.returns[i].name.empty() ? fmt::format("grad{}", i) : "grad_" + schema.returns[i].name;
}

/// Operators that look at no element of the argument.
bool reads_geometry_only(const Use& use) {
    static constexpr std::string_view kFirst[] = {
        "aten::size",       "aten::stride",    "aten::dim",           "aten::numel",
        "prim::dtype",      "prim::device",    "aten::zeros_like",    "aten::ones_like",
        "aten::empty_like", "aten::full_like", "aten::new_zeros",     "aten::new_empty",
        "aten::new_ones",   "aten::new_full",  "aten::is_complex",    "aten::is_floating_point",
        "aten::len",        "prim::layout",    "aten::storage_offset"};
    static constexpr std::string_view kSecond[] = {"aten::expand_as", "aten::view_as", "aten::reshape_as",
                                                   "aten::type_as"};
    if (!use.user->op) return false;
    if (use.index == 0) return std::ranges::find(kFirst, use.user->op->name) != std::end(kFirst);
    return use.index == 1 && std::ranges::find(kSecond, use.user->op->name) != std::end(kSecond);
}

Formula::Need need_of(const Value& value) {
    if (value.uses.empty()) return Formula::Need::nothing;
    return std::ranges::all_of(value.uses, reads_geometry_only) ? Formula::Need::geometry : Formula::Need::elements;
}

std::vector<size_t> named_arguments(const Operator& op, std::string_view names) {
    std::vector<size_t> positions;
    while (!names.empty()) {
        const size_t comma = std::min(names.find(", "), names.size());
        const int64_t at = op.schema().find_argument(names.substr(0, comma));
        if (at < 0)
            throw InternalError(fmt::format("{} has a derivative for '{}', which is none of its arguments",
                                            op.operator_name(), names.substr(0, comma)));
        positions.push_back(static_cast<size_t>(at));
        names.remove_prefix(std::min(comma + 2, names.size()));
    }
    return positions;
}

/// The parameters of a formula's function: `grad…`, arguments, results, `needed`.
Schema formula_signature(const Operator& op) {
    const Schema& schema = op.schema();
    Schema signature;
    const auto add = [&](std::string name, TypePtr type) {
        Argument argument;
        argument.name = std::move(name);
        argument.type = std::move(type);
        signature.arguments.push_back(std::move(argument));
    };
    for (size_t i = 0; i < schema.returns.size(); ++i) add(grad_name(schema, i), schema.returns[i].type);
    // `from` is a keyword of the language.
    for (const Argument& argument : schema.arguments)
        add(argument.name == "from" ? "from_" : argument.name, argument.type);
    for (size_t i = 0; i < schema.returns.size(); ++i) add(result_name(schema, i), schema.returns[i].type);
    add("needed", list_type(bool_type()));
    return signature;
}

Formula compile(const Operator& op, const Derivative& derivative) {
    const Schema& schema = op.schema();
    const Schema signature = formula_signature(op);
    for (const Argument& argument : schema.arguments)
        if (argument.name == signature.arguments[0].name)
            throw InternalError(fmt::format("{} has an argument named as its gradient", op.operator_name()));
    std::string text = "def gradient(";
    for (const Argument& parameter : signature.arguments) text += parameter.name + ", ";
    text += fmt::format("):\n    return {}\n", derivative.expression);

    Formula formula;
    formula.arguments = named_arguments(op, derivative.arguments);
    for (size_t argument : formula.arguments) formula.gives |= ArgumentSet{1} << argument;
    try {
        formula.function =
            compile_operator_text(text, fmt::format("<derivative of {}>", op.operator_name()), 1, &signature);
    } catch (const Error& error) {
        throw InternalError(error.what());
    }
    const auto& inputs = formula.function->graph()->inputs();
    size_t at = schema.returns.size();
    for (size_t i = 0; i < schema.arguments.size(); ++i) formula.argument_needs.push_back(need_of(*inputs[at++]));
    for (size_t i = 0; i < schema.returns.size(); ++i) formula.result_needs.push_back(need_of(*inputs[at++]));
    formula.needs_mask = !inputs[at]->uses.empty();
    return formula;
}

/// A view is its base seen with other sizes and strides, whatever operator made it.
constexpr Derivative kDerivativeOfView{
    "self",
    "ops.wick.as_strided_backward(grad, self.size(), self.stride(), self.storage_offset(), result.size(), "
    "result.stride(), result.storage_offset())"};

bool is_plain_view(const Operator& op) {
    const Schema& schema = op.schema();
    return op.is_view && schema.arguments[0].name == "self" && schema.returns.size() == 1 &&
           schema.returns[0].name.empty() && schema.returns[0].type->is(TypeKind::Tensor);
}

const OperatorDerivatives* make_derivatives(const Operator& op) {
    const std::vector<Argument>& arguments = op.schema().arguments;
    auto made = std::make_unique<OperatorDerivatives>(arguments.size());
    WICK_ASSERT(arguments.size() <= 8 * sizeof(ArgumentSet));
    for (const Derivative& derivative : op.derivatives) made->formulas.push_back(compile(op, derivative));
    if (made->formulas.empty() && is_plain_view(op)) made->formulas.push_back(compile(op, kDerivativeOfView));
    for (size_t i = 0; i < arguments.size(); ++i) {
        made->tensors |= ArgumentSet{takes_tensor(arguments[i].type)} << i;
        made->lists |= ArgumentSet{is_tensor_list(arguments[i].type)} << i;
    }
    if (op.pointwise) made->by_expression = made->tensors;
    for (const Formula& formula : made->formulas) made->by_expression &= ~formula.gives;
    return made.release();
}

}  // namespace

bool takes_tensor(const TypePtr& type) {
    return type->is(TypeKind::Tensor) || (type->is(TypeKind::Optional) && type->contained(0)->is(TypeKind::Tensor));
}

bool is_tensor_list(const TypePtr& type) {
    return type->is(TypeKind::Optional) ? is_tensor_list(type->contained(0))
                                        : type->is(TypeKind::List) && takes_tensor(type->contained(0));
}

const OperatorDerivatives& derivatives_of(const Operator& op) { return op.compiled_derivatives(&make_derivatives); }

}  // namespace wick::autograd

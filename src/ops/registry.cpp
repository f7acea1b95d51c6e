#include "ops/registry.h"

#include <algorithm>
#include <mutex>

#include "ops/call_handler.h"
#include "ops/recording.h"
#include "ops/script_call.h"

namespace wick::jit {

/// Whether the arguments of a schema begin with a Tensor named self, whatever it aliases: "Tensor(a -> *) self, …".
static bool takes_tensor_self(std::string_view arguments) {
    if (!arguments.starts_with("Tensor")) return false;
    arguments.remove_prefix(std::string_view("Tensor").size());
    if (arguments.starts_with('(')) arguments.remove_prefix(arguments.find(')') + 1);
    return arguments.starts_with(" self,") || arguments.starts_with(" self)");
}

OperatorEntry Registry::add(std::string_view schema) {
    auto op = std::make_unique<Operator>();
    const size_t paren = schema.find('(');
    WICK_ASSERT(paren != std::string_view::npos);
    const size_t dot = std::min(schema.find('.'), paren);
    op->name = schema.substr(0, dot);
    if (dot < paren) op->overload = schema.substr(dot + 1, paren - dot - 1);
    // What is written to by keyword takes a result.
    const size_t keywords = schema.find("*, ");
    op->is_out_variant = keywords != std::string_view::npos &&
                         schema.substr(0, schema.find("->")).find("!)", keywords) != std::string_view::npos;
    op->is_tensor_method = takes_tensor_self(schema.substr(paren + 1));
    op->is_view = schema.substr(schema.find("->")).starts_with("-> Tensor(a)");
    op->text_ = schema;
    return OperatorEntry(this, insert(std::move(op)));
}

OperatorEntry Registry::entry(std::string_view operator_name) {
    const Operator* op = find_overload(operator_name);
    if (!op) throw InternalError(fmt::format("no operator {} to add to", operator_name));
    return OperatorEntry(this, const_cast<Operator*>(op));
}

Operator* Registry::insert(std::unique_ptr<Operator> op) {
    std::vector<const Operator*>& overloads = by_name_[op->name];
    for (const Operator* other : overloads) {
        if (other->overload == op->overload)
            throw InternalError(fmt::format("operator {} is defined twice", op->operator_name()));
    }
    const auto last = op->is_out_variant ? overloads.end() : std::ranges::find_if(overloads, &Operator::is_out_variant);
    overloads.insert(last, op.get());
    operators_.push_back(std::move(op));
    return operators_.back().get();
}

const Schema& Operator::make_schema() const {
    const Schema* made = new Schema(derived_from ? derived_schema() : parse_schema(text_));
    const Schema* known = nullptr;
    if (schema_.compare_exchange_strong(known, made, std::memory_order_acq_rel)) return *made;
    delete made;
    return *known;
}

const std::vector<const Operator*>& Registry::find(std::string_view name) const {
    static const std::vector<const Operator*> none;
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? none : found->second;
}

const Operator* Registry::find_overload(std::string_view operator_name) const {
    const size_t dot = operator_name.find('.');
    const std::string_view overload = dot == std::string_view::npos ? "" : operator_name.substr(dot + 1);
    for (const Operator* op : find(operator_name.substr(0, dot))) {
        if (op->overload == overload) return op;
    }
    return nullptr;
}

namespace {

/// Families in which PyTorch's order differs from the rule and shows: in the overload that a call means, or in the
/// numbers of a graph's values, since what an overload that does not fit has made by then (constants for its defaults)
/// counts.
struct Order {
    std::string_view family;
    std::vector<std::string_view> overloads;
};

const Order kOrders[] = {
    {"aten::all", {"", "dim", "dims", "out", "dims_out", "all_out", "int", "float", "bool"}},
    {"aten::any", {"", "dim", "dims", "out", "dims_out", "all_out", "str", "int", "float", "bool"}},
    {"aten::bernoulli", {"", "out", "p", "Tensor"}},
    {"aten::mean", {"", "dim", "out", "dtype_out"}},
    {"aten::normal",
     {"Tensor_float", "Tensor_float_out", "float_Tensor_out", "float_Tensor", "Tensor_Tensor", "Tensor_Tensor_out",
      "float_float", "float_float_out"}},
    {"aten::prod", {"", "dim_int", "int_out", "out"}},
    {"aten::range", {"step", "", "out"}},
    {"aten::sort", {"", "stable", "values_stable", "values", "int", "float", "Tensor", "bool", "str", "any"}},
    {"aten::std", {"", "dim", "correction", "correction_out", "out"}},
    {"aten::to_padded_tensor", {"out", ""}},
    {"aten::var", {"", "dim", "correction", "correction_out", "out"}},
};

}  // namespace

void Registry::put_in_pytorchs_order() {
    for (const Order& order : kOrders) {
        std::vector<const Operator*> overloads;
        for (std::string_view overload : order.overloads)
            overloads.push_back(find_overload(overload.empty() ? std::string(order.family)
                                                               : fmt::format("{}.{}", order.family, overload)));
        std::vector<const Operator*>& known = by_name_.at(std::string(order.family));
        if (!std::is_permutation(known.begin(), known.end(), overloads.begin(), overloads.end()))
            throw InternalError(fmt::format("the order of {} is not one of its overloads", order.family));
        known = std::move(overloads);
    }
}

std::vector<const Operator*> Registry::all() const {
    std::vector<const Operator*> list;
    for (const auto& op : operators_) list.push_back(op.get());
    return list;
}

void check_takes_none(const Operator& op, size_t index) {
    if (index >= op.schema().arguments.size()) return;
    const Argument& argument = op.schema().arguments[index];
    WICK_CHECK(!argument.type->is(TypeKind::Tensor),
               "{}() Expected a value of type 'Tensor' for argument '{}' but instead found type 'NoneType'.",
               op.schema().name, argument.name);
}

/// For the derived variants of a composite, and calls from C++.
static void call_composite(const Operator& op, const void*, Args args, IValue* results) {
    call_as_kernel(composite_function(op), args, results);
}

OperatorEntry& OperatorEntry::composite(std::string_view source) {
    op_->composite = source;
    op_->kernel = Kernel{&call_composite, nullptr};
    return differentiated_by_parts();
}

OperatorEntry& OperatorEntry::derivative(std::string_view arguments, std::string_view expression) {
    op_->derivatives.push_back({arguments, expression});
    return *this;
}

OperatorEntry& OperatorEntry::decomposition(std::string_view source) {
    op_->decomposition = source;
    return *this;
}

OperatorEntry& OperatorEntry::gradient_name(std::string_view name) {
    op_->gradient_name = name;
    return *this;
}

OperatorEntry& OperatorEntry::not_differentiable() {
    op_->differentiation = Differentiation::none;
    return *this;
}

OperatorEntry& OperatorEntry::any_layout() {
    op_->takes_any_layout = true;
    return *this;
}

OperatorEntry& OperatorEntry::differentiated_by_parts() {
    op_->differentiation = Differentiation::by_parts;
    return *this;
}

const OperatorDerivatives& Operator::make_derivatives(const OperatorDerivatives* (*make)(const Operator&)) const {
    // Recursive, because formulas name operators whose own are asked for.
    static std::recursive_mutex mutex;
    const std::lock_guard lock(mutex);
    const OperatorDerivatives* known = compiled_derivatives_.load(std::memory_order_acquire);
    if (!known) {
        known = make(*this);
        compiled_derivatives_.store(known, std::memory_order_release);
    }
    return *known;
}

void Operator::call(Args args, IValue* results) const {
    const uint8_t mode = CallMode::current();
    if (mode & CallMode::kSpecial) [[unlikely]]
        call_in_mode(mode, *this, args, results);
    else if ((mode & CallMode::kGradients) && is_recorded(*this, args)) [[unlikely]]
        call_recorded(*this, args, results);
    else
        kernel(*this, args, results);
}

OperatorEntry& OperatorEntry::side_effects() {
    op_->has_side_effects = true;
    return *this;
}

IValue call_operator(std::string_view operator_name, std::vector<IValue> arguments) {
    const Operator* op = Registry::instance().find_overload(operator_name);
    WICK_CHECK(op, "unknown operator {}", operator_name);
    const std::vector<Argument>& formal = op->schema().arguments;
    WICK_CHECK(arguments.size() <= formal.size(), "{} takes {} arguments, got {}", operator_name, formal.size(),
               arguments.size());
    for (size_t i = arguments.size(); i < formal.size(); ++i) {
        WICK_CHECK(formal[i].default_value, "{}: missing argument '{}'", operator_name, formal[i].name);
        arguments.push_back(*formal[i].default_value);
    }
    std::vector<IValue*> slots;
    for (IValue& argument : arguments) slots.push_back(&argument);
    std::vector<IValue> results(std::max<size_t>(op->schema().returns.size(), 1));
    op->call(Args{slots.data(), slots.size()}, results.data());
    if (op->schema().returns.size() > 1) return make_tuple(std::move(results));
    return std::move(results[0]);
}

}  // namespace wick::jit

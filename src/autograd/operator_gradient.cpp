#include "autograd/operator_gradient.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include <wick/support/check.h>

#include "autograd/history.h"
#include "autograd/pointwise_derivative.h"
#include "ops/script_call.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {

using namespace jit;

namespace {

/// The place of an overload among those that have gradients, as PyTorch counts: the one without a name first.
int64_t overload_number(const Operator& op) {
    // Python's numbers come as tensors to these.
    const bool is_number =
        op.overload == "Scalar" && op.name != "aten::rsub" && Registry::instance().find_overload(op.name + ".Tensor");
    const std::string_view overload = is_number ? "Tensor" : std::string_view(op.overload);
    if (overload.empty() || overload == "vec") return 0;
    int64_t number = 0;
    bool passed = false;
    for (const Operator* other : Registry::instance().find(op.name)) {
        if (other->overload == overload) passed = true;
        const bool has_gradient = other->pointwise || other->is_view || !other->derivatives.empty();
        if (has_gradient && !other->is_out_variant && (!passed || other->overload.empty())) ++number;
    }
    return number;
}

}  // namespace

OperatorGradient::OperatorGradient(const Operator& op, Args args, const Tensor& overwritten)
    : op_(op), derivatives_(derivatives_of(op)) {
    for (size_t i = 0; i < derivatives_.arguments(); ++i) {
        const auto add = [&](const IValue& value) {
            if (edges.emplace_back(value.is_tensor() ? gradient_edge(value.tensor_ref()) : Edge()))
                wanted_ |= ArgumentSet{1} << i;
        };
        if (contains(derivatives_.tensors, i)) {
            add(args[i]);
        } else if (contains(derivatives_.lists, i)) {
            const size_t first = edges.size();
            if (args[i].is_list())
                for (const auto all = snapshot(args[i].to_list()); const IValue& item : all->items) add(item);
            list_sizes_.push_back(static_cast<uint32_t>(edges.size() - first));
        }
    }
    save_arguments(args, overwritten);
}

SmallVector<Formula::Need, 8> OperatorGradient::needs_of(std::vector<Formula::Need> Formula::*kind,
                                                         size_t count) const {
    SmallVector<Formula::Need, 8> needs(count);
    for (const Formula& formula : derivatives_.formulas) {
        if (!is_wanted(formula)) continue;
        for (size_t i = 0; i < count; ++i) needs[i] = std::max(needs[i], (formula.*kind)[i]);
    }
    return needs;
}

void OperatorGradient::save_arguments(Args args, const Tensor& overwritten) {
    auto needs = needs_of(&Formula::argument_needs, derivatives_.arguments());
    if (op_.pointwise) {
        is_complex_ = is_complex_call(args);
        const ops::PointwiseKernel& kernel = op_.pointwise->kernel_for(args);
        for (size_t i = 0; i < needs.size(); ++i) {
            if (!contains(wanted_ & derivatives_.by_expression, i)) continue;
            const ArgumentSet reads = kernel.gradient_reads(i, is_complex_).value_or(0);
            for (size_t k = 0; k < needs.size(); ++k)
                if (contains(reads, k)) needs[k] = Formula::Need::elements;
        }
    }
    // A pointwise derivative is called with all arguments; a number stands for a tensor that it does not read.
    static const IValue unread(0);
    saved_.reserve(needs.size() + op_.schema().returns.size());
    for (size_t i = 0; i < needs.size(); ++i) {
        if (needs[i] == Formula::Need::elements)
            saved_.add(SavedValue::save(args[i], *this, edge_of(i), overwritten));
        else if (needs[i] == Formula::Need::geometry)
            saved_.add(SavedValue::save_geometry(args[i]));
        else if (op_.pointwise)
            saved_.add(SavedValue::save_plain(args[i].is_tensor() ? unread : args[i]));
        else
            saved_.add({});
    }
}

void OperatorGradient::set_results(Args args, const IValue* results) {
    const size_t count = op_.schema().returns.size();
    const auto is_argument = [&](const Tensor& tensor) {
        const auto is_it = [&](const IValue& value) { return value.is_tensor() && value.tensor_ref().is_same(tensor); };
        for (size_t i = 0; i < args.size(); ++i) {
            if (is_it(args[i])) return true;
            if (!contains(derivatives_.lists, i) || !args[i].is_list()) continue;
            const auto all = snapshot(args[i].to_list());
            if (std::ranges::any_of(all->items, is_it)) return true;
        }
        return false;
    };
    const auto needs = needs_of(&Formula::result_needs, count);
    for (size_t i = 0; i < count; ++i) {
        const auto first = static_cast<uint32_t>(outputs.size());
        const auto add = [&](const IValue& value) {
            if (!value.is_tensor()) return output_of_.push_back(-1);
            const Tensor& tensor = value.tensor_ref();
            const bool has_gradient = is_differentiable(tensor.dtype());
            output_of_.push_back(has_gradient ? static_cast<int32_t>(outputs.size()) : -1);
            if (!has_gradient) return;
            // An argument that comes back as it is keeps its own history.
            if (is_argument(tensor))
                outputs.push_back({DimVector(tensor.sizes()), tensor.dtype()});
            else
                set_history(tensor, IntrusivePtr<GradFunction>(this));
        };
        if (results[i].is_list()) {
            for (const IValue& item : results[i].to_list().items) add(item);
        } else {
            add(results[i]);
        }
        saved_.add(needs[i] == Formula::Need::elements   ? SavedValue::save_result(results[i], first)
                   : needs[i] == Formula::Need::geometry ? SavedValue::save_geometry(results[i])
                                                         : SavedValue());
    }
}

std::pair<size_t, size_t> OperatorGradient::edges_of(size_t argument) const {
    const ArgumentSet before = (ArgumentSet{1} << argument) - 1;
    auto first = static_cast<size_t>(std::popcount(derivatives_.tensors & before));
    const auto lists = list_sizes_.begin() + std::popcount(derivatives_.lists & before);
    first = std::accumulate(list_sizes_.begin(), lists, first);
    const bool is_list = contains(derivatives_.lists, argument);
    return {first, is_list ? *lists : contains(derivatives_.tensors, argument)};
}

int32_t OperatorGradient::edge_of(size_t argument) const {
    if (!contains(derivatives_.tensors | derivatives_.lists, argument)) return SavedValue::kNoEdge;
    return static_cast<int32_t>(edges_of(argument).first);
}

std::vector<Tensor> OperatorGradient::apply(const std::vector<Tensor>& gradients) {
    const std::vector<IValue> saved = saved_.unpack(*this);
    WICK_CHECK(op_.pointwise || !derivatives_.formulas.empty(), "derivative for {} is not implemented", op_.name);
    std::vector<Tensor> into(edges.size());
    for (const Formula& formula : derivatives_.formulas)
        if (is_wanted(formula)) apply_formula(formula, saved, gradients, into);
    if (op_.pointwise) {
        for (size_t i = 0; i < derivatives_.arguments(); ++i)
            if (contains(wanted_ & derivatives_.by_expression, i)) apply_pointwise(i, saved, gradients[0], into);
    }
    return into;
}

IValue OperatorGradient::gradient_of(size_t tensor, const std::vector<Tensor>& gradients) const {
    const int32_t output = output_of_[tensor];
    if (output < 0) return IValue();
    return gradients[output].defined() ? gradients[output] : zeros_for(outputs[output]);
}

void OperatorGradient::apply_formula(const Formula& formula, const std::vector<IValue>& saved,
                                     const std::vector<Tensor>& gradients, std::vector<Tensor>& into) {
    const std::vector<Argument>& returns = op_.schema().returns;
    std::vector<IValue> inputs;
    inputs.reserve(returns.size() + saved.size() + 1);
    size_t tensor = 0;
    for (const Argument& result : returns) {
        if (is_tensor_list(result.type)) {
            std::vector<IValue> items;
            while (tensor < output_of_.size()) items.push_back(gradient_of(tensor++, gradients));
            inputs.emplace_back(make_list(tensor_type(), std::move(items)));
        } else {
            inputs.push_back(tensor < output_of_.size() ? gradient_of(tensor++, gradients) : IValue());
        }
    }
    inputs.insert(inputs.end(), saved.begin(), saved.end());
    std::vector<bool> needed;
    for (size_t argument : formula.arguments) needed.push_back(is_wanted(argument));
    inputs.push_back(formula.needs_mask ? IValue(needed) : IValue());

    const IValue found = call_script(*formula.function, std::move(inputs));
    if (formula.arguments.size() == 1) return put(formula.arguments[0], found, into);
    for (size_t k = 0; k < formula.arguments.size(); ++k) put(formula.arguments[k], found.to_tuple().elements[k], into);
}

void OperatorGradient::apply_pointwise(size_t argument, const std::vector<IValue>& saved, const Tensor& gradient,
                                       std::vector<Tensor>& into) {
    std::vector<IValue> values(saved.begin(), saved.begin() + static_cast<std::ptrdiff_t>(derivatives_.arguments()));
    values.emplace_back(gradient);
    values.emplace_back(is_complex_);
    std::vector<IValue*> slots;
    for (IValue& value : values) slots.push_back(&value);
    const Args args{slots.data(), slots.size()};
    if (!op_.pointwise->kernel_for(args).gradient_reads(argument, is_complex_))
        return put(argument, zeros_for(outputs[0]), into);
    IValue found;
    pointwise_derivative(op_, argument).call(args, &found);
    put(argument, found, into);
}

void OperatorGradient::put(size_t argument, const IValue& gradient, std::vector<Tensor>& into) const {
    const auto [first, count] = edges_of(argument);
    if (gradient.is_list()) {
        const std::vector<IValue>& items = gradient.to_list().items;
        WICK_ASSERT(items.size() == count);
        for (size_t i = 0; i < count; ++i)
            if (edges[first + i]) into[first + i] = items[i].to_tensor();
    } else if (count > 0 && edges[first]) {
        into[first] = gradient.to_tensor();
    }
}

/// One of the words, the last where there are too few.
static std::string_view word(std::string_view words, size_t number) {
    while (number-- > 0 && words.find(' ') != std::string_view::npos) words.remove_prefix(words.find(' ') + 1);
    return words.substr(0, words.find(' '));
}

std::string OperatorGradient::name() const {
    if (!op_.gradient_name.empty())
        return std::string(word(op_.gradient_name, outputs.empty() ? 0 : outputs[0].sizes.size()));
    std::string text;
    bool upper = true;
    for (char c : std::string_view(op_.name).substr(op_.name.find("::") + 2)) {
        if (c != '_') text += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = !std::isalpha(static_cast<unsigned char>(c));  // "MaxPool2DWithIndices"
    }
    return fmt::format("{}Backward{}", text, overload_number(op_));
}

std::vector<std::pair<std::string, IValue>> OperatorGradient::saved() {
    const GradModeGuard guard(true);  // with their history
    std::vector<IValue> values = saved_.unpack(*this);
    std::vector<std::pair<std::string, IValue>> named;
    const std::vector<Argument>&arguments = op_.schema().arguments, &results = op_.schema().returns;
    for (size_t i = 0; i < arguments.size(); ++i)
        if (saved_.is_tensor(i) || !(contains(derivatives_.tensors | derivatives_.lists, i) || values[i].is_none()))
            named.emplace_back(arguments[i].name, std::move(values[i]));
    for (size_t i = 0, at = arguments.size(); i < results.size(); ++i, ++at)
        if (saved_.is_tensor(at))
            named.emplace_back(results.size() == 1 ? "result" : fmt::format("result{}", i), std::move(values[at]));
    return named;
}

void OperatorGradient::release_saved() { saved_.release(); }

}  // namespace wick::autograd

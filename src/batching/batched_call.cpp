#include "batching/batched_call.h"

#include <algorithm>

#include <wick/support/check.h>

#include "ops/recorded.h"
#include "tensor/batched_tensor.h"

namespace wick::batching {

namespace {

bool is_batched_at(const IValue& value, int64_t level) {
    if (!BatchedCall::is_tensor(value)) return false;
    const BatchedTensorImpl* impl = batched_impl(value.tensor_ref());
    return impl && impl->level == level;
}

}  // namespace

size_t BatchedCall::at(std::string_view name) const {
    const int64_t found = op.schema().find_argument(name);
    WICK_CHECK(found >= 0, "{} has no argument '{}'", op.name, name);
    return static_cast<size_t>(found);
}

bool BatchedCall::is_batched(const IValue& value) const {
    if (!value.is_list()) return is_batched_at(value, level);
    const auto items = snapshot(value.to_list());
    return std::ranges::any_of(items->items, [&](const IValue& item) { return is_batched_at(item, level); });
}

int64_t BatchedCall::largest_rank() const {
    int64_t largest = 0;
    for (size_t i = 0; i < args.size(); ++i)
        if (is_tensor(args[i])) largest = std::max(largest, rank(args[i]));
    return largest;
}

Tensor BatchedCall::value(const IValue& tensor) const { return is_batched(tensor) ? all(tensor) : tensor.to_tensor(); }

Tensor BatchedCall::aligned(const IValue& tensor, int64_t rank) const {
    const Tensor found = value(tensor);
    if (!is_batched(tensor) || found.dim() > rank) return found;
    DimVector sizes(found.sizes());
    while (static_cast<int64_t>(sizes.size()) <= rank) sizes.insert(1, 1);
    return ops::recorded::reshape(found, sizes);
}

std::vector<IValue> BatchedCall::all_arguments() const {
    std::vector<IValue> found;
    for (size_t i = 0; i < args.size(); ++i) {
        if (is_tensor(args[i])) {
            found.emplace_back(all(args[i]));
        } else if (is_batched(args[i])) {
            std::vector<IValue> items;
            for (const IValue& item : snapshot(args[i].to_list())->items)
                items.push_back(is_tensor(item) ? IValue(all(item)) : item);
            found.emplace_back(make_list(args[i].to_list().element_type, std::move(items)));
        } else {
            found.push_back(args[i]);
        }
    }
    return found;
}

void BatchedCall::call(const Operator& op, std::vector<IValue>& arguments, IValue* results) {
    std::vector<IValue*> slots;
    for (IValue& argument : arguments) slots.push_back(&argument);
    op.call(Args{slots.data(), slots.size()}, results);
}

void BatchedCall::give(size_t number, const IValue& value, int64_t dim) {
    if (value.is_list()) {
        std::vector<IValue> items;
        for (const IValue& item : value.to_list().items) items.emplace_back(batched(item.to_tensor(), dim, level));
        results_[number] = IValue(make_list(jit::tensor_type(), std::move(items)));
    } else if (is_tensor(value)) {
        results_[number] = IValue(batched(value.to_tensor(), dim, level));
    } else {
        results_[number] = value;
    }
}

void BatchedCall::give_of(const Operator& other, std::vector<IValue> arguments, int64_t dim) {
    std::vector<IValue> found(std::max<size_t>(other.schema().returns.size(), 1));
    call(other, arguments, found.data());
    for (size_t i = 0; i < found.size(); ++i) give(i, found[i], dim);
}

const Operator& operator_named(std::string_view name) {
    const Operator* op = jit::Registry::instance().find_overload(name);
    if (!op) throw InternalError(fmt::format("vmap: there is no operator {}", name));
    return *op;
}

}  // namespace wick::batching

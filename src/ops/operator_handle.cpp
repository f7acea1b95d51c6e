#include <wick/ops/operator_handle.h>
#include <wick/support/check.h>

#include "ops/registry.h"

namespace wick {

IValue boxed(IntArrayRef values, int64_t length) {
    std::vector<IValue> items(values.begin(), values.end());
    if (items.size() == 1 && length > 1) items.resize(static_cast<size_t>(length), items[0]);
    return IValue(make_list(jit::int_type(), std::move(items)));
}

IValue boxed(ArrayRef<double> values) {
    return IValue(make_list(jit::float_type(), std::vector<IValue>(values.begin(), values.end())));
}

IValue boxed_optional(const std::vector<Tensor>& values) {
    return IValue(make_list(jit::optional_type(jit::tensor_type()), std::vector<IValue>(values.begin(), values.end())));
}

static const jit::Operator& operator_named(std::string_view name) {
    const jit::Operator* op = jit::Registry::instance().find_overload(name);
    if (!op) throw InternalError(fmt::format("internal error: no operator {}", name));
    return *op;
}

OperatorHandle::OperatorHandle(std::string_view name) : op_(operator_named(name)) {}

void OperatorHandle::call(IValue* const* arguments, size_t count, IValue* results) const {
    op_.call(jit::Args{arguments, count}, results);
}

}  // namespace wick

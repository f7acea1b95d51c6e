#include "ops/sparse_call.h"

#include <algorithm>

#include <wick/tensor/grad_mode.h>

#include "ops/recording.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

static bool is_sparse(const IValue& value) {
    return value.is_tensor() && value.tensor_ref().defined() && value.tensor_ref().is_sparse();
}

static bool holds_sparse(const IValue& value) {
    if (is_sparse(value)) return true;
    if (!value.is_list()) return false;
    const SharedRead guard(value.to_list());
    return std::ranges::any_of(value.to_list().items, is_sparse);
}

bool is_sparse_call(const Operator& op, Args args) {
    for (size_t i = 0; i < args.size(); ++i) {
        if (!holds_sparse(args[i])) continue;
        const std::vector<Argument>& formal = op.schema().arguments;
        if (i >= formal.size()) return false;  // one of any number of values
        const Type& type = *formal[i].type;
        if (!type.is(TypeKind::Any) && !type.has_free_variables()) return true;
    }
    return false;
}

void overwrite_sparse(const Tensor& self, const Tensor& value) {
    ops::check_can_cast(value.dtype(), self.dtype());
    WICK_CHECK(value.sizes() == self.sizes(), "output with shape {} doesn't match the broadcast shape {}",
               format_sizes(self.sizes()), format_sizes(value.sizes()));
    if (GradMode::is_enabled() && (self.requires_grad() || value.requires_grad())) record_overwritten(self, value);
    ops::copy_into(self, value);
}

void call_sparse(const Operator& op, Args args, IValue* results) {
    if (op.sparse) return op.sparse(op, args, results);
    if (!op.composite.empty()) return op.kernel(op, args, results);  // the operators that it calls decide
    const Operator* base = op.derived_from;
    const size_t outputs = op.is_out_variant && base ? base->schema().returns.size() : 0;
    // The out= variants of factories have lost arguments.
    if (!base || !base->sparse || args.size() - outputs != base->schema().arguments.size())
        throw NotImplementedError(
            fmt::format("Could not run '{}' with arguments from the 'SparseCPU' backend. This could be because the "
                        "operator doesn't exist for this backend.",
                        op.operator_name()));
    base->call(Args{args.slots, args.size() - outputs}, results);
    for (size_t i = 0; i < std::max<size_t>(outputs, 1); ++i) {
        const Tensor out = args[outputs > 0 ? args.size() - outputs + i : 0].to_tensor();
        overwrite_sparse(out, results[i].tensor_ref());
        results[i] = IValue(out);
    }
}

}  // namespace wick::jit

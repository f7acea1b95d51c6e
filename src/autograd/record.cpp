// Calls of operators in gradient mode.

#include <wick/support/check.h>

#include "autograd/history.h"
#include "autograd/operator_gradient.h"
#include "ops/meta_call.h"
#include "ops/recording.h"
#include "ops/script_call.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace autograd;

namespace {

bool gives_tensors(const Schema& schema) {
    for (const Argument& result : schema.returns)
        if (result.type->is(TypeKind::Tensor) || is_tensor_list(result.type)) return true;
    return false;
}

bool writes_self(const Schema& schema) {
    return schema.returns.size() == 1 && !schema.arguments.empty() && schema.arguments[0].alias &&
           schema.arguments[0].alias->is_write && schema.returns[0].alias && schema.returns[0].alias->is_write;
}

/// Results that share the memory of the first argument are views of it.
void set_bases(Args args, const IValue& result) {
    if (args.size() == 0 || !args[0].is_tensor()) return;
    const IntrusivePtr<TensorImpl>& source = args[0].tensor_ref().impl_ptr();
    const auto set_base = [&](const IValue& value) {
        if (!value.is_tensor()) return;
        TensorImpl& view = *value.tensor_ref().impl();
        if (&view != source.get() && view.storage == source->storage && !view.base)
            view.base = source->base ? source->base : source;
    };
    if (result.is_list()) {
        for (const IValue& item : result.to_list().items) set_base(item);
    } else {
        set_base(result);
    }
}

void call_kernel(const Operator& op, Args args, IValue* results) {
    const NoGradGuard guard;
    jit::run_kernel(op, args, results);
}

/// The call of a functional operator. `overwritten` will take its result's place.
void record(const Operator& op, Args args, IValue* results, const Tensor& overwritten = {}) {
    if (!op.decomposition.empty()) {
        const PartsOnMeta parts(op, args);
        return call_as_kernel(decomposition_function(op), args, results);
    }
    const auto function = make_intrusive<OperatorGradient>(op, args, overwritten);
    call_kernel(op, args, results);
    if (op.is_view) set_bases(args, results[0]);
    function->set_results(args, results);
}

/// The operator that computes what an in-place one writes, or null.
const Operator* functional_of(const Operator& op) {
    if (op.derived_from) return op.derived_from;
    if (!op.derivatives.empty() || !op.name.ends_with('_')) return nullptr;
    const std::string name = op.name.substr(0, op.name.size() - 1);
    return Registry::instance().find_overload(op.overload.empty() ? name : name + "." + op.overload);
}

void overwrite(const Operator& op, Args args, const Tensor& value) {
    const Tensor& self = args[0].tensor_ref();
    if (value.impl()->storage == self.impl()->storage) {
        // It changes the shape rather than the elements. The view is not one of what self is now.
        value.impl()->base = {};
        IValue result;
        return call_kernel(op, args, &result);
    }
    const NoGradGuard guard;
    ops::check_can_cast(value.dtype(), self.dtype());
    WICK_CHECK(value.sizes() == self.sizes(), "output with shape {} doesn't match the broadcast shape {}",
               format_sizes(self.sizes()), format_sizes(value.sizes()));
    ops::check_no_internal_overlap(self);
    ops::copy_into(self, value);
}

void record_inplace(const Operator& op, Args args, IValue* results) {
    const Tensor self = args[0].tensor_ref();
    check_inplace(self);
    const Operator* functional = functional_of(op);
    Tensor value;
    if (functional) {
        std::vector<IValue*> slots(args.slots, args.slots + args.size());
        IValue result, copy;
        if (functional->differentiation == Differentiation::by_parts || !functional->decomposition.empty()) {
            // Its parts may keep what is about to be overwritten.
            copy = call_operator("aten::clone", {self});
            slots[0] = &copy;
            functional->call(Args{slots.data(), slots.size()}, &result);
        } else {
            record(*functional, args, &result, self);
        }
        value = result.to_tensor();
        overwrite(op, args, value);
        if (value.dtype() != self.dtype())
            value = call_operator("aten::to.dtype", {value, static_cast<int64_t>(self.dtype())}).to_tensor();
    } else {
        IntrusivePtr<OperatorGradient> function;
        if (op.differentiation == Differentiation::formulas)
            function = make_intrusive<OperatorGradient>(op, args, self);
        call_kernel(op, args, results);
        value = self.detach();
        const IValue result(value);
        if (function) function->set_results(args, &result);
    }
    rebase_history(self, value);
    results[0] = IValue(self);
}

}  // namespace

void record_overwritten(const Tensor& self, const Tensor& value) {
    check_inplace(self);
    rebase_history(self, value);
}

void call_recorded(const Operator& op, Args args, IValue* results) {
    if (op.is_view && !wants_gradient(args)) {
        jit::run_kernel(op, args, results);
        if (op.differentiation != Differentiation::none) set_bases(args, results[0]);
        return;
    }
    const bool is_inplace = writes_self(op.schema());
    const bool depends = op.differentiation == Differentiation::formulas || is_inplace;
    if (!depends || !gives_tensors(op.schema())) return jit::run_kernel(op, args, results);
    WICK_CHECK(!op.is_out_variant,
               "{}(): functions with out=... arguments don't support automatic differentiation, but one of the "
               "arguments requires grad.",
               op.name.substr(op.name.find("::") + 2));
    if (is_inplace)
        record_inplace(op, args, results);
    else
        record(op, args, results);
}

}  // namespace wick::jit

#include "autograd/history.h"

#include <array>

#include <wick/support/check.h>

#include "autograd/operator_gradient.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {

void check_not_freed(bool freed) {
    WICK_CHECK(!freed,
               "Trying to backward through the graph a second time (or directly access saved tensors after they have "
               "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
               "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
               "if you need to access saved tensors after calling backward.");
}

Tensor zeros_for(const GradFunction::Output& output) { return ops::expand(ops::zeros({}, output.dtype), output.sizes); }

AutogradMeta* meta_of(const TensorImpl& tensor) { return static_cast<AutogradMeta*>(tensor.autograd()); }

AutogradMeta& make_meta(const TensorImpl& tensor) {
    if (AutogradMeta* meta = meta_of(tensor)) return *meta;
    return *static_cast<AutogradMeta*>(tensor.set_autograd(make_intrusive<AutogradMeta>()));
}

std::mutex& grad_lock(const TensorImpl& leaf) {
    static std::array<std::mutex, 64> locks;
    return locks[reinterpret_cast<uintptr_t>(&leaf) / alignof(std::max_align_t) % locks.size()];
}

namespace {

/// A view whose base was written to through another view, or itself, is made from the base anew.
void catch_up(const Tensor& view) {
    const TensorImpl& impl = *view.impl();
    const AutogradMeta* base = impl.base ? meta_of(*impl.base) : nullptr;
    if (!base || base->epoch == 0) return;
    AutogradMeta& meta = make_meta(impl);
    if (meta.seen == base->epoch) return;
    meta.seen = base->epoch;
    static const jit::Operator& as_strided = *jit::Registry::instance().find_overload("aten::as_strided");
    IValue args[] = {IValue(Tensor(impl.base)), IValue(view.sizes().vec()), IValue(view.strides().vec()),
                     IValue(view.storage_offset())};
    IValue* slots[] = {&args[0], &args[1], &args[2], &args[3]};
    const jit::Args geometry{slots, std::size(slots)};
    const IValue result(view);
    make_intrusive<OperatorGradient>(as_strided, geometry)->set_results(geometry, &result);
}

void take_history(TensorImpl& tensor, const Tensor& value) {
    const Edge edge = gradient_edge(value);
    AutogradMeta& meta = make_meta(tensor);
    meta.function = edge.function;
    meta.output = edge.output;
    tensor.requires_grad = static_cast<bool>(edge);
}

}  // namespace

Edge gradient_edge(const Tensor& tensor) {
    if (!tensor.defined() || !tensor.requires_grad()) return {};
    catch_up(tensor);
    if (const AutogradMeta* meta = meta_of(*tensor.impl()); meta && meta->function)
        return {meta->function, meta->output, {}};
    return tensor.impl()->requires_grad ? Edge{{}, 0, tensor.impl_ptr()} : Edge();
}

void set_history(const Tensor& tensor, const IntrusivePtr<GradFunction>& function) {
    AutogradMeta& meta = make_meta(*tensor.impl());
    meta.function = function;
    meta.output = static_cast<uint32_t>(function->outputs.size());
    function->outputs.push_back({DimVector(tensor.sizes()), tensor.dtype()});
    tensor.impl()->requires_grad = true;
}

void check_inplace(const Tensor& tensor) {
    WICK_CHECK(!(tensor.impl()->requires_grad && tensor.is_leaf()),
               "a leaf Variable that requires grad is being used in an in-place operation.");
    if (const IntrusivePtr<TensorImpl>& base = tensor.impl()->base; base)
        WICK_CHECK(!(base->requires_grad && Tensor(base).is_leaf()),
                   "a view of a leaf Variable that requires grad is being used in an in-place operation.");
}

void rebase_history(const Tensor& tensor, const Tensor& value) {
    const IntrusivePtr<TensorImpl>& base = tensor.impl()->base;
    if (base) {
        // The base is what it was, but for the elements of the view.
        static const jit::Operator& scatter = *jit::Registry::instance().find_overload("aten::as_strided_scatter");
        IValue args[] = {IValue(Tensor(base)), IValue(value), IValue(tensor.sizes().vec()),
                         IValue(tensor.strides().vec()), IValue(tensor.storage_offset())};
        IValue* slots[] = {&args[0], &args[1], &args[2], &args[3], &args[4]};
        const jit::Args places{slots, std::size(slots)};
        const Tensor written = Tensor(base).detach();
        const IValue result(written);
        make_intrusive<OperatorGradient>(scatter, places)->set_results(places, &result);
        take_history(*base, written);
        base->rewritten = true;
        const uint32_t epoch = ++make_meta(*base).epoch;
        make_meta(*tensor.impl()).seen = epoch;
    } else {
        tensor.impl()->rewritten = true;
        ++make_meta(*tensor.impl()).epoch;
    }
    take_history(*tensor.impl(), value);
    // A part that wants no gradient does so by what the base knows of it.
    if (base && !tensor.impl()->requires_grad) make_meta(*tensor.impl()).seen = 0;
}

HookHandle register_hook(const Tensor& tensor, Hook hook) {
    WICK_CHECK(tensor.requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
    auto shared = std::make_shared<Hook>(std::move(hook));
    const Edge edge = gradient_edge(tensor);
    if (edge.function) {
        edge.function->hooks.emplace_back(edge.output, shared);
        return {[function = edge.function, shared] {
            std::erase_if(function->hooks, [&](const auto& entry) { return entry.second == shared; });
        }};
    }
    make_meta(*edge.leaf).hooks.push_back(shared);
    return {[leaf = edge.leaf, shared] { std::erase(make_meta(*leaf).hooks, shared); }};
}

}  // namespace wick::autograd

namespace wick {

using namespace autograd;

void Tensor::retain_grad() const {
    WICK_CHECK(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
    const Edge edge = gradient_edge(*this);
    AutogradMeta& meta = make_meta(*impl_);
    if (!edge.function || meta.retained) return;
    meta.retained = std::make_shared<Tensor>();
    edge.function->retained.emplace_back(edge.output, meta.retained);
}

bool Tensor::retains_grad() const {
    const AutogradMeta* meta = meta_of(*impl_);
    return meta && meta->retained;
}

}  // namespace wick

#include "autograd/history.h"

#include <array>
#include <atomic>

#include <wick/support/check.h>
#include <wick/support/shared_state.h>

#include "autograd/operator_gradient.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {

namespace {

/// Few mutexes for many places in memory.
class Locks {
 public:
    std::mutex& of(const void* place) {
        return locks_[reinterpret_cast<uintptr_t>(place) / alignof(std::max_align_t) % locks_.size()];
    }

 private:
    std::array<std::mutex, 64> locks_;
};

}  // namespace

Tensor zeros_for(const GradFunction::Output& output) { return ops::expand(ops::zeros({}, output.dtype), output.sizes); }

AutogradMeta* meta_of(const TensorImpl& tensor) { return static_cast<AutogradMeta*>(tensor.autograd()); }

AutogradMeta& make_meta(const TensorImpl& tensor) {
    if (AutogradMeta* meta = meta_of(tensor)) return *meta;
    return *static_cast<AutogradMeta*>(tensor.set_autograd(make_intrusive<AutogradMeta>()));
}

std::mutex& pass_lock(const void* place) {
    static Locks locks;
    return locks.of(place);
}

namespace {

/// To be called under SharedWrite; `edge` gets what was there, so that no history ends under it.
void take_history(AutogradMeta& meta, Edge& edge) {
    edge.function = meta.set_function(std::move(edge.function));
    meta.output = edge.output;
}

/// A flag of a tensor, which operators read without a guard: left alone where it says so already.
void note(bool& flag, bool value) {
    if (flag != value) flag = value;
}

uint32_t read_shared(const TensorImpl& tensor, const uint32_t& field) {
    const SharedRead guard(tensor);
    return field;
}

/// A view whose base was written to through another view, or itself, is made from the base anew.
void catch_up(const Tensor& view) {
    const TensorImpl& impl = *view.impl();
    const AutogradMeta* base = impl.base ? meta_of(*impl.base) : nullptr;
    if (!base) return;
    const uint32_t epoch = read_shared(*impl.base, base->epoch);
    if (epoch == 0) return;
    // Several threads may be the first to look at the view; one of them does it.
    static Locks views;
    const std::lock_guard lock(views.of(&impl));
    AutogradMeta& meta = make_meta(impl);
    if (read_shared(impl, meta.seen) == epoch) return;
    static const jit::Operator& as_strided = *jit::Registry::instance().find_overload("aten::as_strided");
    IValue args[] = {IValue(Tensor(impl.base)), IValue(view.sizes().vec()), IValue(view.strides().vec()),
                     IValue(view.storage_offset())};
    IValue* slots[] = {&args[0], &args[1], &args[2], &args[3]};
    const jit::Args geometry{slots, std::size(slots)};
    const Tensor seen_anew = view.detach();
    const IValue result(seen_anew);
    make_intrusive<OperatorGradient>(as_strided, geometry)->set_results(geometry, &result);
    Edge edge = gradient_edge(seen_anew);
    const SharedWrite guard(impl);
    take_history(meta, edge);
    meta.seen = epoch;
}

/// The tensor goes on from there, and views of it have to take that up: its new epoch.
uint32_t begin_epoch(TensorImpl& tensor, Edge edge) {
    const bool wants_gradient = static_cast<bool>(edge);
    const SharedWrite guard(tensor);
    AutogradMeta& meta = make_meta(tensor);
    take_history(meta, edge);
    note(tensor.requires_grad, wants_gradient);
    note(tensor.rewritten, true);
    return ++meta.epoch;
}

}  // namespace

Edge gradient_edge(const Tensor& tensor) {
    if (!tensor.defined() || !tensor.requires_grad()) return {};
    catch_up(tensor);
    if (const AutogradMeta* meta = meta_of(*tensor.impl()); meta && meta->has_function()) {
        const SharedRead guard(*tensor.impl());
        if (meta->function()) return {meta->function(), meta->output, {}};
    }
    return tensor.impl()->requires_grad ? Edge{{}, 0, tensor.impl_ptr()} : Edge();
}

void set_history(const Tensor& tensor, const IntrusivePtr<GradFunction>& function) {
    const auto output = static_cast<uint32_t>(function->outputs.size());
    function->outputs.push_back({DimVector(tensor.sizes()), tensor.dtype()});
    Edge edge{function, output, {}};
    const SharedWrite guard(*tensor.impl());
    take_history(make_meta(*tensor.impl()), edge);
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
    TensorImpl& impl = *tensor.impl();
    Edge edge = gradient_edge(value);
    const bool wants_gradient = static_cast<bool>(edge);
    const IntrusivePtr<TensorImpl>& base = impl.base;
    if (!base) {
        begin_epoch(impl, std::move(edge));
        return;
    }
    // The base is what it was, but for the elements of the view.
    static const jit::Operator& scatter = *jit::Registry::instance().find_overload("aten::as_strided_scatter");
    IValue args[] = {IValue(Tensor(base)), IValue(value), IValue(tensor.sizes().vec()), IValue(tensor.strides().vec()),
                     IValue(tensor.storage_offset())};
    IValue* slots[] = {&args[0], &args[1], &args[2], &args[3], &args[4]};
    const jit::Args places{slots, std::size(slots)};
    const Tensor written = Tensor(base).detach();
    const IValue result(written);
    make_intrusive<OperatorGradient>(scatter, places)->set_results(places, &result);
    const uint32_t epoch = begin_epoch(*base, gradient_edge(written));
    const SharedWrite guard(impl);
    AutogradMeta& meta = make_meta(impl);
    take_history(meta, edge);
    note(impl.requires_grad, wants_gradient);
    // A part that wants no gradient does so by what the base knows of it.
    meta.seen = wants_gradient ? epoch : 0;
}

namespace {

/// What all lists of hooks hold.
struct NumberedHook : Hook {
    NumberedHook(Hook hook, unsigned number) : Hook(std::move(hook)), number(number) {}
    const unsigned number;
};

/// Takes the hook of that number away from where the edge leads; how many there were.
size_t erase_hook(const Edge& edge, unsigned number) {
    const auto has_number = [&](const std::shared_ptr<Hook>& hook) {
        return static_cast<const NumberedHook&>(*hook).number == number;
    };
    if (edge.function) {
        const std::lock_guard lock(pass_lock(edge.function.get()));
        return std::erase_if(edge.function->hooks,
                             [&](const auto& entry) { return entry.first == edge.output && has_number(entry.second); });
    }
    if (!edge.leaf) return 0;
    const std::lock_guard lock(pass_lock(edge.leaf.get()));
    return std::erase_if(make_meta(*edge.leaf).hooks, has_number);
}

}  // namespace

HookHandle register_hook(const Tensor& tensor, Hook hook) {
    WICK_CHECK(tensor.requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
    static std::atomic<unsigned> numbers{0};
    const unsigned number = numbers++;
    std::shared_ptr<Hook> shared = std::make_shared<NumberedHook>(std::move(hook), number);
    const Edge edge = gradient_edge(tensor);
    if (edge.function) {
        const std::lock_guard lock(pass_lock(edge.function.get()));
        edge.function->hooks.emplace_back(edge.output, std::move(shared));
    } else {
        const std::lock_guard lock(pass_lock(edge.leaf.get()));
        make_meta(*edge.leaf).hooks.push_back(std::move(shared));
    }
    return {[edge, number] { erase_hook(edge, number); }, number};
}

}  // namespace wick::autograd

namespace wick {

using namespace autograd;

void Tensor::remove_hook(unsigned number) const {
    WICK_CHECK(erase_hook(gradient_edge(*this), number) > 0, "Invalid index, no hook at position {}", number);
}

IntrusivePtr<GradFunction> Tensor::grad_fn() const { return is_leaf() ? nullptr : gradient_edge(*this).function; }

void Tensor::retain_grad() const {
    WICK_CHECK(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
    const Edge edge = gradient_edge(*this);
    if (!edge.function) return;
    AutogradMeta& meta = make_meta(*impl_);
    auto retained = std::make_shared<Tensor>();
    {
        const std::lock_guard lock(pass_lock(impl_.get()));
        if (meta.retained) return;
        meta.retained = retained;
    }
    const std::lock_guard lock(pass_lock(edge.function.get()));
    edge.function->retained.emplace_back(edge.output, std::move(retained));
}

bool Tensor::retains_grad() const {
    const AutogradMeta* meta = meta_of(*impl_);
    if (!meta) return false;
    const std::lock_guard lock(pass_lock(impl_.get()));
    return static_cast<bool>(meta->retained);
}

}  // namespace wick

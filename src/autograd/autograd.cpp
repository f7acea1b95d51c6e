#include <wick/autograd/autograd.h>
#include <wick/support/check.h>
#include <wick/support/shared_state.h>

#include "autograd/anomaly.h"
#include "autograd/engine.h"
#include "autograd/history.h"
#include "ops/recording.h"
#include "ops/sparse.h"
#include "ops/tensor_ops.h"
#include "tensor/batched_tensor.h"

namespace wick {

const Tensor& Tensor::set_requires_grad(bool on) const {
    WICK_CHECK(!on || autograd::is_differentiable(dtype()),
               "only Tensors of floating point dtype can require gradients");
    WICK_CHECK(on || is_leaf(),
               "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
               "subgraph that doesn't require differentiation use var_no_grad = var.detach().");
    WICK_CHECK(
        !on || !is_batched(*this),
        "You are attempting to call Tensor.requires_grad_() inside of a function being transformed by functorch "
        "transforms. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, "
        "jacfwd, hessian) or call requires_grad_() outside of a function being transformed instead.");
    if (is_leaf()) impl_->requires_grad = on;
    return *this;
}

bool Tensor::is_leaf() const { return !autograd::gradient_edge(*this).function; }

/// Where the gradient is kept, under its pass_lock: that of a result that retains it belongs to its function too.
static std::shared_ptr<Tensor> place_of_grad(const TensorImpl& tensor, autograd::AutogradMeta& meta) {
    const std::lock_guard lock(autograd::pass_lock(&tensor));
    return meta.retained ? meta.retained : std::shared_ptr<Tensor>(std::shared_ptr<void>(), &meta.grad);
}

Tensor Tensor::grad() const {
    autograd::AutogradMeta* meta = autograd::meta_of(*impl_);
    if (!meta) return {};
    const std::shared_ptr<Tensor> place = place_of_grad(*impl_, *meta);
    const std::lock_guard lock(autograd::pass_lock(place.get()));
    return *place;
}

void Tensor::set_grad(const Tensor& grad) const {
    if (grad.defined()) {
        WICK_CHECK(
            grad.dtype() == dtype(),
            "attempting to assign a gradient with dtype '{}' to a tensor with dtype '{}'. Please ensure that the "
            "gradient and the tensor have the same dtype",
            name_of(grad.dtype()), name_of(dtype()));
        WICK_CHECK(
            grad.sizes() == sizes(),
            "attempting to assign a gradient of size '{}' to a tensor of size '{}'. Please ensure that the gradient "
            "and the tensor are the same size",
            format_sizes(grad.sizes()), format_sizes(sizes()));
    }
    const std::shared_ptr<Tensor> place = place_of_grad(*impl_, autograd::make_meta(*impl_));
    Tensor before;  // ends behind the lock
    const std::lock_guard lock(autograd::pass_lock(place.get()));
    before = std::exchange(*place, grad);
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph) const {
    autograd::backward({*this}, {gradient}, retain_graph, create_graph);
}

Tensor Tensor::detach() const {
    if (is_sparse()) [[unlikely]]
        return ops::sparse_alias(*this);
    return as_strided_unchecked(sizes(), strides(), storage_offset());
}

const Tensor& Tensor::detach_() const {
    WICK_CHECK(
        !impl_->base,
        "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel "
        "(DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
        "buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the "
        "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution.");
    IntrusivePtr<autograd::GradFunction> before;  // ends behind the guard
    const SharedWrite guard(*impl_);
    if (autograd::AutogradMeta* meta = autograd::meta_of(*impl_)) before = meta->set_function({});
    impl_->requires_grad = false;
    return *this;
}

namespace autograd {

static uint64_t next_sequence() {
    static thread_local uint64_t sequence = 0;
    return sequence++;
}

std::vector<std::pair<std::string, IValue>> GradFunction::saved() { return {}; }

GradFunction::GradFunction()
    : sequence(next_sequence()), origin(AnomalyMode::is_enabled() ? origin_here() : IntrusivePtr<RefCounted>()) {}

namespace {

/// Each output's edge, and the gradient that the pass starts with there.
void set_roots(BackwardPass& pass, const std::vector<Tensor>& tensors, const std::vector<Tensor>& gradients) {
    WICK_CHECK(gradients.empty() || gradients.size() == tensors.size(), "got {} tensors and {} gradients",
               tensors.size(), gradients.size());
    for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor& tensor = tensors[i];
        WICK_CHECK(tensor.requires_grad(), "element {} of tensors does not require grad and does not have a grad_fn",
                   i);
        Tensor gradient = gradients.empty() ? Tensor() : gradients[i];
        if (gradient.defined()) {
            WICK_CHECK(gradient.sizes() == tensor.sizes(),
                       "Mismatch in shape: grad_output[{}] has a shape of torch.Size({}) and output[{}] has a shape of "
                       "torch.Size({}).",
                       i, format_sizes(gradient.sizes()), i, format_sizes(tensor.sizes()));
        } else {
            WICK_CHECK(tensor.numel() == 1, "grad can be implicitly created only for scalar outputs");
            WICK_CHECK(is_floating(tensor.dtype()),
                       "grad can be implicitly created only for real scalar outputs but got {}",
                       name_of(tensor.dtype()));
            const bool is_meta = tensor.device().type == DeviceType::meta;
            gradient = is_meta ? jit::call_operator("aten::ones_like", {IValue(tensor.detach())}).to_tensor()
                               : ops::ones(tensor.sizes(), tensor.dtype());
        }
        pass.roots.push_back(gradient_edge(tensor));
        pass.gradients.push_back(std::move(gradient));
    }
}

}  // namespace

void backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& gradients,
              std::optional<bool> retain_graph, bool create_graph, const std::vector<Tensor>& inputs) {
    BackwardPass pass;
    set_roots(pass, tensors, gradients);
    for (const Tensor& input : inputs) {
        WICK_CHECK(input.requires_grad(), "One of the differentiated Tensors does not require grad");
        WICK_CHECK(input.is_leaf(), "backward into a tensor that is no leaf: use grad");
        pass.wanted.push_back(gradient_edge(input));
    }
    pass.keeps_graph = retain_graph.value_or(create_graph);
    pass.creates_graph = create_graph;
    pass.run();
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& gradients, std::optional<bool> retain_graph, bool create_graph,
                         bool allow_unused) {
    BackwardPass pass;
    set_roots(pass, outputs, gradients);
    WICK_CHECK(!inputs.empty(), "`inputs` argument to `grad()` cannot be empty.");
    for (const Tensor& input : inputs) {
        WICK_CHECK(input.requires_grad(), "One of the differentiated Tensors does not require grad");
        pass.wanted.push_back(gradient_edge(input));
    }
    pass.keeps_graph = retain_graph.value_or(create_graph);
    pass.creates_graph = create_graph;
    pass.accumulates = false;
    std::vector<Tensor> found = pass.run();
    for (size_t i = 0; i < found.size(); ++i)
        WICK_CHECK(found[i].defined() || allow_unused,
                   "The differentiated Tensor at index {} appears to not have been used in the graph. Set "
                   "allow_unused=True if this is the desired behavior.",
                   i);
    return found;
}

}  // namespace autograd

namespace jit {

std::string gradient_function_name(const Tensor& tensor) {
    const autograd::Edge edge = autograd::gradient_edge(tensor);
    return edge.function ? edge.function->name() : "";
}

int64_t gradient_output_number(const Tensor& tensor) { return autograd::gradient_edge(tensor).output; }

std::vector<Tensor> gradients_of(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                                 const std::vector<Tensor>& gradients, std::optional<bool> retain_graph,
                                 bool create_graph, bool allow_unused) {
    return autograd::grad(outputs, inputs, gradients, retain_graph, create_graph, allow_unused);
}

void run_backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& gradients,
                  std::optional<bool> retain_graph, bool create_graph) {
    autograd::backward(tensors, gradients, retain_graph, create_graph);
}

}  // namespace jit
}  // namespace wick

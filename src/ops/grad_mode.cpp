// Gradient mode, which torch.no_grad and its kin switch from inside a program, and the initialisers that run without
// it.

#include <wick/tensor/grad_mode.h>

#include "ops/random_fill.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Sum of two gradients of which either may be missing.
IValue autograd_add(const IValue& a, const IValue& b) {
    if (a.is_none()) return b;
    if (b.is_none()) return a;
    return call_operator("aten::add.Tensor", {a, b});
}

}  // namespace

void register_grad_mode(Registry& ops) {
    ops.add("aten::is_grad_enabled() -> bool").kernel(&GradMode::is_enabled).side_effects();
    ops.add("aten::set_grad_enabled(bool val) -> ()").kernel(&GradMode::set_enabled).side_effects();
    ops.add("prim::AutogradAdd(Any a, Any b) -> Any").kernel(&autograd_add);

    ops.add("aten::_no_grad_uniform_(Tensor(a!) tensor, float a, float b, Generator? generator=None) -> Tensor(a!)")
        .kernel(&fill_uniform)
        .side_effects()
        .not_differentiable();
    ops.add("aten::_no_grad_normal_(Tensor(a!) tensor, float mean, float std, Generator? generator=None) -> Tensor(a!)")
        .kernel(&fill_normal)
        .side_effects()
        .not_differentiable();
    ops.add("aten::_no_grad_fill_(Tensor(a!) tensor, float val) -> Tensor(a!)")
        .kernel([](const Tensor& tensor, double value) {
            fill(tensor, value);
            return tensor;
        })
        .not_differentiable();
    ops.add("aten::_no_grad_zero_(Tensor(a!) tensor) -> Tensor(a!)")
        .kernel([](const Tensor& tensor) {
            fill(tensor, 0);
            return tensor;
        })
        .not_differentiable();
    ops.add("aten::_no_grad_embedding_renorm_(Tensor weight, Tensor input, float max_norm, float norm_type) -> Tensor")
        .kernel([](const Tensor& weight, const Tensor& input, double max_norm, double norm_type) {
            return call_operator("aten::embedding_renorm_", {weight, input, max_norm, norm_type}).to_tensor();
        });
}

}  // namespace wick::jit

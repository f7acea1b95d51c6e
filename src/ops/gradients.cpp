// Backward passes that programs ask for: torch.autograd.grad, x.backward(), x.grad.

#include "ops/families.h"
#include "ops/recording.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

std::vector<Tensor> tensors_of(const IValue& list) {
    std::vector<Tensor> tensors;
    if (list.is_none()) return tensors;
    for (const auto all = snapshot(list.to_list()); const IValue& item : all->items)
        tensors.push_back(item.to_tensor());
    return tensors;
}

IValue grad(const IValue& outputs, const IValue& inputs, const IValue& gradients, std::optional<bool> retain_graph,
            bool create_graph, bool allow_unused) {
    std::vector<IValue> found;
    for (Tensor& gradient : gradients_of(tensors_of(outputs), tensors_of(inputs), tensors_of(gradients), retain_graph,
                                         create_graph, allow_unused))
        found.emplace_back(std::move(gradient));
    return IValue(make_list(optional_type(tensor_type()), std::move(found)));
}

}  // namespace

void register_gradients(Registry& ops) {
    ops.add(
           "aten::grad(Tensor[] outputs, Tensor[] inputs, Tensor?[]? grad_outputs=None, bool? retain_graph=None, bool "
           "create_graph=False, bool allow_unused=False) -> Tensor?[]")
        .kernel(&grad)
        .differentiated_by_parts()
        .side_effects();
    ops.add(
           "aten::backward(Tensor self, Tensor? gradient=None, bool? retain_graph=None, bool create_graph=False) -> ()")
        .kernel([](const Tensor& self, const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph) {
            self.backward(gradient, retain_graph, create_graph);
        })
        .differentiated_by_parts()
        .side_effects();
    ops.add(
           "aten::backward.TensorList(Tensor[] tensors, Tensor?[]? grad_tensors=None, bool? retain_graph=None, bool "
           "create_graph=False) -> ()")
        .kernel(
            [](const IValue& tensors, const IValue& gradients, std::optional<bool> retain_graph, bool create_graph) {
                run_backward(tensors_of(tensors), tensors_of(gradients), retain_graph, create_graph);
            })
        .differentiated_by_parts()
        .side_effects();
    ops.add("prim::grad(Tensor a) -> Tensor(*)")
        .kernel([](const Tensor& self) { return IValue(self.grad()); })
        .differentiated_by_parts();
    ops.add("aten::retain_grad(Tensor(a!) self) -> ()")
        .kernel([](const Tensor& self) { self.retain_grad(); })
        .differentiated_by_parts()
        .side_effects();
    ops.add("aten::retains_grad(Tensor self) -> bool").kernel([](const Tensor& self) { return self.retains_grad(); });
    ops.add("aten::output_nr(Tensor self) -> int").kernel(&gradient_output_number);
    ops.add("aten::_version(Tensor self) -> int").kernel([](const Tensor& self) {
        return static_cast<int64_t>(self.impl()->version());
    });
}

}  // namespace wick::jit

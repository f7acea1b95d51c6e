// Elements chosen by a mask.

#include <cctype>
#include <string>

#include "ops/both_forms.h"
#include "ops/families.h"
#include "ops/index_plan.h"
#include "ops/pointwise.h"

namespace wick::jit {
namespace {

using namespace ops;

void check_mask(DType dtype) {
    if (dtype == DType::bool_) return;
    // By C++'s name of the type.
    std::string name(scalar_name_of(dtype));
    name[0] = static_cast<char>(std::tolower(name[0]));
    throw OpError(fmt::format("masked_fill_ only supports boolean masks, but got mask with dtype {}",
                              dtype == DType::uint8 ? "unsigned char" : name));
}

Tensor masked_fill_tensor(const Tensor& self, const Tensor& mask, const Tensor& value) {
    WICK_CHECK(value.dim() == 0,
               "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).",
               value.dim());
    return call_operator("aten::masked_fill.Scalar", {self, mask, value.item()}).to_tensor();
}

Tensor masked_select(const Tensor& self, const Tensor& mask) {
    WICK_CHECK(mask.dtype() == DType::bool_, "masked_select: expected BoolTensor for mask");
    const Tensor both[] = {self.dim() == 0 ? unsqueeze(self, 0) : self, mask};
    const std::vector<Tensor> same = expand_all(both);
    return index(same[0], {same[1]});
}

Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
    WICK_CHECK(mask.dtype() == DType::bool_, "masked_scatter_ only supports boolean masks, but got mask with dtype {}",
               scalar_name_of(mask.dtype()));
    WICK_CHECK(self.dtype() == source.dtype(),
               "masked_scatter: expected self and source to have same dtypes but got {} and {}",
               scalar_name_of(self.dtype()), scalar_name_of(source.dtype()));
    const Tensor wide = expand(mask, self.sizes());
    const Tensor positions = nonzero(wide);
    const int64_t count = positions.size(0);
    WICK_CHECK(count <= source.numel(), "Number of elements of source < number of ones in mask");
    const Tensor values = narrow(reshape(source, {-1}), 0, 0, count);
    if (self.dim() == 0) {
        if (count > 0) copy_into(self, select(values, 0, 0));
        return self;
    }
    index_put(self, {wide}, values, false);
    return self;
}

}  // namespace

void register_masking(Registry& ops) {
    ops.add("aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor")
        .pointwise(Rule{.check_flag = &check_mask},
                   [](Expr self, Expr mask, Expr value) { return where(mask, value, self); })
        .inplace()
        .out()
        .gradient_name("MaskedFillBackward0");
    ops.add("aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor")
        .kernel(&masked_fill_tensor)
        .inplace()
        .out("Tensor_out")
        .derivative("self", "grad.masked_fill(mask, 0)")
        .derivative("value", "grad.masked_fill(mask.logical_not(), 0).sum()");
    ops.add("aten::masked_select(Tensor self, Tensor mask) -> Tensor")
        .kernel(&masked_select)
        .out()
        .derivative("self", "torch.masked_select_backward(grad, self, mask)");
    add_both_forms<&masked_scatter>(ops, "aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor")
        .out()
        .derivative("self", "grad.masked_fill(mask, 0)")
        .derivative("source", "torch.masked_scatter_backward(grad, mask, source.size())");
    ops.add("aten::masked_select_backward(Tensor grad, Tensor input, Tensor mask) -> Tensor").composite(R"(
def masked_select_backward(grad: Tensor, input: Tensor, mask: Tensor) -> Tensor:
    wide, wide_mask = torch.broadcast_tensors([torch.zeros_like(input), mask])
    return wide.masked_scatter(wide_mask, grad)
)");
    ops.add("aten::masked_scatter_backward(Tensor grad_output, Tensor mask, SymInt[] sizes) -> Tensor").composite(R"(
def masked_scatter_backward(grad_output: Tensor, mask: Tensor, sizes: List[int]) -> Tensor:
    used = grad_output.masked_select(mask)
    count = 1
    for size in sizes:
        count *= size
    return torch.cat([used, used.new_zeros([count - used.numel()])]).view(sizes)
)");
    ops.add("aten::nonzero(Tensor self) -> Tensor").kernel(&nonzero).out();
    ops.add("aten::argwhere(Tensor self) -> Tensor").kernel(&nonzero);
    auto columns = [](const Tensor& self) { return unbind(nonzero(self.dim() == 0 ? unsqueeze(self, 0) : self), 1); };
    ops.add("aten::nonzero_numpy(Tensor self) -> Tensor[]").kernel(columns);
    ops.add("aten::where(Tensor condition) -> Tensor[]").kernel(columns);
}

}  // namespace wick::jit

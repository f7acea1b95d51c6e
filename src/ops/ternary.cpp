// Elementwise operators on three operands.

#include "ops/families.h"
#include "ops/pointwise.h"

namespace wick::jit {

void register_ternary(Registry& ops) {
    constexpr Rule kCondition{.check_flag = [](DType dtype) {
        WICK_CHECK(dtype == DType::bool_ || dtype == DType::uint8,
                   "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
                   scalar_name_of(dtype));
    }};
    auto choose = [](Expr condition, Expr a, Expr b) { return where(condition, a, b); };
    ops.add("aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor")
        .pointwise(kCondition, choose)
        .out("self_out");
    ops.add("aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor")
        .pointwise(kCondition, choose);
    ops.add("aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor")
        .pointwise(kCondition, choose);
    ops.add("aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor").pointwise(kCondition, choose);

    ops.add("aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor")
        .pointwise([](Expr self, Expr a, Expr b, Expr value) { return self + a * b * value; })
        .inplace()
        .out();
    ops.add("aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor")
        .pointwise(kFloating, [](Expr self, Expr a, Expr b, Expr value) { return self + a / b * value; })
        .inplace()
        .out();
    // Measured from the nearer end, so that weights 0 and 1 give the ends exactly.
    auto lerp = [](Expr start, Expr end, Expr weight) {
        const Expr span = end - start;
        return where(abs(weight) < 0.5, start + weight * span, end - span * (1 - weight));
    };
    ops.add("aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor")
        .pointwise(kFloating, lerp)
        .inplace()
        .out()
        .gradient_name("LerpBackward0");
    ops.add("aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor")
        .pointwise(kFloating, lerp)
        .inplace()
        .out("Tensor_out");
}

}  // namespace wick::jit

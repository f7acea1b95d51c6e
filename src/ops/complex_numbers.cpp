// Complex tensors from parts, and what becomes of conjugate views, which wick computes at once.

#include "ops/pointwise.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

using namespace ops;

Tensor conjugate(const Tensor& self) {
    return is_complex(self.dtype()) ? pointwise(
                                          kPromote, [](Expr x) { return conj(x); }, self)
                                    : self;
}

/// The two parts broadcast, side by side.
Tensor joined(const Tensor& real, const Tensor& imag, std::string_view first, std::string_view second,
              std::string_view name) {
    WICK_CHECK(is_floating(real.dtype()) && is_floating(imag.dtype()) && real.dtype() != DType::bfloat16 &&
                   imag.dtype() != DType::bfloat16,
               "Expected both inputs to be Half, Float or Double tensors but got {} and {}",
               scalar_name_of(real.dtype()), scalar_name_of(imag.dtype()));
    WICK_CHECK(real.dtype() == imag.dtype(),
               "Expected object of scalar type {} but got scalar type {} for second argument",
               scalar_name_of(real.dtype()), scalar_name_of(imag.dtype()));
    WICK_CHECK(real.dtype() != DType::float16, "{}: 16-bit {} and {} are not supported", name, first, second);
    const Tensor pair[] = {real, imag};
    const std::vector<Tensor> wide = expand_all(pair);
    const Tensor parts[] = {wide[0], wide[1]};
    return call_operator("aten::view_as_complex", {stack(parts, real.dim() >= imag.dim() ? real.dim() : imag.dim())})
        .to_tensor();
}

Tensor complex(const Tensor& real, const Tensor& imag) { return joined(real, imag, "real", "imag", "complex"); }

Tensor polar(const Tensor& abs, const Tensor& angle) {
    WICK_CHECK(is_floating(abs.dtype()) && is_floating(angle.dtype()),
               "Expected both inputs to be Half, Float or Double tensors but got {} and {}",
               scalar_name_of(abs.dtype()), scalar_name_of(angle.dtype()));
    WICK_CHECK(abs.dtype() == angle.dtype(),
               "Expected object of scalar type {} but got scalar type {} for second argument",
               scalar_name_of(abs.dtype()), scalar_name_of(angle.dtype()));
    return joined(pointwise(
                      kFloating, [](Expr r, Expr a) { return r * cos(a); }, abs, angle),
                  pointwise(
                      kFloating, [](Expr r, Expr a) { return r * sin(a); }, abs, angle),
                  "abs", "angle", "polar");
}

Tensor isreal(const Tensor& self) {
    if (!is_complex(self.dtype())) return full(self.sizes(), true, DType::bool_);
    return pointwise(
        kCompare, [](Expr y) { return y == 0; }, call_operator("aten::imag", {self}).to_tensor());
}

/// The last two dimensions exchanged, and conjugated.
Tensor adjoint(const Tensor& self, std::string_view name) {
    WICK_CHECK(self.dim() != 1 && !(name == "matrix_H" && self.dim() != 2 && self.dim() != 0),
               "tensor.{} is only supported on {}. Got {}-D tensor.", name,
               name == "matrix_H" ? "matrices (2-D tensors)" : "matrices or batches of matrices", self.dim());
    return self.dim() == 0 ? conjugate(self) : conjugate(transpose(self, -2, -1));
}

}  // namespace

void register_complex_numbers(Registry& ops) {
    ops.add("aten::complex(Tensor real, Tensor imag) -> Tensor")
        .kernel(&complex)
        .out()
        .derivative("real", "grad.real")
        .derivative("imag", "grad.imag");
    ops.add("aten::polar(Tensor abs, Tensor angle) -> Tensor")
        .kernel(&polar)
        .out()
        .derivative("abs, angle", "ops.wick.polar_backward(grad, angle, result)");
    ops.add("wick::conj_number(Scalar a) -> Scalar").kernel([](const Scalar& a) {
        return a.is_complex() ? Scalar(std::conj(a.to_complex())) : a;
    });
    ops.add("wick::polar_backward(Tensor grad, Tensor angle, Tensor result) -> (Tensor, Tensor)").composite(R"(
def polar_backward(grad: Tensor, angle: Tensor, result: Tensor) -> Tuple[Tensor, Tensor]:
    along = torch.polar(torch.ones_like(angle), angle)
    return (grad.conj() * along).real, (grad * (result * 1j).conj()).real
)");
    ops.add("aten::conj_physical(Tensor self) -> Tensor")
        .kernel(&conjugate)
        .inplace()
        .out()
        .derivative("self", "grad.conj()");
    ops.add("aten::_conj_physical(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return conjugate(self); })
        .out()
        .derivative("self", "grad.conj()");
    ops.add("aten::_conj(Tensor(a) self) -> Tensor(a)").kernel(&conjugate).derivative("self", "grad.conj()");
    ops.add("aten::_neg_view(Tensor(a) self) -> Tensor(a)")
        .kernel([](const Tensor& self) {
            return pointwise(
                kPromote, [](Expr x) { return -x; }, self);
        })
        .derivative("self", "-grad");
    ops.add("aten::isreal(Tensor self) -> Tensor").kernel(&isreal);
    ops.add("aten::adjoint(Tensor(a) self) -> Tensor(a)")
        .kernel([](const Tensor& self) { return adjoint(self, "adjoint()"); })
        .derivative("self", "grad.conj() if grad.dim() == 0 else grad.transpose(-2, -1).conj()");
    for (std::string_view overload : {"", ".a"}) {
        ops.add(fmt::format("aten::mH{}(Tensor(a) self) -> Tensor(a)", overload))
            .kernel([](const Tensor& self) { return adjoint(self, "mH"); })
            .derivative("self", "grad.conj() if grad.dim() == 0 else grad.transpose(-2, -1).conj()");
        ops.add(fmt::format("aten::matrix_H{}(Tensor(a) self) -> Tensor(a)", overload))
            .kernel([](const Tensor& self) { return adjoint(self, "matrix_H"); })
            .derivative("self", "grad.conj() if grad.dim() == 0 else grad.transpose(-2, -1).conj()");
    }
}

}  // namespace wick::jit

// torch.special: functions that scientific models use, evaluated one number at a time in double precision, and further
// names of elementwise operators.

#include <cmath>

#include <wick/support/parallel.h>
#include <wick/tensor/default_dtype.h>

#include "kernels/special_bessel.h"
#include "kernels/special_gamma.h"
#include "kernels/special_polynomials.h"
#include "ops/geometry.h"
#include "ops/op_errors.h"
#include "ops/pointwise.h"

namespace wick::jit {
namespace {

using namespace ops;
namespace special = kernels::special;

using Function = double (*)(double);
using Function2 = double (*)(double, double);

DType result_dtype(std::span<const Operand> operands, std::string_view name) {
    const DType type = result_type(operands);
    if (is_integral(type, true)) return default_dtype();
    WICK_CHECK_IMPLEMENTED(!is_complex(type), name, type);
    return type;
}

template <class F>
Tensor mapped(const Tensor& self, std::string_view name, F&& function) {
    const Operand operands[] = {Operand(self)};
    const DType type = result_dtype(operands, name);
    const Tensor input = contiguous(to_dtype(self, DType::float64)), result = empty(self.sizes(), DType::float64);
    double* out = result.mutable_data<double>();
    parallel_for(0, self.numel(), kParallelGrain / 64, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) out[i] = function(input.data<double>()[i]);
    });
    return to_dtype(result, type);
}

/// A number or a tensor, and the tensor of float64 that broadcasts like it.
struct Side {
    Operand operand;
    Tensor values;
    Side(const Tensor& tensor) : operand(tensor), values(to_dtype(tensor, DType::float64)) {}
    Side(const Scalar& number) : operand(number), values(full({}, number.to_double(), DType::float64)) {}
};

Tensor mapped(const Side& a, const Side& b, std::string_view name, Function2 function) {
    const Operand operands[] = {a.operand, b.operand};
    const DType type = result_dtype(operands, name);
    const Tensor pair[] = {a.values, b.values};
    const std::vector<Tensor> wide = expand_all(pair);
    const Tensor left = contiguous(wide[0]), right = contiguous(wide[1]), result = empty(left.sizes(), DType::float64);
    double* out = result.mutable_data<double>();
    parallel_for(0, result.numel(), kParallelGrain / 64, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) out[i] = function(left.data<double>()[i], right.data<double>()[i]);
    });
    return to_dtype(result, type);
}

template <Function kFunction>
Tensor map_unary(const Tensor& self) {
    return mapped(self, "special function", kFunction);
}

template <Function kFunction>
OperatorEntry add_function(Registry& ops, std::string_view name, std::string_view argument = "self") {
    OperatorEntry entry = ops.add(fmt::format("aten::{}(Tensor {}) -> Tensor", name, argument));
    entry.kernel(&map_unary<kFunction>).out();
    return entry;
}

/// The three overloads of a function of two arguments named a and b, either of which may be a number. The gradient of b
/// is `derivative`; without one, neither has any.
template <Function2 kFunction>
void add_function2(Registry& ops, std::string_view name, std::string_view a, std::string_view b,
                   std::string_view a_scalar, std::string_view b_scalar, std::string_view derivative = "") {
    const auto differentiate = [&](OperatorEntry entry) {
        derivative.empty() ? entry.not_differentiable() : entry.derivative(b, derivative);
    };
    differentiate(
        ops.add(fmt::format("aten::{}(Tensor {}, Tensor {}) -> Tensor", name, a, b))
            .kernel([](const Tensor& x, const Tensor& y) { return mapped(x, y, "special function", kFunction); })
            .out());
    differentiate(ops.add(fmt::format("aten::{}.{}(Scalar {}, Tensor {}) -> Tensor", name, a_scalar, a, b))
                      .kernel([](Scalar x, const Tensor& y) { return mapped(x, y, "special function", kFunction); })
                      .out());
    OperatorEntry number =
        ops.add(fmt::format("aten::{}.{}(Tensor {}, Scalar {}) -> Tensor", name, b_scalar, a, b))
            .kernel([](const Tensor& x, Scalar y) { return mapped(x, y, "special function", kFunction); })
            .out();
    if (derivative.empty()) number.not_differentiable();
}
template <Function2 kFunction>
void add_polynomial(Registry& ops, std::string_view name) {
    add_function2<kFunction>(ops, fmt::format("special_{}", name), "x", "n", "x_scalar", "n_scalar");
}

Tensor polygamma(int64_t n, const Tensor& self) {
    WICK_CHECK(n >= 0, "polygamma(n, x) does not support negative n.");
    WICK_CHECK(n <= 10000, "polygamma(n, x): n = {} is too large", n);
    return mapped(self, "polygamma", [n](double x) { return special::polygamma(static_cast<int>(n), x); });
}

/// Logarithm of the p-dimensional gamma function: p (p - 1) / 4 log(pi) + sum of lgamma(x - j / 2), j < p.
/// Mantissas in [0.5, 1) and exponents, int32.
std::tuple<Tensor, Tensor> frexp(const Tensor& self) {
    WICK_CHECK(is_floating(self.dtype()) && !is_complex(self.dtype()),
               "torch.frexp() only supports floating-point dtypes");
    const Tensor wide = contiguous(to_dtype(self, DType::float64));
    const Tensor mantissa = empty(self.sizes(), DType::float64), exponent = empty(self.sizes(), DType::int32);
    for (int64_t i = 0; i < self.numel(); ++i)
        mantissa.mutable_data<double>()[i] = std::frexp(wide.data<double>()[i], &exponent.mutable_data<int32_t>()[i]);
    return {to_dtype(mantissa, self.dtype()), exponent};
}

Tensor mvlgamma(const Tensor& self, int64_t p) {
    WICK_CHECK(p >= 1 && p <= 1 << 20, "p has to be greater than or equal to 1");
    const Tensor x = to_dtype(self, is_integral(self.dtype(), true) ? default_dtype() : self.dtype());
    Tensor total = full({}, static_cast<double>(p * (p - 1)) / 4 * std::log(M_PI), x.dtype());
    for (int64_t j = 0; j < p; ++j)
        total = pointwise(
            kPromote, [](Expr sum, Expr x, Expr half) { return sum + lgamma(x - half); }, total, x,
            static_cast<double>(j) / 2);
    return total;
}

double gamma_lower(double a, double x) { return special::gamma_lower(a, x); }
double gamma_upper(double a, double x) { return special::gamma_upper(a, x); }
double zeta(double x, double q) { return special::zeta(x, q); }

void register_gamma(Registry& ops) {
    for (std::string_view name : {"polygamma", "special_polygamma"})
        ops.add(fmt::format("aten::{}(int n, Tensor self) -> Tensor", name))
            .kernel(&polygamma)
            .out()
            .derivative("self", "grad * torch.polygamma(n + 1, self)");
    ops.add("aten::polygamma_(Tensor(a!) self, int n) -> Tensor(a!)")
        .kernel([](const Tensor& self, int64_t n) {
            check_can_cast(is_floating(self.dtype()) ? self.dtype() : default_dtype(), self.dtype());
            copy_into(self, polygamma(n, self));
            return self;
        })
        .derivative("self", "grad * torch.polygamma(n + 1, self)");
    ops.add("aten::frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)")
        .kernel(&frexp)
        .derivative("self", "torch.ldexp(grad_mantissa, -exponent)")
        .gradient_name("FrexpBackward0");
    ops.add("aten::mvlgamma(Tensor self, int p) -> Tensor")
        .kernel(&mvlgamma)
        .inplace()
        .out()
        .derivative("self", "grad * (self.unsqueeze(-1) - torch.arange(p) / 2).digamma().sum(-1)");
    ops.add("aten::special_multigammaln(Tensor self, int p) -> Tensor")
        .kernel(&mvlgamma)
        .out()
        .derivative("self", "grad * (self.unsqueeze(-1) - torch.arange(p) / 2).digamma().sum(-1)");
    for (std::string_view name : {"igamma", "special_gammainc"}) {
        OperatorEntry entry = ops.add(fmt::format("aten::{}(Tensor self, Tensor other) -> Tensor", name));
        entry.kernel([](const Tensor& a, const Tensor& x) { return mapped(a, x, "igamma", gamma_lower); })
            .out()
            .derivative("other", "grad * torch.exp((self - 1) * torch.log(other) - other - torch.lgamma(self))");
        if (name == "igamma") entry.inplace();
    }
    for (std::string_view name : {"igammac", "special_gammaincc"}) {
        OperatorEntry entry = ops.add(fmt::format("aten::{}(Tensor self, Tensor other) -> Tensor", name));
        entry.kernel([](const Tensor& a, const Tensor& x) { return mapped(a, x, "igammac", gamma_upper); })
            .out()
            .derivative("other", "-grad * torch.exp((self - 1) * torch.log(other) - other - torch.lgamma(self))");
        if (name == "igammac") entry.inplace();
    }
    add_function2<zeta>(ops, "special_zeta", "self", "other", "self_scalar", "other_scalar",
                        "-grad * self * torch.special_zeta(self + 1, other)");
}

void register_bessel(Registry& ops) {
    add_function<special::bessel_i0>(ops, "i0").inplace().derivative("self", "grad * torch.special_i1(self)");
    add_function<special::bessel_i0>(ops, "special_i0").derivative("self", "grad * torch.special_i1(self)");
    add_function<special::bessel_i0e>(ops, "special_i0e")
        .derivative("self", "grad * (torch.special_i1e(self) - self.sgn() * result)");
    // The quotients tend to 1 / 2 at 0.
    add_function<special::bessel_i1>(ops, "special_i1")
        .derivative("self",
                    "grad * torch.where(self == 0, 0.5, torch.i0(self) - result / torch.where(self == 0, 1, self))");
    add_function<special::bessel_i1e>(ops, "special_i1e")
        .derivative("self",
                    "grad * torch.where(self == 0, 0.5, torch.special_i0e(self) - result * (self.sgn() + 1 / "
                    "torch.where(self == 0, 1, self)))");
    add_function<special::bessel_j0>(ops, "special_bessel_j0").not_differentiable();
    add_function<special::bessel_j1>(ops, "special_bessel_j1").not_differentiable();
    add_function<special::bessel_y0>(ops, "special_bessel_y0").not_differentiable();
    add_function<special::bessel_y1>(ops, "special_bessel_y1").not_differentiable();
    add_function<special::bessel_i0>(ops, "special_modified_bessel_i0").not_differentiable();
    add_function<special::bessel_i1>(ops, "special_modified_bessel_i1").not_differentiable();
    add_function<special::bessel_k0>(ops, "special_modified_bessel_k0").not_differentiable();
    add_function<special::bessel_k1>(ops, "special_modified_bessel_k1").not_differentiable();
    add_function<special::scaled_bessel_k0>(ops, "special_scaled_modified_bessel_k0", "x").not_differentiable();
    add_function<special::scaled_bessel_k1>(ops, "special_scaled_modified_bessel_k1", "x").not_differentiable();
    add_function<special::spherical_bessel_j0>(ops, "special_spherical_bessel_j0", "x").not_differentiable();
    add_function<special::airy_ai>(ops, "special_airy_ai", "x").not_differentiable();
}

void register_polynomials(Registry& ops) {
    add_polynomial<special::chebyshev_t>(ops, "chebyshev_polynomial_t");
    add_polynomial<special::chebyshev_u>(ops, "chebyshev_polynomial_u");
    add_polynomial<special::chebyshev_v>(ops, "chebyshev_polynomial_v");
    add_polynomial<special::chebyshev_w>(ops, "chebyshev_polynomial_w");
    add_polynomial<special::shifted_chebyshev_t>(ops, "shifted_chebyshev_polynomial_t");
    add_polynomial<special::shifted_chebyshev_u>(ops, "shifted_chebyshev_polynomial_u");
    add_polynomial<special::shifted_chebyshev_v>(ops, "shifted_chebyshev_polynomial_v");
    add_polynomial<special::shifted_chebyshev_w>(ops, "shifted_chebyshev_polynomial_w");
    add_polynomial<special::hermite_h>(ops, "hermite_polynomial_h");
    add_polynomial<special::hermite_he>(ops, "hermite_polynomial_he");
    add_polynomial<special::laguerre_l>(ops, "laguerre_polynomial_l");
    add_polynomial<special::legendre_p>(ops, "legendre_polynomial_p");
}

void register_statistics(Registry& ops) {
    // 2 / sqrt(pi), sqrt(2 / pi), sqrt(1 / 2), sqrt(2 pi).
    add_function<special::erfcx>(ops, "special_erfcx")
        .derivative("self", "grad * (2 * self * result - 1.1283791670955126)");
    add_function<special::log_ndtr>(ops, "special_log_ndtr")
        .derivative("self", "grad * 0.7978845608028654 / torch.special_erfcx(self * -0.7071067811865476)");
    add_function<special::ndtri>(ops, "special_ndtri")
        .derivative("self", "grad * 2.5066282746310002 * torch.exp(result * result / 2)");
    ops.add("aten::special_ndtr(Tensor self) -> Tensor")
        .pointwise(kIntToFloat, [](Expr x) { return 0.5 * erfc(x * -M_SQRT1_2); })
        .out();
    ops.add("aten::special_entr(Tensor self) -> Tensor")
        .pointwise(kIntToFloat,
                   [](Expr x) {
                       return where(
                           is_nan(x), x,
                           where(x > 0, -x * log(x), where(x == 0, 0, -std::numeric_limits<double>::infinity())));
                   })
        .out();
}

/// x * f(y) where 0 times anything but NaN is 0; `slope` is the gradient of self, f(other) at 0 too.
template <class F>
void add_x_log(Registry& ops, std::string_view name, std::string_view slope, F body) {
    ops.add(fmt::format("aten::{}(Tensor self, Tensor other) -> Tensor", name))
        .pointwise(kIntToFloat, body)
        .out()
        .derivative("self", slope);
    ops.add(fmt::format("aten::{}.self_scalar(Scalar self, Tensor other) -> Tensor", name))
        .pointwise(kIntToFloat, body)
        .out();
    ops.add(fmt::format("aten::{}.other_scalar(Tensor self, Scalar other) -> Tensor", name))
        .pointwise(kIntToFloat, body)
        .out()
        .derivative("self", slope);
}

void register_aliases(Registry& ops) {
    constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
        {"special_digamma", "digamma"}, {"special_erf", "erf"},        {"special_erfc", "erfc"},
        {"special_erfinv", "erfinv"},   {"special_exp2", "exp2"},      {"special_expit", "sigmoid"},
        {"special_expm1", "expm1"},     {"special_gammaln", "lgamma"}, {"special_log1p", "log1p"},
        {"special_psi", "digamma"},     {"special_sinc", "sinc"},
    };
    for (const auto& [name, of] : kAliases) {
        ops.add(fmt::format("aten::{}(Tensor self) -> Tensor", name))
            .composite(fmt::format("def {}(self: Tensor) -> Tensor:\n    return torch.{}(self)\n", name, of))
            .out();
    }
    ops.add("aten::special_logit(Tensor self, float? eps=None) -> Tensor")
        .composite(
            "def special_logit(self: Tensor, eps: Optional[float]) -> Tensor:\n    return torch.logit(self, eps)\n")
        .out();
    ops.add("aten::special_round(Tensor self, *, int decimals=0) -> Tensor")
        .kernel([](const Tensor& self, int64_t decimals) {
            return decimals == 0 ? call_operator("aten::round", {self}).to_tensor()
                                 : call_operator("aten::round.decimals", {self, decimals}).to_tensor();
        })
        .out()
        .differentiated_by_parts();
    add_x_log(ops, "special_xlogy", "torch.xlogy(grad, other).masked_fill(((self == 0) & (other <= 0)) != 0, 0)",
              [](Expr x, Expr y) { return where(is_nan(y), y, where(x == 0, 0, x * log(y))); });
    add_x_log(ops, "special_xlog1py",
              "torch.special_xlog1py(grad, other).masked_fill(((self == 0) & (other <= -1)) != 0, 0)",
              [](Expr x, Expr y) { return where(is_nan(y), y, where(x == 0, 0, x * log1p(y))); });
}

}  // namespace

void register_unary_special(Registry& ops) {
    register_gamma(ops);
    register_bessel(ops);
    register_polynomials(ops);
    register_statistics(ops);
    register_aliases(ops);
}

}  // namespace wick::jit

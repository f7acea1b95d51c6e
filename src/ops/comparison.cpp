// Comparisons, tests and logic: results are bool.

#include "ops/families.h"
#include "ops/pointwise.h"

namespace wick::jit {
namespace {

using namespace ops;

template <class F>
void add_comparison(Registry& ops, std::initializer_list<std::string_view> names, F body) {
    for (std::string_view name : names) {
        ops.add(fmt::format("aten::{}.Tensor(Tensor self, Tensor other) -> Tensor", name))
            .pointwise(kCompare, body)
            .inplace()
            .out("Tensor_out");
        ops.add(fmt::format("aten::{}.Scalar(Tensor self, Scalar other) -> Tensor", name))
            .pointwise(kCompare, body)
            .inplace()
            .out("Scalar_out");
    }
}

template <class F>
void add_logical(Registry& ops, std::string_view name, F body) {
    ops.add(fmt::format("aten::{}(Tensor self, Tensor other) -> Tensor", name))
        .pointwise(kCompare, body)
        .inplace()
        .out();
}

bool all_true(const Tensor& flags) {
    const Tensor dense = contiguous(flags);
    const bool* data = dense.data<bool>();
    return std::find(data, data + dense.numel(), false) == data + dense.numel();
}

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
    WICK_CHECK(self.dtype() == other.dtype(), "{} did not match {}", scalar_name_of(self.dtype()),
               scalar_name_of(other.dtype()));
    WICK_CHECK(rtol >= 0, "rtol must be greater than or equal to zero, but got {}", rtol);
    WICK_CHECK(atol >= 0, "atol must be greater than or equal to zero, but got {}", atol);
    if (is_complex(self.dtype())) {
        // By the distance and the modulus, which are real.
        const auto real = [](const Tensor& x) {
            return pointwise(
                kReal, [](Expr x) { return abs(x); }, x);
        };
        const Tensor distance = real(pointwise(
            kPromote, [](Expr a, Expr b) { return a - b; }, self, other));
        const Tensor same = pointwise(
            kCompare,
            [](Expr a, Expr b, Expr equal_nan) { return a == b || (equal_nan != 0 && is_nan(a) && is_nan(b)); }, self,
            other, Scalar(equal_nan));
        return pointwise(
            kCompare,
            [](Expr same, Expr distance, Expr size, Expr rtol, Expr atol) {
                return same != 0 || (!is_inf(distance) && distance <= atol + rtol * size);
            },
            same, distance, real(other), Scalar(rtol), Scalar(atol));
    }
    const bool integral = is_integral(self.dtype(), true);
    const Tensor a = integral ? to_dtype(self, DType::float64) : self;
    const Tensor b = integral ? to_dtype(other, DType::float64) : other;
    return pointwise(
        kCompare,
        [](Expr a, Expr b, Expr rtol, Expr atol, Expr equal_nan) {
            const Expr distance = abs(a - b);
            const Expr near = !is_inf(distance) && distance <= atol + abs(rtol * b);
            return a == b || near || (equal_nan != 0 && is_nan(a) && is_nan(b));
        },
        a, b, Scalar(rtol), Scalar(atol), Scalar(equal_nan));
}

bool equal(const Tensor& self, const Tensor& other) {
    if (self.sizes() != other.sizes()) return false;
    WICK_CHECK(self.dtype() == other.dtype(),
               "Expected object of data type {} but got data type {} for argument #2 'other' in call to equal",
               scalar_name_of(self.dtype()), scalar_name_of(other.dtype()));
    return all_true(pointwise(
        kCompare, [](Expr a, Expr b) { return a == b; }, self, other));
}

}  // namespace

void register_comparison(Registry& ops) {
    add_comparison(ops, {"eq"}, [](Expr a, Expr b) { return a == b; });
    add_comparison(ops, {"ne", "not_equal"}, [](Expr a, Expr b) { return a != b; });
    add_comparison(ops, {"lt", "less"}, [](Expr a, Expr b) { return a < b; });
    add_comparison(ops, {"le", "less_equal"}, [](Expr a, Expr b) { return a <= b; });
    add_comparison(ops, {"gt", "greater"}, [](Expr a, Expr b) { return a > b; });
    add_comparison(ops, {"ge", "greater_equal"}, [](Expr a, Expr b) { return a >= b; });

    add_logical(ops, "logical_and", [](Expr a, Expr b) { return a && b; });
    add_logical(ops, "logical_or", [](Expr a, Expr b) { return a || b; });
    add_logical(ops, "logical_xor", [](Expr a, Expr b) { return logical_xor(a, b); });
    ops.add("aten::logical_not(Tensor self) -> Tensor").pointwise(kCompare, [](Expr x) { return !x; }).inplace().out();

    ops.add("aten::isnan(Tensor self) -> Tensor").pointwise(kCompare, [](Expr x) { return is_nan(x); }).out();
    ops.add("aten::isinf(Tensor self) -> Tensor").pointwise(kCompare, [](Expr x) { return is_inf(x); }).out();
    ops.add("aten::isfinite(Tensor self) -> Tensor").pointwise(kCompare, [](Expr x) {
        return !(is_nan(x) || is_inf(x));
    });
    ops.add("aten::isposinf(Tensor self) -> Tensor")
        .pointwise(kCompare, [](Expr x) { return is_inf(x) && x > 0; })
        .out();
    ops.add("aten::isneginf(Tensor self) -> Tensor")
        .pointwise(kCompare, [](Expr x) { return is_inf(x) && x < 0; })
        .out();
    ops.add("aten::signbit(Tensor self) -> Tensor").pointwise(kCompare, [](Expr x) { return sign_bit(x); }).out();

    ops.add(
           "aten::isclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> "
           "Tensor")
        .kernel(&isclose);
    ops.add(
           "aten::allclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> "
           "bool")
        .kernel([](const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
            return all_true(isclose(self, other, rtol, atol, equal_nan));
        });
    ops.add("aten::equal(Tensor self, Tensor other) -> bool").kernel(&equal);
}

}  // namespace wick::jit

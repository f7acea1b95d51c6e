// torch.special, complex parts, and the matrix factorisations, against numbers that PyTorch gives, or exact sums
// where those are better.
#include "op_testing.h"

namespace wick::testing {

using D = std::vector<double>;
using V = std::vector<int64_t>;

static const IValue kNone;
static Tensor nth(const IValue& tuple, size_t i) { return tuple.to_tuple().elements[i].to_tensor(); }
static Tensor number(double value) { return ops::full({}, value, DType::float64); }

static void expect_special(std::string_view name, double x, double expected) {
    SCOPED_TRACE(name);
    expect_close(values(call(fmt::format("aten::special_{}", name), number(x))), {expected}, 1e-13);
}
static void expect_special(std::string_view name, double x, double y, double expected) {
    SCOPED_TRACE(name);
    expect_close(values(call(fmt::format("aten::special_{}", name), number(x), number(y))), {expected}, 1e-13);
}

TEST(Special, BesselAndAiry) {
    expect_special("i0", 2.5, 3.289839144050123);
    expect_special("i0e", 30, 0.0731459464822373);
    expect_special("i1", -2.5, -2.5167162452886984);
    expect_special("i1e", 0.5, 0.15642080318487173);
    expect_special("modified_bessel_k0", 0.1, 2.427069024702017);
    expect_special("modified_bessel_k1", 3, 0.04015643112819419);
    expect_special("scaled_modified_bessel_k0", 50, 0.17680715585742932);
    expect_special("bessel_y0", 2, 0.5103756726497742);
    expect_special("bessel_j1", 2, 0.5767248077568801);
    expect_special("spherical_bessel_j0", 1.5, 0.6649966577360363);
    expect_special("airy_ai", -6, -0.32914517362982254);
    expect_special("airy_ai", -2, 0.22740742820168564);
    expect_special("airy_ai", 0.5, 0.23169360648083345);
    expect_special("airy_ai", 3, 0.00659113935746072);
}

TEST(Special, GammaZetaAndNormal) {
    expect_special("zeta", 2, 0.5, 4.93480220054468);
    expect_special("zeta", 3.5, 20, 0.00023798942002684444);
    expect_special("gammainc", 2, 1, 0.2642411176571153);
    expect_special("gammainc", 50, 40, 0.070335066659394954);
    expect_special("gammaincc", 0.5, 3, 0.014305878435429645);
    expect_special("erfcx", 10, 0.05614099274382259);
    expect_special("erfcx", -1, 5.008980080762283);
    expect_special("log_ndtr", -20, -203.9171553710973);
    expect_special("log_ndtr", 1, -0.17275377902344985);
    expect_special("ndtri", 1e-5, -4.264890793922825);
    expect_special("ndtri", 0.7, 0.5244005127080407);
    expect_special("entr", 0.3, 0.3611918412977808);
    expect_special("ndtr", -1, 0.15865525393145702);
    expect_close(values(call("aten::polygamma", 2, number(0.3))), {-75.27253658872601}, 1e-13);
    expect_close(values(call("aten::polygamma", 1, number(-0.4))), {9.886209670902358}, 1e-13);
    expect_close(values(call("aten::mvlgamma", number(3), 2)), {1.5501949939575645}, 1e-13);
    EXPECT_EQ(call("aten::special_i0", ops::arange(2)).dtype(), DType::float32);
}

TEST(Special, Polynomials) {
    expect_special("chebyshev_polynomial_t", 0.3, 5, 0.99888);
    expect_special("chebyshev_polynomial_v", 0.3, 3, -0.344);
    expect_special("shifted_chebyshev_polynomial_w", 0.3, 3, 0.728);
    expect_special("hermite_polynomial_h", 0.3, 4, 7.8096);
    expect_special("hermite_polynomial_he", 0.3, 4, 2.4681);
    expect_special("laguerre_polynomial_l", 0.3, 4, 0.0523375);
    expect_special("legendre_polynomial_p", 0.3, 4, 0.0729375);
    expect_special("legendre_polynomial_p", 0.3, -0.5, 1);
    expect_special("legendre_polynomial_p", 0.3, -1, 0);
    EXPECT_TRUE(std::isnan(values(call("aten::special_legendre_polynomial_p", number(0.3), number(1e18)))[0]))
        << "ends soon";
}

TEST(ComplexNumbers, FromParts) {
    const Tensor z = call("aten::complex", tensor({3.f, 1.f}), tensor({4.f, 0.f}));
    EXPECT_EQ(values(call("aten::view_as_real", z)), (D{3, 4, 1, 0}));
    EXPECT_EQ(values(call("aten::isreal", z)), (D{0, 1}));
    EXPECT_EQ(values(call("aten::view_as_real", call("aten::conj_physical", z))), (D{3, -4, 1, 0}));
    expect_close(
        values(call("aten::view_as_real", call("aten::polar", tensor({2.f}), tensor({static_cast<float>(M_PI / 2)})))),
        {0, 2});
    EXPECT_EQ(values(call("aten::mH", counting({2, 3}))), (D{0, 3, 1, 4, 2, 5}));
}

TEST(TensorState, Diagonals) {
    EXPECT_EQ(values(call("aten::fill_diagonal_", ops::zeros({7, 3}, DType::float32), 1, true)),
              (D{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}));
    EXPECT_EQ(values(call("aten::fill_diagonal_", ops::zeros({3, 2}, DType::float32), 1)), (D{1, 0, 0, 1, 0, 0}));
    EXPECT_EQ(sizes(call("aten::swapaxes_", counting({2, 3}), 0, 1)), (V{3, 2}));
    EXPECT_EQ(
        values(call("aten::as_strided_scatter", ops::zeros({2, 2}, DType::float32), tensor({5.f, 6.f}), V{2}, V{3})),
        (D{5, 0, 0, 6}));
    EXPECT_EQ(error_of([] { call_value("aten::_assert_async.msg", ops::zeros({}, DType::bool_), "no"); }), "no");
}

TEST(LinalgFactor, ReconstructsAndSolves) {
    const Tensor a = tensor({1.f, 2.f, 3.f, 4.f, 5.f, 6.5f}, DimVector{3, 2});
    const IValue lu = call_value("aten::linalg_lu", a);
    expect_close(values(nth(lu, 0)), {0, 1, 0, 0, 0, 1, 1, 0, 0});
    expect_close(values(nth(lu, 1)), {1, 0, 0.2, 1, 0.6, 0.1428571});
    expect_close(values(nth(lu, 2)), {5, 6.5, 0, 0.7});
    const Tensor square = tensor({4.f, 1.f, 2.f, 3.f}, DimVector{2, 2}), b = tensor({1.f, 2.f}, DimVector{2, 1});
    const IValue factors = call_value("aten::linalg_lu_factor", square);
    const Tensor x = call("aten::linalg_lu_solve", nth(factors, 0), nth(factors, 1), b);
    expect_close(values(call("aten::matmul", square, x)), {1, 2});
    const Tensor left = call("aten::linalg_lu_solve", nth(factors, 0), nth(factors, 1), ops::transpose(b, 0, 1), false);
    expect_close(values(call("aten::matmul", left, square)), {1, 2});
    const IValue least = call_value("aten::linalg_lstsq", a, tensor({1.f, 2.f, 4.f}, DimVector{3, 1}), kNone, "gelsd");
    expect_close(values(nth(least, 0)), {0.4090909, 0.2727273}, 1e-5);
    expect_close(values(nth(least, 1)), {0.1363636}, 1e-5);
    EXPECT_EQ(values(nth(least, 2)), (D{2}));
    const IValue reflectors = call_value("aten::geqrf", a);
    expect_close(values(nth(reflectors, 0)), {-5.9160798, -7.8599363, 0.4337718, 0.6866066, 0.722953, 0.652023}, 1e-5);
    const Tensor q = call("aten::orgqr", nth(reflectors, 0), nth(reflectors, 1));
    expect_close(values(call("aten::matmul", ops::transpose(q, 0, 1), q)), {1, 0, 0, 1}, 1e-6);
}

TEST(LinalgCompose, Products) {
    expect_close(values(call("aten::matrix_exp", tensor({1.f, 2.f, -1.f, 0.5f}, DimVector{2, 2}))),
                 {0.7507799, 2.9932728, -1.4966364, 0.0024614}, 1e-6);
    EXPECT_EQ(values(call("aten::kron", tensor({1.f, 2.f}), tensor({1.f, 10.f, 100.f}))), (D{1, 10, 100, 2, 20, 200}));
    expect_close(values(call("aten::renorm", tensor({3.f, 4.f, 0.1f, 0.2f}, DimVector{2, 2}), 2, 0, 1)),
                 {0.6, 0.8, 0.1, 0.2});
    EXPECT_EQ(values(call("aten::dist", tensor({1.f, 2.f}), tensor({4.f, 6.f}))), (D{5}));
    EXPECT_EQ(values(call("aten::pdist", tensor({0.f, 0.f, 3.f, 4.f, 0.f, 1.f}, DimVector{3, 2}), 1.0)), (D{7, 1, 6}));
    EXPECT_EQ(values(call("aten::linalg_matrix_rank.atol_rtol_float", tensor({1.f, 2.f, 2.f, 4.f}, DimVector{2, 2}))),
              (D{1}));
    const Tensor cube = tensor({2.f, 0.f, 1.f, 0.f, 4.f, 0.f, 0.f, 0.f, 8.f}, DimVector{1, 3, 3}),
                 rhs = tensor({2.f, 4.f, 8.f});
    expect_close(values(call("aten::linalg_tensorsolve", cube, ops::view(rhs, {1, 3}))), {0.5, 1, 1});
    expect_close(values(call("aten::linalg_tensorsolve", cube, ops::view(rhs, {3, 1}), V{0, 1})), {1, 1, 0.875});
    expect_close(values(call("aten::linalg_cond", tensor({2.f, 0.f, 0.f, 8.f}, DimVector{2, 2}))), {4});
    EXPECT_EQ(values(call("aten::norm_except_dim", tensor({3.f, 4.f, 6.f, 8.f}, DimVector{2, 2}))), (D{5, 10}));
}

}  // namespace wick::testing

#include <cstring>

#include "ops/nn_testing.h"

namespace wick::testing {
namespace {

std::vector<double> reference_linear(const Tensor& x, const Tensor& w, const Tensor& b) {
    const int64_t n = w.size(0), k = w.size(1), m = x.numel() / k;
    std::vector<double> y = product(values(x), values(ops::transpose(w, 0, 1)), m, k, n);
    const std::vector<double> bias = values(b);
    for (size_t i = 0; i < y.size(); ++i) y[i] += bias[i % static_cast<size_t>(n)];
    return y;
}

TEST(Linear, EveryRowCountAndDtype) {
    for (int64_t rows : {1, 2, 5, 17, 40}) {
        for (DType dtype : {DType::float32, DType::float64, DType::bfloat16, DType::float16}) {
            const Tensor x = random({rows, 33}, 1, dtype), w = random({20, 33}, 2, dtype), b = random({20}, 3, dtype);
            const std::vector<double> expected = reference_linear(x, w, b);
            const double tolerance = dtype == DType::float64   ? 1e-12
                                     : dtype == DType::float32 ? 1e-5
                                     : dtype == DType::float16 ? 4e-3
                                                               : 3e-2;
            expect_close(values(call("aten::linear", x, w, b)), expected, tolerance);
            const Tensor kept = constant(ops::clone(w));
            expect_close(values(call("aten::linear", x, kept, b)), expected, tolerance);
            expect_close(values(call("aten::linear", x, kept, b)), expected, tolerance);
        }
    }
}

TEST(Linear, GivesTheSameBitsBeforeAndAfterItsWeightIsPacked) {
    for (int64_t rows : {5, 16, 17, 50}) {
        for (auto [n, k] : {std::pair<int64_t, int64_t>{70, 33}, {33, 600}, {300, 900}}) {
            const Tensor x = random({rows, k}), w = constant(random({n, k}, 2)), b = random({n}, 3);
            const Tensor first = call("aten::linear", x, w, b);
            for (int i = 0; i < 20; ++i) {
                const Tensor later = call("aten::linear", x, w, b);
                ASSERT_EQ(0, std::memcmp(first.data_ptr(), later.data_ptr(), static_cast<size_t>(first.nbytes())))
                    << rows << " x " << k << " x " << n << ", call " << i;
            }
        }
    }
}

TEST(Linear, ForgetsPackedWeightsThatWereWrittenTo) {
    const Tensor x = random({20, 8}), w = constant(random({6, 8}, 2)), b = random({6}, 3);
    for (int i = 0; i < 20; ++i) call("aten::linear", x, w, b);
    ops::fill(w, 0.5);
    expect_close(values(call("aten::linear", x, w, b)), reference_linear(x, w, b), 1e-5);
}

TEST(Linear, ForgetsPackedWeightsOfOtherMemory) {
    const Tensor x = random({20, 8}), w = constant(random({6, 8}, 2)), b = random({6}, 3);
    for (int i = 0; i < 20; ++i) call("aten::linear", x, w, b);
    // Written to as often as what it replaces.
    const Tensor other = random({6, 8}, 4);
    while (other.impl()->storage->version() < w.impl()->storage->version()) other.impl()->storage->bump_version();
    call("aten::set_.source_Tensor", w, other);
    ASSERT_EQ(w.impl()->storage->version(), other.impl()->storage->version());
    expect_close(values(call("aten::linear", x, w, b)), reference_linear(x, other, b), 1e-5);
}

TEST(Linear, ChecksShapesAndDtypes) {
    EXPECT_EQ(error_of([] {
                  call("aten::linear", random({2, 3, 4}), random({5, 6}), Tensor());
              }),
              "mat1 and mat2 shapes cannot be multiplied (6x4 and 6x5)");
    EXPECT_EQ(error_of([] {
                  call("aten::linear", random({2, 4}), random({5, 4}, 1, DType::float64), Tensor());
              }),
              "mat1 and mat2 must have the same dtype, but got Float and Double");
    EXPECT_EQ(sizes(call("aten::linear", random({0, 4}), random({5, 4}), Tensor())), (std::vector<int64_t>{0, 5}));
}

TEST(Matmul, EveryRank) {
    using S = std::vector<int64_t>;
    const auto shape = [](S a, S b) { return sizes(call("aten::matmul", random(a), random(b))); };
    EXPECT_EQ(shape({3}, {3}), (S{}));
    EXPECT_EQ(shape({2, 3}, {3}), (S{2}));
    EXPECT_EQ(shape({3}, {3, 4}), (S{4}));
    EXPECT_EQ(shape({5, 2, 3}, {3, 4}), (S{5, 2, 4}));
    EXPECT_EQ(shape({3}, {5, 3, 4}), (S{5, 4}));
    EXPECT_EQ(shape({5, 1, 2, 3}, {6, 3, 4}), (S{5, 6, 2, 4}));
    EXPECT_EQ(error_of([] {
                  call("aten::matmul", random({2, 3}), random({4, 5}));
              }),
              "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
    const Tensor a = random({2, 4, 3}), b = ops::transpose(random({2, 5, 3}, 2), 1, 2);
    const std::vector<double> c = values(call("aten::matmul", a, b));
    expect_close(std::vector<double>(c.begin() + 20, c.end()),
                 product(values(ops::select(a, 0, 1)), values(ops::select(b, 0, 1)), 4, 3, 5), 1e-5);
}

TEST(Matmul, IntegersAndAddmm) {
    const Tensor a = counting({2, 3}, DType::int64), b = counting({3, 2}, DType::int64);
    EXPECT_EQ(values(call("aten::mm", a, b)), (std::vector<double>{10, 13, 28, 40}));
    // NaNs of a start that is multiplied by 0 do not count.
    const Tensor start = ops::full({2, 2}, std::nan(""), DType::float32);
    EXPECT_EQ(
        values(call("aten::addmm", start, ops::to_dtype(a, DType::float32), ops::to_dtype(b, DType::float32), 0, 2)),
        (std::vector<double>{20, 26, 56, 80}));
}

TEST(Matmul, DerivedVariantsSayWhatTheyWrite) {
    const auto schema = [](std::string_view name) {
        return jit::Registry::instance().find_overload(name)->schema().str();
    };
    EXPECT_EQ(schema("aten::mm.out"), "aten::mm.out(Tensor self, Tensor mat2, *, Tensor(a!) out) -> Tensor(a!)");
    EXPECT_EQ(
        schema("aten::addmm_"),
        "aten::addmm_(Tensor(a!) self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor(a!)");
}

TEST(Einsum, DiagonalsBatchesAndEllipsis) {
    const Tensor x = counting({3, 3});
    EXPECT_EQ(values(call("aten::einsum", "ii->i", std::vector<Tensor>{x})), (std::vector<double>{0, 4, 8}));
    const Tensor q = random({2, 4, 3, 5}), k = random({2, 6, 3, 5}, 2);
    const Tensor scores = call("aten::einsum", "bqhd,bkhd->bhqk", std::vector<Tensor>{q, k});
    const Tensor same = call("aten::matmul", ops::permute(q, {0, 2, 1, 3}), ops::permute(k, {0, 2, 3, 1}));
    expect_close(values(scores), values(same), 1e-5);
    const Tensor batched =
        call("aten::einsum", "...ij,...jk", std::vector<Tensor>{random({2, 3, 4}), random({4, 5}, 2)});
    EXPECT_EQ(sizes(batched), (std::vector<int64_t>{2, 3, 5}));
    EXPECT_EQ(error_of([&] { call("aten::einsum", "ij->k", std::vector<Tensor>{x}); }),
              "einsum(): output subscript k does not appear in the equation for any input operand");
}

TEST(Linalg, SolvesInvertsAndFactors) {
    const Tensor a = tensor<double>({4, 1, 2, 1, 5, 3, 2, 3, 6}, DimVector{3, 3});
    const Tensor inverse = call("aten::linalg_inv", a);
    expect_close(values(call("aten::mm", a, inverse)), {1, 0, 0, 0, 1, 0, 0, 0, 1}, 1e-12);
    const Tensor x = call("aten::linalg_solve", a, tensor<double>({1, 2, 3}), true);
    expect_close(values(call("aten::mv", a, x)), {1, 2, 3}, 1e-12);
    expect_close(values(call("aten::linalg_det", a)), {70}, 1e-12);
    const Tensor l = call("aten::linalg_cholesky", a, false);
    expect_close(values(call("aten::mm", l, ops::transpose(l, 0, 1))), values(a), 1e-12);
    const IValue svd = call_value("aten::linalg_svd", ops::narrow(a, 1, 0, 2), true, IValue());
    const Tensor u = svd.to_tuple().elements[0].to_tensor();
    expect_close(values(call("aten::mm", ops::transpose(u, 0, 1), u)), {1, 0, 0, 0, 1, 0, 0, 0, 1}, 1e-12);
    EXPECT_EQ(error_of([] {
                  call("aten::linalg_inv", ops::zeros({2, 2}, DType::float32));
              }),
              "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input "
              "matrix is singular.");
}

TEST(Distances, OfAllPairsOfRows) {
    const Tensor x = tensor({0, 0, 3, 4, 0, 8}, DimVector{3, 2});
    expect_close(values(call("aten::pdist", x)), {5, 8, 5});
    expect_close(values(call("aten::pdist", x, 1.0)), {7, 8, 7});
    EXPECT_EQ(call("aten::pdist", counting({1, 4})).numel(), 0);
    EXPECT_EQ(call("aten::pdist", empty({0, 4}, DType::float32)).numel(), 0);
    EXPECT_EQ(error_of([] { call("aten::pdist", counting({3})); }), "pdist only supports 2D tensors, got: 1D");
}

TEST(Norms, OrdersAndDimensions) {
    const Tensor x = tensor({3, -4, 0, 12}, DimVector{2, 2});
    const auto norm = [&](IValue p) {
        return values(call("aten::linalg_vector_norm", x, p, std::vector<int64_t>{1}, false, IValue()));
    };
    expect_close(norm(2), {5, 12});
    expect_close(norm(1), {7, 12});
    expect_close(norm(0), {2, 1});
    expect_close(norm(INFINITY), {4, 12});
    expect_close(values(call("aten::norm.Scalar", x, 2)), {13});
    expect_close(values(call("aten::cdist", tensor({0, 0}, DimVector{1, 2}), tensor({3, 4, 6, 8}, DimVector{2, 2}), 2.0,
                             IValue())),
                 {5, 10});
}

}  // namespace
}  // namespace wick::testing

// Histograms, membership, quantiles, covariance, integration.
#include "op_testing.h"

namespace wick::testing {

using D = std::vector<double>;
using V = std::vector<int64_t>;

static const IValue kNone;
static Tensor nth(const IValue& tuple, size_t i) { return tuple.to_tuple().elements[i].to_tensor(); }
static Tensor longs(V values) { return tensor<int64_t>(std::move(values)); }

TEST(Histogram, WeightsInBins) {
    const Tensor x = tensor({1.f, 2.f, 1.f, 4.f});
    const IValue weighted =
        call_value("aten::histogram.bins_tensor", x, tensor({0.f, 1.f, 3.f, 4.f}), tensor({1.f, 2.f, 3.f, 4.f}), true);
    expect_close(values(nth(weighted, 0)), {0, 0.3, 0.4});
    const auto edges = [](const Tensor& data) { return values(nth(call_value("aten::histogram.bin_ct", data, 2), 1)); };
    EXPECT_EQ(edges(tensor({3.f, 3.f})), (D{2.5, 3, 3.5}));
    EXPECT_EQ(edges(tensor({1.f, 5.f})), (D{1, 3, 5}));
    EXPECT_EQ(edges(tensor<float>({})), (D{0, 0.5, 1}));
}

TEST(Membership, NanIsInNoSet) {
    EXPECT_EQ(values(call("aten::isin.Tensor_Tensor", tensor({1.f, NAN, 3.f}), tensor({NAN, 3.f}))), (D{0, 0, 1}));
    EXPECT_EQ(values(call("aten::isin.Tensor_Scalar", longs({1, 2}), 2, false, true)), (D{1, 0}));
}

TEST(Quantile, SettlesBetweenNeighbours) {
    const Tensor x = tensor({3.f, 1.f, 4.f, 1.f, 5.f}), q = tensor({0.1f, 0.5f, 0.9f});
    const auto at = [&](const char* mode) { return values(call("aten::quantile", x, q, kNone, false, mode)); };
    expect_close(at("linear"), {1, 3, 4.6});
    expect_close(at("lower"), {1, 3, 4});
    expect_close(at("higher"), {1, 3, 5});
    expect_close(at("midpoint"), {1, 3, 4.5});
    expect_close(at("nearest"), {1, 3, 5});
    EXPECT_EQ(sizes(call("aten::quantile", counting({2, 3}), q, 1, true)), (V{3, 2, 1}));
    EXPECT_EQ(values(call("aten::nanquantile.scalar", tensor({NAN, 1.f, 2.f}), 0.5)), (D{1.5}));
    EXPECT_TRUE(std::isnan(values(call("aten::quantile.scalar", tensor({NAN, 1.f}), 0.5))[0]));
    EXPECT_EQ(error_of([&] { call("aten::quantile.scalar", x, 1.5); }),
              "quantile() q must be in the range [0, 1] but got 1.5");
}

TEST(Calculus, IntegralsAndSlopes) {
    const Tensor y = tensor({1.f, 2.f, 4.f, 3.f, 1.f, 0.f}, DimVector{2, 3});
    EXPECT_EQ(values(call("aten::trapezoid.dx", y)), (D{4.5, 2.5}));
    EXPECT_EQ(values(call("aten::cumulative_trapezoid.x", tensor({1.f, 2.f, 4.f}), tensor({0.f, 1.f, 3.f}))),
              (D{1.5, 7.5}));
    const Tensor powers = tensor({1.f, 2.f, 4.f, 8.f});
    const auto first = [](const IValue& list) { return values(list.to_tensor_vector().at(0)); };
    expect_close(first(call_value("aten::gradient.scalarint", powers, 0.5)), {2, 3, 6, 8});
    expect_close(first(call_value("aten::gradient.scalarint", powers, kNone, kNone, 2)), {0.5, 1.5, 3, 5});
    const std::vector<Tensor> points{tensor({0.f, 1.f, 3.f, 4.f})};
    expect_close(first(call_value("aten::gradient.tensorarray", powers, points, std::vector<int64_t>{0}, 2)),
                 {1, 1, 3, 5});
}

TEST(Calculus, Covariance) {
    const Tensor x = tensor({1.f, 2.f, 4.f, 3.f, 1.f, 0.f}, DimVector{2, 3});
    expect_close(values(call("aten::cov", x)), {2.3333333, -2.1666667, -2.1666667, 2.3333333});
    expect_close(values(call("aten::cov", x, 1, longs({1, 2, 1}), tensor({0.5f, 1.f, 2.f}))),
                 {1.8571428, -1.3571429, -1.3571429, 1.2142857});
    expect_close(values(call("aten::corrcoef", x)), {1, -0.9285713, -0.9285713, 1});
}

TEST(Combining, Choices) {
    EXPECT_EQ(values(call("aten::combinations", counting({3}))), (D{0, 1, 0, 2, 1, 2}));
    EXPECT_EQ(values(call("aten::combinations", counting({2}), 2, true)), (D{0, 0, 0, 1, 1, 1}));
    EXPECT_EQ(sizes(call("aten::combinations", counting({2}), 3)), (V{0, 3}));
    EXPECT_EQ(values(call("aten::vander", longs({2, 3}), 3)), (D{4, 2, 1, 9, 3, 1}));
    const std::vector<Tensor> sequences{counting({2}), counting({1})};
    EXPECT_EQ(values(call("aten::pad_sequence", sequences, true, -1.0)), (D{0, 1, 0, -1}));
    EXPECT_EQ(values(call("aten::nonzero_static", longs({0, 7, 7}), 3)), (D{1, 2, -1}));
}

}  // namespace wick::testing

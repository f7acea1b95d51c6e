// Distinct values, counts, and places among sorted values.

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;

std::vector<int64_t> ints(const IValue& tuple, size_t i) {
    return values<int64_t>(tuple.to_tuple().elements[i].to_tensor());
}

TEST(Unique, SortsAndTellsWhereEachWent) {
    const Tensor x = tensor<int64_t>({3, 1, 1, 2}, DimVector{2, 2});
    const IValue all = call_value("aten::_unique2", x, true, true, true);
    EXPECT_EQ(ints(all, 0), (std::vector<int64_t>{1, 2, 3}));
    EXPECT_EQ(ints(all, 1), (std::vector<int64_t>{2, 0, 0, 1}));
    EXPECT_EQ(sizes(all.to_tuple().elements[1].to_tensor()), (std::vector<int64_t>{2, 2}));
    EXPECT_EQ(ints(all, 2), (std::vector<int64_t>{2, 1, 1}));
    const IValue values_only = call_value("aten::_unique2", x);
    EXPECT_EQ(ints(values_only, 1), std::vector<int64_t>());
    EXPECT_EQ(ints(values_only, 2), std::vector<int64_t>());
}

TEST(Unique, NotANumberIsNeverTheSame) {
    const double nan = std::nan("");
    const IValue all = call_value("aten::_unique2", tensor<double>({3, 1, nan, 1, nan, 2}), true, true, true);
    expect_close(values(all.to_tuple().elements[0].to_tensor()), {1, 2, 3, nan, nan});
    EXPECT_EQ(ints(all, 1), (std::vector<int64_t>{2, 0, 3, 0, 4, 1}));
    EXPECT_EQ(ints(all, 2), (std::vector<int64_t>{2, 1, 1, 1, 1}));
}

TEST(Unique, SlicesAlongADimension) {
    const Tensor x = tensor<int64_t>({1, 2, 1, 2, 0, 5}, DimVector{3, 2});
    const IValue rows = call_value("aten::unique_dim", x, 0);
    EXPECT_EQ(ints(rows, 0), (std::vector<int64_t>{0, 5, 1, 2}));
    EXPECT_EQ(ints(rows, 1), (std::vector<int64_t>{1, 1, 0}));
    EXPECT_EQ(ints(rows, 2), (std::vector<int64_t>{1, 2}));
    const IValue runs = call_value("aten::unique_dim_consecutive", x, 0);
    EXPECT_EQ(ints(runs, 0), (std::vector<int64_t>{1, 2, 0, 5}));
    EXPECT_EQ(ints(runs, 1), (std::vector<int64_t>{0, 0, 1}));
}

TEST(Unique, ConsecutiveKeepsTheOrder) {
    const IValue runs = call_value("aten::unique_consecutive", tensor<int64_t>({2, 2, 1, 1, 1, 2}), true, true);
    EXPECT_EQ(ints(runs, 0), (std::vector<int64_t>{2, 1, 2}));
    EXPECT_EQ(ints(runs, 1), (std::vector<int64_t>{0, 0, 1, 1, 1, 2}));
    EXPECT_EQ(ints(runs, 2), (std::vector<int64_t>{2, 3, 1}));
    EXPECT_EQ(ints(call_value("aten::unique_consecutive", empty({0}, DType::int64)), 0), std::vector<int64_t>());
}

TEST(Bincount, CountsAndWeighs) {
    const Tensor x = tensor<int64_t>({1, 3, 1});
    EXPECT_EQ(values<int64_t>(call("aten::bincount", x)), (std::vector<int64_t>{0, 2, 0, 1}));
    EXPECT_EQ(sizes(call("aten::bincount", x, IValue(), 6)), (std::vector<int64_t>{6}));
    EXPECT_EQ(values(call("aten::bincount", x, tensor<float>({0.5f, 2, 0.25f}))), (std::vector<double>{0, 0.75, 0, 2}));
    EXPECT_EQ(error_of([] { call("aten::bincount", tensor<int64_t>({-1})); }),
              "bincount only supports 1-d non-negative integral inputs.");
}

TEST(Histc, TakesTheRangeOfTheValuesWhereNoneIsGiven) {
    const Tensor x = tensor<float>({1, 2, 1, 4});
    EXPECT_EQ(values(call("aten::histc", x, 4, 0, 3)), (std::vector<double>{0, 2, 1, 0}));
    EXPECT_EQ(values(call("aten::histc", x, 3)), (std::vector<double>{2, 1, 1}));
    // A range wider than the largest number.
    EXPECT_EQ(values<double>(call("aten::histc", tensor<double>({-1e308, 1e308}), 2, -1e308, 1e308)),
              (std::vector<double>{2, 0}));
}

TEST(Searchsorted, LeftRightAndNan) {
    const double nan = std::nan("");
    const Tensor row = tensor<double>({1, 2, 2, nan});
    const Tensor x = tensor<double>({2, nan, 0});
    EXPECT_EQ(values<int64_t>(call("aten::searchsorted.Tensor", row, x)), (std::vector<int64_t>{1, 4, 0}));
    EXPECT_EQ(values<int64_t>(call("aten::searchsorted.Tensor", row, x, false, true)), (std::vector<int64_t>{4, 4, 0}));
    const Tensor small = call("aten::bucketize.Tensor", x, tensor<double>({1, 2, 3}), true);
    EXPECT_EQ(small.dtype(), DType::int32);
    EXPECT_EQ(call("aten::searchsorted.Scalar", tensor<int64_t>({1, 2, 3}), 1.5).item().to_int(), 1);
}

TEST(Searchsorted, RowsOfTheirOwnAndASorter) {
    const Tensor rows = tensor<int64_t>({1, 3, 5, 2, 4, 6}, DimVector{2, 3});
    const Tensor x = tensor<int64_t>({3, 6, 3, 7}, DimVector{2, 2});
    EXPECT_EQ(values<int64_t>(call("aten::searchsorted.Tensor", rows, x)), (std::vector<int64_t>{1, 3, 1, 3}));
    const Tensor shuffled = tensor<int64_t>({5, 1, 3});
    const Tensor order = tensor<int64_t>({1, 2, 0});
    EXPECT_EQ(values<int64_t>(
                  call("aten::searchsorted.Tensor", shuffled, tensor<int64_t>({4}), false, false, IValue(), order)),
              (std::vector<int64_t>{2}));
    EXPECT_NE(error_of([&] {
                  call("aten::searchsorted.Tensor", shuffled, x, false, false, IValue(), tensor<int64_t>({0, 1, 3}));
              }),
              "");
}

}  // namespace
}  // namespace wick

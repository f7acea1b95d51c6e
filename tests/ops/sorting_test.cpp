// Orders of rows, long enough for every way of sorting, held against a comparison of the values themselves.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <vector>

#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using namespace ops;

/// Numbers with many equal ones among them; for floats both zeros, NaN and infinities too.
Tensor numbers(DType dtype, int64_t count) {
    std::vector<double> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i * 37 % 101 - 50));
    if (is_integral(dtype, true)) {
        for (double& value : values) value = dtype == DType::uint8 || dtype == DType::bool_ ? std::abs(value) : value;
        if (dtype == DType::bool_)
            for (double& value : values) value = value > 25;
    } else {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        for (int64_t i = 0; i < count; i += 3) values[i] = i % 2 ? 0.0 : -0.0;
        for (int64_t i = 1; i < count; i += 17) values[i] = std::numeric_limits<double>::quiet_NaN();
        for (int64_t i = 2; i < count; i += 29) values[i] = i % 2 ? kInfinity : -kInfinity;
    }
    const Tensor doubles = empty({count}, DType::float64);
    std::ranges::copy(values, doubles.mutable_data<double>());
    return to_dtype(doubles, dtype);
}

/// NaN is the largest.
bool precedes(double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

class Sorting : public testing::TestWithParam<DType> {};

TEST_P(Sorting, KeepsTheOrderOfEqualOnes) {
    for (const int64_t count : {1, 7, 150, 1000}) {
        const Tensor x = numbers(GetParam(), count);
        const Tensor values = to_dtype(x, DType::float64);
        const double* value = values.data<double>();
        for (const bool descending : {false, true}) {
            std::vector<int64_t> expected(static_cast<size_t>(count));
            std::iota(expected.begin(), expected.end(), int64_t{0});
            std::ranges::stable_sort(expected, [&](int64_t a, int64_t b) {
                return descending ? precedes(value[b], value[a]) : precedes(value[a], value[b]);
            });
            const IValue sorted = call_operator("aten::sort", {x, -1, descending});
            const Tensor& indices = sorted.to_tuple().elements[1].tensor_ref();
            const std::vector<int64_t> order(indices.data<int64_t>(), indices.data<int64_t>() + count);
            EXPECT_EQ(order, expected) << name_of(GetParam()) << ", " << count << (descending ? ", descending" : "");
            // The values are those of the places, to the bit.
            const Tensor& found = sorted.to_tuple().elements[0].tensor_ref();
            const Tensor picked = call_operator("aten::index_select", {x, 0, indices}).to_tensor();
            const size_t bytes = static_cast<size_t>(count * bytes_of(GetParam()));
            EXPECT_EQ(std::memcmp(found.data_ptr(), picked.data_ptr(), bytes), 0);
        }
    }
}

TEST_P(Sorting, DistinctValuesAreThoseOfTheOrder) {
    const Tensor x = numbers(GetParam(), 1000);
    const Tensor values = to_dtype(x, DType::float64);
    std::vector<double> expected(values.data<double>(), values.data<double>() + 1000);
    std::ranges::stable_sort(expected, precedes);
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());  // every NaN stays
    const IValue found = call_operator("aten::_unique2", {x, true, true, true});
    const Tensor distinct = to_dtype(found.to_tuple().elements[0].tensor_ref(), DType::float64);
    ASSERT_EQ(distinct.numel(), static_cast<int64_t>(expected.size()));
    for (size_t i = 0; i < expected.size(); ++i) {
        const double value = distinct.data<double>()[i];
        EXPECT_TRUE(value == expected[i] || (std::isnan(value) && std::isnan(expected[i]))) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Sorting,
                         testing::Values(DType::uint8, DType::int8, DType::int16, DType::int32, DType::int64,
                                         DType::bool_, DType::float16, DType::bfloat16, DType::float32, DType::float64),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace wick::jit

#include "op_testing.h"
#include "ops/index_plan.h"

namespace wick::testing {

using D = std::vector<double>;
using V = std::vector<int64_t>;

static IValue optional_tensors(std::vector<IValue> items) {
    return IValue(make_list(jit::optional_type(jit::tensor_type()), std::move(items)));
}
static Tensor longs(V values) { return tensor<int64_t>(std::move(values)); }
static Tensor bools(V values) { return ops::to_dtype(longs(std::move(values)), DType::bool_); }

TEST(Indexing, PlacesIndexedDimensionsAsNumPyDoes) {
    const Tensor x = counting({3, 4, 5});
    const Tensor i = longs({2, 0});
    EXPECT_EQ(sizes(ops::index(x, {i})), (V{2, 4, 5}));
    EXPECT_EQ(values(ops::index(x, {std::nullopt, i, longs({1, -1})})), (D{11, 4, 31, 24, 51, 44}));
    EXPECT_EQ(sizes(ops::index(x, {i, std::nullopt, i})), (V{2, 4}));
    EXPECT_EQ(values(ops::index(x, {i, std::nullopt, i})), (D{42, 47, 52, 57, 0, 5, 10, 15}));
    EXPECT_EQ(sizes(ops::index(ops::transpose(x, 0, 2), {std::nullopt, std::nullopt, i})), (V{5, 4, 2}));
    EXPECT_EQ(sizes(call("aten::index.Tensor", x,
                         optional_tensors({IValue(), IValue(ops::view(longs({0, 1, 2, 3}), {2, 2}))}))),
              (V{3, 2, 2, 5}));
}

TEST(Indexing, Masks) {
    const Tensor x = counting({2, 3});
    const Tensor mask = ops::view(bools({1, 0, 1, 0, 0, 1}), {2, 3});
    EXPECT_EQ(values(ops::index(x, {mask})), (D{0, 2, 5}));
    EXPECT_EQ(values(call("aten::masked_select", x, bools({0, 1, 1}))), (D{1, 2, 4, 5}));
    EXPECT_EQ(values<int64_t>(call("aten::nonzero", mask)), (V{0, 0, 0, 2, 1, 2}));
    EXPECT_EQ(values(call("aten::masked_fill.Scalar", x, mask, -1)), (D{-1, 1, -1, 3, 4, -1}));
    EXPECT_EQ(values(call("aten::masked_scatter", x, mask, tensor({7.f, 8.f, 9.f}))), (D{7, 1, 8, 3, 4, 9}));
    call("aten::index_put_", x, optional_tensors({IValue(mask)}), tensor({5.f}));
    EXPECT_EQ(values(x), (D{5, 1, 5, 3, 4, 5}));
}

TEST(Indexing, Errors) {
    const Tensor x = counting({3, 4});
    EXPECT_EQ(error_of([&] { ops::index(x, {longs({3})}); }), "index 3 is out of bounds for dimension 0 with size 3");
    EXPECT_EQ(error_of([&] {
                  ops::index(x, {longs({0, 1}), longs({0, 1, 2})});
              }),
              "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]");
    EXPECT_EQ(error_of([&] {
                  ops::index(x, {bools({1, 0})});
              }),
              "The shape of the mask [2] at index 0 does not match the shape of the indexed tensor [3, 4] at index 0");
    EXPECT_EQ(error_of([&] { call("aten::index_select", x, 0, longs({-1})); }), "index out of range in self");
    EXPECT_EQ(error_of([&] {
                  call("aten::gather", x, 0, ops::view(longs({7}), {1, 1}));
              }),
              "index 7 is out of bounds for dimension 0 with size 3");
    EXPECT_EQ(error_of([&] { call("aten::index_put", x, optional_tensors({IValue(longs({0}))}), longs({1})); }),
              "Index put requires the source and destination dtypes match, got Float for the destination and Long for "
              "the source.");
}

TEST(Indexing, Writes) {
    const Tensor x = ops::zeros({3, 2}, DType::float32);
    call("aten::index_put_", x, optional_tensors({IValue(longs({0, 0, 2}))}), tensor({1.f, 2.f}), true);
    EXPECT_EQ(values(x), (D{2, 4, 0, 0, 1, 2}));
    EXPECT_EQ(values(call("aten::index_add", x, 0, longs({1, 1}), counting({2, 2}), 10)), (D{2, 4, 20, 40, 1, 2}));
    EXPECT_EQ(values(call("aten::index_copy", x, 1, longs({1}), counting({3, 1}))), (D{2, 0, 0, 1, 1, 2}));
    EXPECT_EQ(values(call("aten::index_fill.int_Scalar", x, 0, longs({0}), 9)), (D{9, 9, 0, 0, 1, 2}));
    EXPECT_EQ(values(call("aten::take", x, longs({1, -1}))), (D{4, 2}));
}

TEST(Indexing, GatherAndScatter) {
    const Tensor x = counting({2, 3});
    const Tensor at = ops::view(longs({0, 1, 1, 0}), {2, 2});
    EXPECT_EQ(values(call("aten::gather", x, 1, at)), (D{0, 1, 4, 3}));
    EXPECT_EQ(values(call("aten::gather", x, 0, at)), (D{0, 4, 3, 1}));
    const Tensor zero = ops::zeros({2, 3}, DType::float32);
    EXPECT_EQ(values(call("aten::scatter.src", zero, 1, at, counting({2, 2}))), (D{0, 1, 0, 3, 2, 0}));
    EXPECT_EQ(values(call("aten::scatter.value", zero, 1, at, 5)), (D{5, 5, 0, 5, 5, 0}));
    EXPECT_EQ(
        error_of([&] {
            call("aten::scatter.src", counting({3}), 0, ops::view(longs({0}), {}), ops::zeros({0}, DType::float32));
        }),
        "Expected index [] to be smaller than self [3] apart from dimension 0 and to be smaller size than src [0]");
    EXPECT_EQ(
        values(call("aten::scatter_add", zero, 0, longs({1}).defined() ? ops::view(longs({1, 1, 1, 1}), {2, 2}) : at,
                    ops::ones({2, 2}, DType::float32))),
        (D{0, 0, 0, 2, 2, 0}));
    EXPECT_EQ(values(call("aten::scatter_reduce.two", x, 1, at, ops::full({2, 2}, 9, DType::float32), "amax", false)),
              (D{9, 9, 2, 9, 9, 5}));
    EXPECT_EQ(values(call("aten::scatter_reduce.two", x, 1, at, ops::full({2, 2}, 9, DType::float32), "mean")),
              (D{4.5, 5, 2, 6, 6.5, 5}));
    EXPECT_EQ(values(call("aten::take_along_dim", x, ops::view(longs({2, 0}), {2, 1}), 1)), (D{2, 3}));
}

TEST(Sorting, SortsStablyWithNanLast) {
    const Tensor x = tensor({3.f, NAN, 1.f, 3.f, 2.f});
    const IValue sorted = call_value("aten::sort", x);
    EXPECT_EQ(values<int64_t>(sorted.to_tuple().elements[1].to_tensor()), (V{2, 4, 0, 3, 1}));
    EXPECT_EQ(values<int64_t>(call("aten::argsort", x, -1, true)), (V{1, 0, 3, 4, 2}));
    const IValue top = call_value("aten::topk", counting({2, 5}), 2);
    EXPECT_EQ(values(top.to_tuple().elements[0].to_tensor()), (D{4, 3, 9, 8}));
    EXPECT_EQ(values(call("aten::median", tensor({4.f, 1.f, 3.f, 2.f}))), (D{2}));
    EXPECT_EQ(values(call_value("aten::mode", tensor({1.f, 2.f, 2.f, 1.f})).to_tuple().elements[1].to_tensor()),
              (D{3}));
    EXPECT_EQ(values(call_value("aten::kthvalue", tensor({4.f, 1.f, 3.f}), 2).to_tuple().elements[0].to_tensor()),
              (D{3}));
    EXPECT_EQ(error_of([&] { call_value("aten::topk", x, 6); }), "selected index k out of range");
}

TEST(Scan, RunningValues) {
    const Tensor x = counting({2, 3});
    EXPECT_EQ(values(call("aten::cumsum", x, 0)), (D{0, 1, 2, 3, 5, 7}));
    EXPECT_EQ(values(call("aten::cumprod", x, 1)), (D{0, 0, 0, 3, 12, 60}));
    EXPECT_EQ(call("aten::cumsum", bools({1, 1}), 0).dtype(), DType::int64);
    const IValue largest = call_value("aten::max.dim", ops::transpose(x, 0, 1), 1);
    EXPECT_EQ(values(largest.to_tuple().elements[0].to_tensor()), (D{3, 4, 5}));
    EXPECT_EQ(values<int64_t>(call("aten::argmax", x)), (V{5}));
    EXPECT_EQ(values<int64_t>(call("aten::argmin", tensor({2.f, NAN, 1.f}))), (V{1}));
    EXPECT_EQ(values(call("aten::diff", tensor({1.f, 4.f, 9.f}))), (D{3, 5}));
    EXPECT_EQ(values(call_value("aten::cummax", tensor({1.f, 3.f, 3.f, 2.f}), 0).to_tuple().elements[1].to_tensor()),
              (D{0, 1, 2, 2}));
}

// Rows that are searched in blocks: the first of equals, and the first NaN.
TEST(Scan, ExtremesOfLongRows) {
    const auto at = [](const char* op, const Tensor& x) { return values<int64_t>(call(op, x))[0]; };
    for (DType dtype : {DType::float32, DType::float64, DType::int64, DType::uint8}) {
        std::vector<float> row(1000, 7.f);
        row[300] = row[700] = 9.f;
        row[299] = row[999] = 2.f;
        const Tensor x = ops::to_dtype(tensor(row), dtype);
        EXPECT_EQ(at("aten::argmax", x), 300);
        EXPECT_EQ(at("aten::argmin", x), 299);
        row[999] = 10.f;
        EXPECT_EQ(at("aten::argmax", ops::to_dtype(tensor(row), dtype)), 999);
    }
    std::vector<float> row(1000);
    for (int i = 0; i < 1000; ++i) row[static_cast<size_t>(i)] = static_cast<float>(i);
    EXPECT_EQ(at("aten::argmax", tensor(row)), 999);
    row[777] = row[800] = NAN;
    EXPECT_EQ(at("aten::argmax", tensor(row)), 777);
    EXPECT_EQ(at("aten::argmin", tensor(row)), 777);
    row[0] = NAN;
    EXPECT_EQ(at("aten::argmin", tensor(row)), 0);
}

TEST(Rearranging, Copies) {
    const Tensor x = counting({2, 3});
    EXPECT_EQ(values(call("aten::flip", x, V{1})), (D{2, 1, 0, 5, 4, 3}));
    EXPECT_EQ(values(call("aten::roll", x, V{1}, V{})), (D{5, 0, 1, 2, 3, 4}));
    EXPECT_EQ(values(call("aten::roll", x, V{1, -1}, V{0, 1})), (D{4, 5, 3, 1, 2, 0}));
    EXPECT_EQ(values(call("aten::rot90", x)), (D{2, 5, 1, 4, 0, 3}));
    EXPECT_EQ(sizes(call("aten::repeat", x, V{2, 1, 2})), (V{2, 2, 6}));
    EXPECT_EQ(values(call("aten::repeat_interleave.self_int", longs({1, 2}), 2)), (D{1, 1, 2, 2}));
    EXPECT_EQ(values(call("aten::repeat_interleave.self_Tensor", x, longs({0, 2}), 0)), (D{3, 4, 5, 3, 4, 5}));
    EXPECT_EQ(values(call("aten::pad", x, V{1, 0, 0, 1})), (D{0, 0, 1, 2, 0, 3, 4, 5, 0, 0, 0, 0}));
    EXPECT_EQ(values(call("aten::pad", x, V{-1, 1})), (D{1, 2, 0, 4, 5, 0}));
    EXPECT_EQ(values(call("aten::pad", x, V{2, 1}, "reflect")), (D{2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4}));
    EXPECT_EQ(values(call("aten::pad", x, V{1, 2}, "replicate")), (D{0, 0, 1, 2, 2, 2, 3, 3, 4, 5, 5, 5}));
    EXPECT_EQ(values(call("aten::pad", x, V{1, 1}, "circular")), (D{2, 0, 1, 2, 0, 5, 3, 4, 5, 3}));
}

}  // namespace wick::testing

#include "op_testing.h"

namespace wick::testing {

using V = std::vector<int64_t>;

TEST(Views, ViewFollowsStrides) {
    const Tensor x = counting({2, 3, 4});
    EXPECT_EQ(sizes(ops::view(x, {6, -1})), (V{6, 4}));
    const Tensor y = ops::transpose(x, 0, 1);
    EXPECT_EQ(error_of([&] { ops::view(y, {-1}); }),
              "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
              "two contiguous "
              "subspaces). Use .reshape(...) instead.");
    EXPECT_EQ(sizes(ops::view(y, {3, 2, 2, 2})), (V{3, 2, 2, 2}));
    EXPECT_EQ(values(ops::reshape(y, {-1}))[4], 12);
    EXPECT_EQ(error_of([&] { ops::view(x, {5, -1}); }), "shape '[5, -1]' is invalid for input of size 24");
    EXPECT_EQ(error_of([&] { ops::view(x, {-1, -1}); }), "only one dimension can be inferred");
}

TEST(Views, SliceClampsAndShares) {
    const Tensor x = counting({5, 2});
    EXPECT_EQ(values(call("aten::slice.Tensor", x, 0, 1, IValue(), 2)), (std::vector<double>{2, 3, 6, 7}));
    EXPECT_EQ(sizes(ops::slice(x, 0, -2, 100)), (V{2, 2}));
    EXPECT_EQ(sizes(ops::slice(x, 0, 4, 2)), (V{0, 2}));
    ops::fill(ops::select(x, 0, -1), 7);
    EXPECT_EQ(values(x)[9], 7);
    EXPECT_EQ(error_of([&] { ops::select(x, 0, 5); }),
              "select(): index 5 out of range for tensor of size [5, 2] at dimension 0");
}

TEST(Views, ExpandAndPermute) {
    const Tensor x = counting({3, 1});
    EXPECT_EQ(strides(ops::expand(x, {2, -1, 4})), (V{0, 1, 0}));
    EXPECT_EQ(error_of([&] {
                  ops::expand(x, {2, 4});
              }),
              "The expanded size of the tensor (2) must match the existing size (3) at non-singleton dimension 0.  "
              "Target sizes: [2, 4].  "
              "Tensor sizes: [3, 1]");
    EXPECT_EQ(sizes(call("aten::permute", counting({2, 3, 4}), V{2, 0, 1})), (V{4, 2, 3}));
    EXPECT_EQ(sizes(call("aten::movedim.int", counting({2, 3, 4}), 0, 2)), (V{3, 4, 2}));
    EXPECT_EQ(values(call("aten::diagonal", counting({3, 3}), 1)), (std::vector<double>{1, 5}));
    for (int64_t offset : {INT64_MAX, INT64_MIN})
        EXPECT_EQ(error_of([&] { call("aten::diag_embed", counting({3}), offset); }),
                  fmt::format("diag_embed(): offset {} is out of range", offset));
    EXPECT_EQ(values(call("aten::unfold", counting({5}), 0, 3, 2)), (std::vector<double>{0, 1, 2, 2, 3, 4}));
}

TEST(Views, Splitting) {
    const Tensor x = counting({7});
    EXPECT_EQ(ops::split(x, 3).size(), 3u);
    EXPECT_EQ(sizes(ops::chunk(x, 3)[2]), (V{1}));
    EXPECT_EQ(error_of([&] {
                  ops::split_with_sizes(x, {3, 3});
              }),
              "split_with_sizes expects split_sizes to sum exactly to 7 (input tensor's size at dimension 0), but got "
              "split_sizes=[3, 3]");
    EXPECT_EQ(ops::unbind(counting({3, 2})).size(), 3u);
}

TEST(Copy, EveryLayout) {
    const Tensor source = counting({4, 5, 6});
    for (const Tensor& x : {source, ops::transpose(source, 0, 2), ops::permute(source, {1, 0, 2}),
                            ops::slice(source, 1, 1, 5, 2), ops::expand(counting({1, 5, 1}), {4, 5, 6})}) {
        const Tensor y = ops::contiguous(x);
        ASSERT_TRUE(y.is_contiguous());
        for (int64_t i = 0; i < x.size(0); ++i)
            for (int64_t j = 0; j < x.size(1); ++j)
                for (int64_t k = 0; k < x.size(2); ++k) {
                    auto at = [&](const Tensor& t) {
                        return ops::select(ops::select(ops::select(t, 0, i), 0, j), 0, k).item().to_double();
                    };
                    ASSERT_EQ(at(x), at(y));
                }
    }
    EXPECT_EQ(values<int64_t>(ops::to_dtype(tensor({1.9f, -1.9f, 300.f}), DType::uint8)), (V{1, 255, 44}));
    EXPECT_EQ(values<bool>(ops::to_dtype(tensor({0.f, NAN, 0.5f}), DType::bool_)),
              (std::vector<bool>{false, true, true}));
}

TEST(Copy, LargeTransposeInParallel) {
    const Tensor x = ops::transpose(counting({3, 70, 90, 40}), 1, 2);
    const std::vector<double> actual = values(x);
    for (int64_t n = 0, i = 0; n < 3; ++n)
        for (int64_t b = 0; b < 90; ++b)
            for (int64_t a = 0; a < 70; ++a)
                for (int64_t c = 0; c < 40; ++c, ++i) ASSERT_EQ(actual[i], ((n * 70 + a) * 90 + b) * 40 + c);
    const Tensor y = ops::transpose(counting({2, 130, 75}), 1, 2);
    const std::vector<double> plane = values(y);
    for (int64_t n = 0, i = 0; n < 2; ++n)
        for (int64_t b = 0; b < 75; ++b)
            for (int64_t a = 0; a < 130; ++a, ++i) ASSERT_EQ(plane[i], (n * 130 + a) * 75 + b);
}

TEST(Copy, KeepsMemoryOrder) {
    const Tensor x = ops::clone(counting({2, 3, 4, 5}), MemoryFormat::channels_last);
    EXPECT_EQ(strides(x), (V{60, 1, 15, 3}));
    EXPECT_EQ(strides(ops::clone(x)), strides(x));
    EXPECT_EQ(strides(ops::to_dtype(x, DType::float64)), strides(x));
    EXPECT_TRUE(call_value("aten::is_contiguous.memory_format", x, 2).to_bool());
    EXPECT_EQ(values(x), values(counting({2, 3, 4, 5})));
}

TEST(Factories, Ranges) {
    EXPECT_EQ(values<int64_t>(call("aten::arange.start_step", 7, 0, -3)), (V{7, 4, 1}));
    EXPECT_EQ(call("aten::arange", 3.5).dtype(), DType::float32);
    EXPECT_EQ(call("aten::arange", 3.5).numel(), 4);
    EXPECT_EQ(values(call("aten::linspace", 0, 1, 5)), (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
    EXPECT_EQ(error_of([] { call("aten::arange.start", 3, 1); }),
              "upper bound and lower bound inconsistent with step sign");
    EXPECT_EQ(values<int64_t>(call("aten::tril", counting({2, 3}, DType::int64), 0)), (V{0, 0, 0, 3, 4, 0}));
    EXPECT_EQ(values<int64_t>(call("aten::triu_indices", 2, 2)), (V{0, 0, 1, 0, 1, 1}));
    EXPECT_EQ(values(call("aten::eye.m", 2, 3)), (std::vector<double>{1, 0, 0, 0, 1, 0}));
}

TEST(Factories, OutOverloadsUseTheTensorsDtype) {
    Tensor out = empty({0}, DType::float64);
    call("aten::ones.out", V{2}, out);
    EXPECT_EQ(values(out), (std::vector<double>{1, 1}));
}

TEST(Factories, NestedLists) {
    auto row = [](V values) { return IValue(values); };
    auto list = make_list(jit::list_type(jit::int_type()), {row({1, 2}), row({3, 4})});
    EXPECT_EQ(sizes(call("aten::tensor", list)), (V{2, 2}));
    auto ragged = make_list(jit::list_type(jit::int_type()), {row({1, 2}), row({3})});
    EXPECT_EQ(error_of([&] { call("aten::tensor", ragged); }), "Expected sequence of length 2 at dim 1 (got 1)");
}

TEST(Joining, CatAndStack) {
    const Tensor parts[] = {counting({2, 1}), counting({2, 2})};
    EXPECT_EQ(values(ops::cat(parts, -1)), (std::vector<double>{0, 0, 1, 1, 2, 3}));
    EXPECT_EQ(error_of([&] { ops::cat(parts, 0); }),
              "Sizes of tensors must match except in dimension 0. Expected size 1 but got size 2 for tensor number 1 "
              "in the list.");
    const Tensor same[] = {counting({3}), counting({3})};
    EXPECT_EQ(sizes(ops::stack(same, 1)), (V{3, 2}));
}

}  // namespace wick::testing

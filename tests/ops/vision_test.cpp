#include "ops/nn_testing.h"

namespace wick::testing {
namespace {

using V = std::vector<double>;

TEST(Vision, NmsKeepsTheBestOfOverlappingBoxes) {
    const Tensor boxes = tensor({0, 0, 10, 10, 1, 1, 11, 11, 20, 20, 30, 30, 0, 0, 10, 9}, DimVector{4, 4});
    EXPECT_EQ(values(call("torchvision::nms", boxes, tensor({.5, .9, .3, .6}), 0.5)), (V{1, 2}));
    EXPECT_EQ(values(call("torchvision::nms", boxes, tensor({.5, .9, .3, .6}), 0.99)), (V{1, 3, 0, 2}));
    EXPECT_EQ(error_of([] {
                  call("torchvision::nms", ops::zeros({3, 5}, DType::float32), ops::zeros({3}, DType::float32), 0.5);
              }),
              "boxes should have 4 elements in dimension 1, got 5");
}

TEST(Vision, RoiAlignOfARampIsTheRampAtCellCentres) {
    const Tensor ramp = ops::reshape(counting({8}), {1, 1, 1, 8});
    const Tensor image = ops::contiguous(ops::expand(ramp, {1, 1, 8, 8}));
    const Tensor roi = tensor({0, 1, 1, 5, 5}, DimVector{1, 5});
    expect_close(values(call("torchvision::roi_align", image, roi, 1.0, 2, 2, 2, true)), {1.5, 3.5, 1.5, 3.5});
    EXPECT_EQ(error_of([&] {
                  call("torchvision::roi_align", image, tensor({3, 1, 1, 5, 5}, DimVector{1, 5}), 1.0, 2, 2, 2, true);
              }),
              "rois: batch index 3 is out of range for a batch of 1");
}

TEST(Vision, RoiAlignOfARegionTurnedInsideOutIsZero) {
    const Tensor image = ops::ones({1, 1, 8, 8}, DType::float32);
    const Tensor roi = tensor({0, 6, 6, 1, 1}, DimVector{1, 5});
    EXPECT_EQ(values(call("torchvision::roi_align", image, roi, 1.0, 2, 2, -1, true)), V(4, 0.0));
    EXPECT_EQ(error_of([&] { call("torchvision::roi_align", image, roi, 1.0, 2, 2, int64_t{1} << 40, true); }),
              "roi_align: a region of 1099511627776 pixels per cell is too large");
}

TEST(Vision, EndlessRegionsStayInsideTheImage) {
    const Tensor image = ops::ones({1, 4, 8, 8}, DType::float32);
    constexpr float inf = std::numeric_limits<float>::infinity();
    const Tensor roi = tensor({0, 0, 0, inf, inf}, DimVector{1, 5});
    for (const char* name : {"torchvision::roi_pool", "torchvision::ps_roi_pool"})
        EXPECT_EQ(values(call_value(name, image, roi, 1.0, 2, 2).to_tuple().elements[0].to_tensor())[0], 1.0) << name;
    EXPECT_EQ(error_of([&] {
                  call("torchvision::roi_align", ops::zeros({1, 1, 0, 5}, DType::float32), roi, 1.0, 2, 2, 2, true);
              }),
              "roi_align: expected an input with pixels, got [1, 1, 0, 5]");
}

TEST(Vision, DeformConvWithoutOffsetsIsConv) {
    const Tensor x = random({2, 4, 6, 5}), w = random({6, 2, 3, 3}, 2), b = random({6}, 3);
    const Tensor offset = ops::zeros({2, 18, 6, 5}, DType::float32), mask = ops::ones({2, 9, 6, 5}, DType::float32);
    const Tensor y = call("torchvision::deform_conv2d", x, w, offset, mask, b, 1, 1, 1, 1, 1, 1, 2, 1, true);
    expect_close(values(y), values(call("aten::conv2d", x, w, b, 1, 1, 1, 2)), 1e-5);
}

TEST(Resize, NearestLinearAndCubic) {
    const Tensor x = tensor({1, 2, 4}, DimVector{1, 1, 3});
    const std::vector<int64_t> six{6};
    EXPECT_EQ(values(call("aten::upsample_nearest1d.vec", x, six, IValue())), (V{1, 1, 2, 2, 4, 4}));
    expect_close(values(call("aten::upsample_linear1d.vec", x, six, false, IValue())), {1, 1.25, 1.75, 2.5, 3.5, 4});
    expect_close(values(call("aten::upsample_linear1d.vec", x, std::vector<int64_t>{5}, true, IValue())),
                 {1, 1.5, 2, 3, 4});
    // A cubic through constant data is constant, also at the borders.
    const Tensor flat = ops::ones({1, 1, 4, 4}, DType::float32);
    expect_close(values(call("aten::upsample_bicubic2d.vec", flat, std::vector<int64_t>{7, 3}, false, IValue())),
                 V(21, 1.0));
    EXPECT_EQ(error_of([&] { call("aten::upsample_nearest1d.vec", x, IValue(), IValue()); }),
              "Must specify exactly one of output_size and scale_factors");
}

TEST(Resize, AnyScaleFactorStaysInsideTheImage) {
    const Tensor x = ops::ones({1, 1, 3}, DType::float32), image = ops::ones({1, 1, 3, 3}, DType::float32);
    const std::vector<int64_t> four{4}, square{4, 4};
    for (const double factor : {1e-30, 1e-310, 1e300}) {
        EXPECT_EQ(values(call("aten::upsample_nearest1d", x, four, factor)), V(4, 1.0));
        EXPECT_EQ(values(call("aten::_upsample_nearest_exact1d", x, four, factor)), V(4, 1.0));
        EXPECT_EQ(values(call("aten::upsample_linear1d", x, four, false, factor)), V(4, 1.0));
        // The positions are no numbers any more, but they are no addresses either.
        for (const char* name : {"aten::upsample_bicubic2d", "aten::_upsample_bilinear2d_aa"})
            EXPECT_EQ(values(call(name, image, square, false, factor, factor)).size(), 16u);
    }
}

TEST(Grid, IdentityGridReturnsTheImage) {
    const Tensor x = random({1, 2, 4, 5}), theta = tensor({1, 0, 0, 0, 1, 0}, DimVector{1, 2, 3});
    for (bool corners : {false, true}) {
        const Tensor grid = call("aten::affine_grid_generator", theta, std::vector<int64_t>{1, 2, 4, 5}, corners);
        for (int64_t mode : {0, 1, 2})
            expect_close(values(call("aten::grid_sampler", x, grid, mode, 0, corners)), values(x), 1e-5);
    }
}

TEST(Fold, UnfoldThenFoldCountsTheOverlap) {
    const Tensor x = ops::ones({1, 1, 3, 3}, DType::float32);
    const Tensor columns = call("aten::im2col", x, 2, 1, 0, 1);
    EXPECT_EQ(sizes(columns), (std::vector<int64_t>{1, 4, 4}));
    EXPECT_EQ(values(call("aten::col2im", columns, 3, 2, 1, 0, 1)), (V{1, 2, 1, 2, 4, 2, 1, 2, 1}));
    const Tensor y = counting({1, 4, 1, 2});
    EXPECT_EQ(values(call("aten::pixel_shuffle", y, 2)), (V{0, 2, 1, 3, 4, 6, 5, 7}));
    EXPECT_EQ(values(call("aten::pixel_unshuffle", call("aten::pixel_shuffle", y, 2), 2)), values(y));
}

}  // namespace
}  // namespace wick::testing

// Fractional pooling and the interpolation operators of early archives.

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;

std::vector<int64_t> list(std::initializer_list<int64_t> values) { return values; }

Tensor remainders(IntArrayRef sizes, double factor, double divisor) {
    return call("aten::remainder.Scalar", call("aten::mul.Scalar", counting(sizes), factor), divisor);
}

// Expected values are PyTorch 2.13's.
TEST(FractionalMaxPool, WindowsStandWhereTheSamplesPutThem) {
    const Tensor image = remainders({1, 1, 5, 7}, 1, 11);
    const Tensor two = tensor<float>({0.3f, 0.8f}, DimVector{1, 1, 2});
    const IValue flat = call_value("aten::fractional_max_pool2d", image, list({2, 3}), list({3, 2}), two);
    EXPECT_EQ(values(flat.to_tuple().elements[0].to_tensor()), (std::vector<double>{9, 6, 9, 9, 10, 10}));
    EXPECT_EQ(values<int64_t>(flat.to_tuple().elements[1].to_tensor()), list({9, 6, 9, 20, 21, 32}));

    const Tensor volume = remainders({1, 1, 4, 5, 6}, 7, 31);
    const Tensor three = tensor<float>({0.3f, 0.8f, 0.5f}, DimVector{1, 1, 3});
    const IValue deep = call_value("aten::fractional_max_pool3d", volume, list({2, 2, 2}), list({2, 2, 3}), three);
    EXPECT_EQ(values(deep.to_tuple().elements[0].to_tensor()),
              (std::vector<double>{24, 25, 28, 26, 27, 30, 28, 24, 25, 30, 26, 27}));
    EXPECT_EQ(values<int64_t>(deep.to_tuple().elements[1].to_tensor()),
              list({30, 8, 4, 48, 26, 22, 66, 92, 70, 84, 110, 88}));
}

TEST(FractionalMaxPool, RefusesWindowsThatDoNotFit) {
    const Tensor image = counting({1, 1, 4, 4});
    const Tensor samples = tensor<float>({0.5f, 0.5f}, DimVector{1, 1, 2});
    EXPECT_EQ(error_of([&] { call_value("aten::fractional_max_pool2d", image, 3, 3, samples); }),
              "fractional_max_pool2d(): pool size 3 too large relative to input size 4");
    EXPECT_NE(error_of([&] {
                  call_value("aten::fractional_max_pool2d", image, 2, 2, tensor<float>({0.5f}, DimVector{1, 1, 1}));
              }),
              "");
    const Tensor beyond = tensor<float>({7.0f, 0.5f}, DimVector{1, 1, 2});
    EXPECT_NE(error_of([&] { call_value("aten::fractional_max_pool2d", image, 2, 2, beyond); }), "");
}

TEST(Interpolate, NumbersAndListsModesAndCorners) {
    const Tensor x = counting({1, 1, 2, 2});
    EXPECT_EQ(values(call("aten::__interpolate", x, 4)), values(call("aten::upsample_nearest2d", x, list({4, 4}))));
    EXPECT_EQ(values(call("aten::__interpolate.size_list", x, list({3, 2}), IValue(), "bilinear", true)),
              values(call("aten::upsample_bilinear2d", x, list({3, 2}), true)));
    const std::vector<double> twice = {2, 2};
    EXPECT_EQ(values(call("aten::__interpolate.scale_list", x, IValue(), twice, "bicubic", false)),
              values(call("aten::upsample_bicubic2d.vec", x, IValue(), false, twice)));
    EXPECT_EQ(values(call("aten::__interpolate", counting({1, 1, 4}), IValue(), 0.5, "area")),
              (std::vector<double>{0.5, 2.5}));
    EXPECT_EQ(values(call("aten::__upsample_bilinear", x, 3)),
              values(call("aten::upsample_bilinear2d", x, list({3, 3}), true)));
    // 2.7 times 2 is 5 whole elements; recomputed, the factor is 2.5.
    EXPECT_EQ(values(call("aten::__interpolate", x, IValue(), 2.7, "bilinear", false, true)),
              values(call("aten::upsample_bilinear2d", x, list({5, 5}), false)));
}

TEST(Interpolate, RefusesWhatItCannotMean) {
    const Tensor x = counting({1, 1, 2, 2});
    EXPECT_EQ(error_of([&] { call("aten::__interpolate", x); }), "either size or scale_factor should be defined");
    EXPECT_EQ(error_of([&] { call("aten::__interpolate", x, 2, 2.0); }),
              "only one of size or scale_factor should be defined");
    EXPECT_EQ(
        error_of([&] { call("aten::__interpolate", x, 2, IValue(), "nearest", true); }),
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
    EXPECT_NE(error_of([&] { call("aten::__interpolate", x, 2, IValue(), "trilinear"); }), "");
}

TEST(Interpolate, OverloadsStandInPyTorchsOrder) {
    for (const char* name : {"aten::upsample_bilinear2d", "aten::upsample_nearest1d", "aten::upsample_trilinear3d"})
        EXPECT_EQ(jit::Registry::instance().find(name).front()->schema().overload, "vec") << name;
}

}  // namespace
}  // namespace wick

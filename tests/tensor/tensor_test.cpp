#include <gtest/gtest.h>

#include <wick/support/error.h>
#include <wick/tensor/tensor.h>

namespace wick {
namespace {

TEST(Half, RoundTripsEveryBitPattern) {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float value = Half::to_float(static_cast<uint16_t>(bits));
        if (value != value) continue;
        EXPECT_EQ(Half::from_float(value), bits);
    }
    EXPECT_EQ(Half::from_float(65520.0f), 0x7c00);
    EXPECT_EQ(Half::from_float(1.0f + 0x1p-11f), 0x3c00);
    EXPECT_EQ(Half::from_float(1.0f + 3 * 0x1p-11f), 0x3c02);
}

TEST(DType, PromotionIsPyTorchs) {
    EXPECT_EQ(promote_types(DType::uint8, DType::int8), DType::int16);
    EXPECT_EQ(promote_types(DType::int64, DType::float16), DType::float16);
    EXPECT_EQ(promote_types(DType::bfloat16, DType::float16), DType::float32);
    EXPECT_EQ(promote_types(DType::float64, DType::complex64), DType::complex128);
    EXPECT_EQ(promote_types(DType::bool_, DType::uint8), DType::uint8);
}

TEST(Tensor, SizesAreChecked) {
    EXPECT_THROW(empty({-1}, DType::float32), OpError);
    EXPECT_THROW(empty({int64_t{1} << 40, int64_t{1} << 40}, DType::float32), OpError);
    EXPECT_THROW(check_in_bounds({4}, {1}, 1, 4, 16), OpError);
    EXPECT_NO_THROW(check_in_bounds({4}, {1}, 0, 4, 16));
    EXPECT_THROW(check_in_bounds({INT64_MAX, 2}, {INT64_MAX, 1}, 0, 4, 16), OpError);
    EXPECT_THROW(broadcast_sizes({2, 3}, {4}), OpError);
    EXPECT_EQ(broadcast_sizes({2, 1}, {4}), (DimVector{2, 4}));
}

TEST(Tensor, WrapsCallerMemory) {
    float values[6] = {1, 2, 3, 4, 5, 6};
    Tensor t = from_blob(values, {2, 3}, DType::float32);
    EXPECT_EQ(t.data<float>(), values);
    EXPECT_TRUE(t.is_contiguous());
    EXPECT_EQ(t.size(-1), 3);
    EXPECT_THROW(t.size(2), IndexError);
}

TEST(Storage, HasAnAddressWithoutBytes) {
    EXPECT_NE(Storage::allocate(0)->data(), nullptr);
    EXPECT_NE(Storage::wrap(nullptr, 0, {})->data(), nullptr);
    const IntrusivePtr<Storage> storage = Storage::allocate(8);
    for (int64_t bytes : {0, 16, 0}) {
        storage->resize(bytes);
        EXPECT_NE(storage->data(), nullptr);
    }
}

TEST(MemoryMeter, RefusesWhatExceedsTheLimit) {
    auto meter = make_intrusive<MemoryMeter>(1000);
    MemoryMeterGuard guard(meter.get());
    {
        Tensor t = empty({100}, DType::float32);
        EXPECT_EQ(meter->used(), 400);
        EXPECT_THROW(empty({1000}, DType::float32), LimitError);
    }
    EXPECT_EQ(meter->used(), 0);
    EXPECT_EQ(meter->peak(), 400);
}

}  // namespace
}  // namespace wick

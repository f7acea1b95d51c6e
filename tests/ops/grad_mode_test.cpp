// Gradient mode and what runs without it.

#include <thread>

#include <wick/tensor/grad_mode.h>

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;

TEST(GradMode, BelongsToTheThread) {
    EXPECT_TRUE(call_value("aten::is_grad_enabled").to_bool());
    {
        const NoGradGuard guard;
        EXPECT_FALSE(call_value("aten::is_grad_enabled").to_bool());
        std::thread([] { EXPECT_TRUE(GradMode::is_enabled()); }).join();
    }
    call_value("aten::set_grad_enabled", false);
    EXPECT_FALSE(GradMode::is_enabled());
    call_value("aten::set_grad_enabled", true);
    EXPECT_TRUE(GradMode::is_enabled());
}

TEST(GradMode, InitialisersWriteToTheTensor) {
    const Tensor x = ops::zeros({2, 2}, DType::float32);
    EXPECT_TRUE(call("aten::_no_grad_fill_", x, 3.0).is_same(x));
    EXPECT_EQ(values(x), (std::vector<double>{3, 3, 3, 3}));
    call("aten::_no_grad_zero_", x);
    EXPECT_EQ(values(x), (std::vector<double>{0, 0, 0, 0}));
    call("aten::_no_grad_uniform_", x, 1.0, 2.0);
    for (double value : values(x)) EXPECT_TRUE(value >= 1 && value < 2) << value;
    call("aten::_no_grad_normal_", x, 5.0, 0.0);
    EXPECT_EQ(values(x), (std::vector<double>{5, 5, 5, 5}));
}

TEST(GradMode, AMissingGradientAddsNothing) {
    const Tensor x = tensor<float>({1, 2});
    EXPECT_TRUE(call("prim::AutogradAdd", x, IValue()).is_same(x));
    EXPECT_TRUE(call("prim::AutogradAdd", IValue(), x).is_same(x));
    EXPECT_EQ(values(call("prim::AutogradAdd", x, x)), (std::vector<double>{2, 4}));
    EXPECT_TRUE(call_value("prim::AutogradAdd", IValue(), IValue()).is_none());
}

TEST(Conversions, ListsOfIntsAndTensors) {
    const Tensor x = call("aten::_list_to_tensor", std::vector<int64_t>{3, -1});
    EXPECT_EQ(x.dtype(), DType::int64);
    EXPECT_EQ(call_value("aten::_tensor_to_list", x).to_int_vector(), (std::vector<int64_t>{3, -1}));
    EXPECT_TRUE(call_value("prim::name", x).is_none());
}

}  // namespace
}  // namespace wick

// Automatic mixed precision from C++.
#include "ops/autocast.h"

#include <wick/nn.h>
#include <wick/ops/autocast.h>
#include <wick/wick.h>

#include "ops/op_testing.h"

namespace wick {
namespace {

using namespace testing;

TEST(Autocast, CastsWhatItsTableSays) {
    const Tensor x = ones({2, 2}), narrow = x.to(DType::bfloat16);
    {
        const AutocastGuard guard;
        EXPECT_EQ(x.mm(x).dtype(), DType::bfloat16);
        EXPECT_EQ(narrow.prod().dtype(), DType::float32);
        EXPECT_EQ(cat({x, narrow}).dtype(), DType::float32);
        EXPECT_EQ(cat({narrow, narrow}).dtype(), DType::bfloat16);
        EXPECT_EQ(nn::functional::mse_loss(narrow, narrow).dtype(), DType::float32);
        EXPECT_EQ((x + x).dtype(), DType::float32);
        const AutocastGuard inner(DType::float16, false);
        EXPECT_EQ(x.mm(x).dtype(), DType::float32);
    }
    EXPECT_EQ(x.mm(x).dtype(), DType::float32);
    EXPECT_FALSE(AutocastMode::is_enabled());
    EXPECT_EQ(AutocastMode::dtype(), DType::bfloat16);
}

TEST(Autocast, LeavesFloat64Alone) {
    const Tensor x = ones({2, 2}, DType::float64);
    const AutocastGuard guard;
    EXPECT_EQ(x.mm(x).dtype(), DType::float64);
}

TEST(Autocast, GradientsGoBackThroughCasts) {
    const Tensor weight = ones({2, 2}).set_requires_grad();
    {
        const AutocastGuard guard;
        (ones({1, 2}).mm(weight) + ones({1, 2}).mm(weight)).sum().backward();
    }
    EXPECT_EQ(weight.grad().dtype(), DType::float32);
    EXPECT_EQ(values(weight.grad()), (std::vector<double>{2, 2, 2, 2}));
}

TEST(Autocast, VariantsThatWriteAreNotCast) {
    const auto policy = [](const char* name) {
        return jit::cast_policy(*jit::Registry::instance().find_overload(name));
    };
    EXPECT_EQ(policy("aten::mm"), jit::CastPolicy::lower_precision);
    EXPECT_EQ(policy("aten::mm.out"), jit::CastPolicy::none);
    EXPECT_EQ(policy("aten::addmm_"), jit::CastPolicy::none);
}

TEST(Autocast, ABlockOfAProgramIsLeftWhenItsCallReachesALimit) {
    jit::RunOptions options;
    options.max_steps = 1000;
    jit::Program program(options);
    program.run(R"(import torch
def forever(x: torch.Tensor) -> torch.Tensor:
    with torch.autocast("cpu", dtype=torch.float16):
        while True:
            x = torch.mm(x, x)
    return x
)");
    EXPECT_THROW(program.run_method("forever", ones({2, 2})), LimitError);
    EXPECT_FALSE(AutocastMode::is_enabled());
    EXPECT_EQ(AutocastMode::dtype(), DType::bfloat16);
}

TEST(Autocast, AClassThatOnlyHasItsNameIsToldApart) {
    const auto manager = [](const char* attribute, IValue value) {
        auto type = make_intrusive<jit::ClassType>("__torch__.torch.amp.autocast_mode.autocast", false);
        type->add_attribute(attribute, jit::any_type());
        auto object = make_intrusive<ScriptObject>(type);
        object->set_slot(0, std::move(value));
        EXPECT_TRUE(jit::is_autocast(*type));
        jit::enter_autocast(*object, jit::CastLists::compiled);
    };
    EXPECT_THROW(manager("device", IValue(3)), Error);
    EXPECT_THROW(manager("device", IValue("cpu")), Error);
    EXPECT_FALSE(AutocastMode::is_enabled());
}

}  // namespace
}  // namespace wick

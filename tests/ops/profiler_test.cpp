#include "ops/profiler.h"

#include <gtest/gtest.h>

#include <wick/nn.h>

namespace wick::jit {
namespace {

std::vector<std::string> names(const std::vector<ProfileEvent>& events) {
    std::vector<std::string> list;
    for (const ProfileEvent& event : events) list.push_back(event.name);
    return list;
}

TEST(Profiler, TimesCallsAndWhatIsInsideOfThem) {
    Profiler profiler({.shapes = true, .memory = true});
    const Tensor x = ones({2, 3}).set_requires_grad();
    profiler.start();
    const Tensor loss = nn::functional::mse_loss(x, zeros({2, 3}));
    loss.backward();
    profiler.stop();
    x.relu();
    const std::vector<ProfileEvent> events = profiler.events();
    const auto loss_event = std::ranges::find(events, "aten::mse_loss", &ProfileEvent::name);
    ASSERT_NE(loss_event, events.end());
    EXPECT_EQ(loss_event->sizes.at(0), (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(loss_event->dtypes.at(0), DType::float32);
    EXPECT_EQ(loss_event->dtypes.back(), std::nullopt);
    EXPECT_EQ(events.at(static_cast<size_t>(loss_event - events.begin()) + 1).parent, loss_event - events.begin());
    const auto zeros_event = std::ranges::find(events, "aten::zeros", &ProfileEvent::name);
    EXPECT_GE(zeros_event->memory, 24);
    for (const ProfileEvent& event : events) EXPECT_LE(event.begin, event.end);
    EXPECT_EQ(std::ranges::count(names(events), "aten::relu"), 0);
    EXPECT_TRUE(std::ranges::any_of(names(events), [](const std::string& n) { return n.ends_with("Backward0"); }));
}

TEST(Profiler, AnErrorEndsItsEvents) {
    Profiler profiler({});
    profiler.start();
    EXPECT_THROW(ones({2, 3}).mm(ones({2, 3})), OpError);
    ones({1}).relu();
    profiler.stop();
    EXPECT_EQ(profiler.events().back().name, "aten::relu");
    EXPECT_EQ(profiler.events().back().parent, -1);
}

}  // namespace
}  // namespace wick::jit

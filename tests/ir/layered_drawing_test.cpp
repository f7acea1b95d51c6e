#include "ir/layered_drawing.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace wick::jit {
namespace {

bool overlap(const LayeredDrawing::Item& a, const LayeredDrawing::Item& b) {
    return a.corner.x < b.corner.x + b.width && b.corner.x < a.corner.x + a.width &&
           a.corner.y < b.corner.y + b.height && b.corner.y < a.corner.y + a.height;
}

TEST(LayeredDrawing, ItemsDoNotOverlapAndLinksGoDown) {
    LayeredDrawing drawing;
    for (int i = 0; i < 12; ++i) drawing.items.push_back({20.0 + 15 * (i % 4), 10.0 + i});
    // A chain with links that skip layers, and a fan.
    for (size_t i = 0; i + 1 < 6; ++i) drawing.links.push_back({i, i + 1});
    drawing.links.push_back({0, 5});
    drawing.links.push_back({1, 4});
    for (size_t i = 6; i < 11; ++i) {
        drawing.links.push_back({2, i});
        drawing.links.push_back({i, 11});
    }
    drawing.arrange();
    for (size_t i = 0; i < drawing.items.size(); ++i) {
        const LayeredDrawing::Item& item = drawing.items[i];
        EXPECT_GE(item.corner.x, 0);
        EXPECT_GE(item.corner.y, 0);
        EXPECT_LE(item.corner.x + item.width, drawing.width + 1e-9);
        EXPECT_LE(item.corner.y + item.height, drawing.height + 1e-9);
        for (size_t j = 0; j < i; ++j) EXPECT_FALSE(overlap(item, drawing.items[j])) << i << " and " << j;
    }
    // No room is left at the sides.
    const auto left = std::ranges::min(drawing.items, {}, [](const auto& item) { return item.corner.x; });
    EXPECT_LT(left.corner.x, 40);
    for (const LayeredDrawing::Link& link : drawing.links) {
        const LayeredDrawing::Item& from = drawing.items[link.from];
        const LayeredDrawing::Item& to = drawing.items[link.to];
        ASSERT_GE(link.path.size(), 2u);
        EXPECT_DOUBLE_EQ(link.path.front().y, from.corner.y + from.height);
        EXPECT_DOUBLE_EQ(link.path.back().y, to.corner.y);
        EXPECT_DOUBLE_EQ(link.path.front().x, from.corner.x + from.width / 2);
        for (size_t i = 1; i < link.path.size(); ++i) EXPECT_LE(link.path[i - 1].y, link.path[i].y);
    }
}

TEST(LayeredDrawing, WhatNothingLeadsToStandsAboveItsUser) {
    LayeredDrawing drawing;
    for (int i = 0; i < 4; ++i) drawing.items.push_back({10, 10});
    drawing.links = {{0, 1}, {1, 3}, {2, 3}};
    drawing.arrange();
    EXPECT_DOUBLE_EQ(drawing.items[2].corner.y, drawing.items[1].corner.y);
}

TEST(LayeredDrawing, NothingHasNoSize) {
    LayeredDrawing drawing;
    drawing.arrange();
    EXPECT_EQ(drawing.width, 0);
    EXPECT_EQ(drawing.height, 0);
}

}  // namespace
}  // namespace wick::jit

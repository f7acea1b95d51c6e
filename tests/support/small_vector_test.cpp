#include <gtest/gtest.h>
#include <memory>
#include <string>

#include <wick/support/array_ref.h>

namespace wick {
namespace {

/// What counts its owners, in the inline part alone and beyond it.
TEST(SmallVector, OwnsItsElements) {
    const auto shared = std::make_shared<int>(7);
    for (size_t count : {1, 2, 3, 9}) {
        SmallVector<std::shared_ptr<int>, 2> vector;
        for (size_t i = 0; i < count; ++i) vector.push_back(shared);
        EXPECT_EQ(shared.use_count(), 1 + static_cast<int64_t>(count));
        SmallVector<std::shared_ptr<int>, 2> copy = vector;
        EXPECT_EQ(shared.use_count(), 1 + 2 * static_cast<int64_t>(count));
        SmallVector<std::shared_ptr<int>, 2> moved = std::move(copy);
        EXPECT_TRUE(copy.empty());
        EXPECT_EQ(moved, vector);
        copy.push_back(shared);
        EXPECT_EQ(copy.size(), 1U);
        copy = std::move(moved);
        EXPECT_EQ(copy.size(), count);
        moved = copy;
        copy.clear();
        moved.pop_back();
        EXPECT_EQ(shared.use_count(), 2 * static_cast<int64_t>(count));
    }
    EXPECT_EQ(shared.use_count(), 1);
}

TEST(SmallVector, GrowsAndShrinksInPlaceAndOnTheHeap) {
    SmallVector<std::string, 2> words{"a", "b"};
    words.insert(1, "between, and long enough for a place of its own");
    words.insert(0, "first");
    EXPECT_EQ(words.size(), 4U);
    EXPECT_EQ(words[2], "between, and long enough for a place of its own");
    words.erase(0);
    EXPECT_EQ(words.front(), "a");
    words.resize(5, "z");
    EXPECT_EQ(words.back(), "z");
    words.resize(1);
    EXPECT_EQ(words, (SmallVector<std::string, 2>{"a"}));
}

}  // namespace
}  // namespace wick
